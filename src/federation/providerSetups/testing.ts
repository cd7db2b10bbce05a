import type { Deps } from '../../deps.ts';
import { Conflict } from '../../errors.ts';
import type { Domain } from '../../store/domains.ts';
import type { ProviderFacts } from '../../store/identityProviders.ts';
import { findLoginActivity, type LoginActivity } from '../../store/loginActivity.ts';
import { type LoginTest, listLoginTests, type Starter } from '../../store/loginTests.ts';
import type { ProviderSetup } from '../../store/providerSetups.ts';
import { providerOfPreview } from '../importMetadata.ts';
import { startTest } from '../loginTests.ts';
import { factsOf } from '../metadataVersions.ts';
import type { ReasonCode } from '../reasons.ts';
import { NO_TRIES, proposedMetadata, takeTry } from './visit.ts';

const MOST_TESTS = 20; // that are looked at

/** Refusals that depend on people and settings here: the visitor must not learn who is in the People Directory. */
const ownMatters: ReasonCode[] = [
  'provider_disabled',
  'email_domain_forbidden',
  'person_unknown',
  'person_ambiguous',
  'person_deactivated',
  'person_not_intranet_user',
  'required_value_missing',
  'saml_login_forbidden',
];

/** The result of a Test login of what is proposed: what was found, and whether the response was valid. Who it named does not count. */
export type SetupTest = { activity: LoginActivity; valid: boolean };

/** Starts a Test login of what is proposed. @throws Conflict without metadata, or if the visitor has no tries left */
export async function startSetupTest(deps: Deps, domain: Domain, setup: ProviderSetup): Promise<LoginTest> {
  const metadata = proposedMetadata(setup, deps.now());
  if (!metadata) throw new Conflict('Provide the metadata first.');
  if (!(await takeTry(deps, setup))) throw new Conflict(NO_TRIES);
  const read = { metadata, url: setup.metadataUrl, signers: '' };
  const provider = await providerOfPreview(deps, domain.id, read, { domainIds: [domain.id] });
  // The name is shown to the visitor: not one that was given to a provider here.
  const name = metadata.name ?? URL.parse(metadata.entityId)?.hostname ?? metadata.entityId;
  return startTest(deps, domain, starterOf(setup), { draft: { ...provider, name }, providerId: null });
}

/** Returns the result of the latest Test login of what is proposed, or undefined if there is none. */
export async function findSetupTest(deps: Deps, setup: ProviderSetup): Promise<SetupTest | undefined> {
  const { db } = deps.store;
  const metadata = proposedMetadata(setup, deps.now());
  if (!metadata) return undefined;
  const proposed = describe(metadata.entityId, metadata);
  const tests = await listLoginTests(db, MOST_TESTS, starterOf(setup));
  const last = tests.find(
    ({ activityId, draft }) => activityId !== null && describe(draft.entityId, draft.facts) === proposed,
  );
  const activity = await findLoginActivity(db, last?.activityId ?? '');
  return activity && { activity, valid: isValid(activity) };
}

/** Returns whether the response of a Test login was valid. The person that it named does not count. */
export function isValid({ reason }: Pick<LoginActivity, 'reason'>): boolean {
  return reason === null || ownMatters.some((code) => code === reason);
}

/** Two descriptions are the same if a Test login of the one says everything about the other. */
function describe(entityId: string, facts: ProviderFacts): string {
  return JSON.stringify([entityId, factsOf(facts)]);
}

function starterOf({ id }: ProviderSetup): Starter {
  return `link:${id}`;
}
