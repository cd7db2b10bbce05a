import type { AcceptedLogin } from '../../../src/saml/acs/receive.ts';
import { listDomains } from '../../../src/store/domains.ts';
import { insertProvider } from '../../../src/store/identityProviders.ts';
import { writeProviderDomains } from '../../../src/store/providerDomains.ts';
import { addPerson } from '../../support/anteroom.ts';
import { aProvider } from '../../support/rows.ts';
import { type TestDeps, testStart } from '../../support/testDeps.ts';

/** An accepted IdP-initiated login of Ben, who is added together with the provider. */
export async function acceptedLogin(deps: TestDeps): Promise<AcceptedLogin> {
  const provider = aProvider();
  await insertProvider(deps.store.db, provider, '<xml/>');
  const ids = (await listDomains(deps.store.db)).map(({ id }) => id);
  await writeProviderDomains(deps.store.db, provider, ids);
  const user = await addPerson(deps, { userName: 'ben.okafor', givenName: 'Ben', familyName: 'Okafor' });
  const assertion = {
    id: '_1',
    issuer: provider.entityId,
    issueInstant: testStart,
    nameId: { value: 'ben', format: undefined, nameQualifier: undefined, spNameQualifier: undefined },
    confirmations: [],
    conditions: { notBefore: undefined, notOnOrAfter: undefined, audiences: [], oneTimeUse: false, unknown: undefined },
    authnInstants: [testStart],
    sessionIndex: undefined,
    sessionNotOnOrAfter: undefined,
    authnContextClassRef: undefined,
    attributes: new Map<string, string[]>(),
  };
  const origin = { request: undefined, relayState: undefined, test: false, activityId: 'A' };
  return { ok: true, user, provider, assertion, ...origin, asksToSwitch: false, checksCookies: false };
}
