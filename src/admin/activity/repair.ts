import type { Deps } from '../../deps.ts';
import { type ProviderInput, singleSignOnFor } from '../../federation/providers.ts';
import { nameOf } from '../../people/users.ts';
import { checksOf } from '../../saml/checkResults.ts';
import { durationText } from '../../saml/verify/clock.ts';
import { findPeopleNamed, wellKnownAttribute } from '../../saml/verify/person.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import type { LoginActivity, ShownCheck } from '../../store/loginActivity.ts';
import type { User } from '../../store/users.ts';

const MAX_SKEW = 300; // seconds
const SKEW_STEP = 30;
const SHORTENED = '…';
const MOST = 3;
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';

/** One setting of a provider that repairs the cause of a refusal: the button, and what it would do. */
export type Repair = { change: Partial<ProviderInput>; button: string; preview: string };

/** Returns the repairs of a refusal, the best first. There is none if no single setting helps. */
export async function findRepairs(
  deps: Deps,
  attempt: LoginActivity,
  provider: IdentityProvider | undefined,
): Promise<Repair[]> {
  const failed = checksOf(attempt).find(({ result }) => result === 'refused');
  if (!provider || !failed || attempt.reason === null) return [];
  const ofSetting = settingRepair(attempt.reason, failed, provider);
  if (ofSetting) return [ofSetting];
  const ofPerson = await personRepairs(deps, attempt, provider);
  return [...ofPerson, ...requestRepairs(failed, provider)].slice(0, MOST);
}

function settingRepair(
  reason: string,
  { cause, skewSeconds }: ShownCheck,
  provider: IdentityProvider,
): Repair | undefined {
  const { name, settings } = provider;
  if (reason === 'idp_initiated_forbidden' && !settings.idpInitiated)
    return {
      change: { idpInitiated: true },
      button: 'Accept logins started at the provider',
      preview: `People could start at ${name}. Nothing then proves that the person at the browser wanted to log in.`,
    };
  if ((cause === 'sha1' || cause === 'sha1_digest') && !settings.allowSha1)
    return {
      change: { allowSha1: true },
      button: 'Accept SHA-1 signatures',
      preview: `SHA-1 signatures can be forged. Accept them from ${name} only until it supports SHA-256.`,
    };
  if (cause === 'name_id_policy' && settings.nameIdPolicy !== '')
    return {
      change: { nameIdPolicy: '' },
      button: 'Request no NameID format',
      preview: `${name} would decide on the format.`,
    };
  if (cause === 'authn_context' && settings.authnContexts.length > 0)
    return {
      change: { authnContexts: [] },
      button: 'Request no authentication context',
      preview: `${name} would decide how people log in.`,
    };
  if (reason === 'authn_too_old' && settings.forceAuthn)
    return {
      change: { forceAuthn: false },
      button: 'Require no fresh login',
      preview: `People who are logged in at ${name} would not enter their password again.`,
    };
  return skewSeconds === undefined ? undefined : skewRepair(skewSeconds, settings.clockSkewSeconds);
}

function skewRepair(needed: number, allowed: number): Repair | undefined {
  const seconds = Math.ceil((needed + 1) / SKEW_STEP) * SKEW_STEP;
  if (seconds > MAX_SKEW || seconds <= allowed) return undefined;
  const button = `Allow a clock difference of ${seconds} seconds`;
  return {
    change: { clockSkewSeconds: seconds },
    button,
    preview: `Allowed now: ${durationText(allowed * 1_000)}. It is better to correct the clocks.`,
  };
}

/** Proposes other requests, if the provider did not accept this one or sent a NameID that it made up. */
function requestRepairs({ cause }: ShownCheck, { name, settings, facts }: IdentityProvider): Repair[] {
  const repairs: Repair[] = [];
  const offersEmail = facts.nameIdFormats.length === 0 || facts.nameIdFormats.includes(EMAIL);
  if (cause === 'persistent_name_id' && offersEmail && settings.nameIdPolicy !== EMAIL)
    repairs.push({
      change: { nameIdPolicy: EMAIL },
      button: 'Request the e-mail address as NameID',
      preview: `${name} would be asked to send the e-mail address. Some providers refuse that.`,
    });
  if (cause !== 'request_refused') return repairs;
  const [other, label] =
    settings.requestBinding === 'redirect'
      ? (['post', 'HTTP-POST'] as const)
      : (['redirect', 'HTTP-Redirect'] as const);
  if (singleSignOnFor({ facts }, other))
    repairs.push({
      change: { requestBinding: other },
      button: `Send requests by ${label}`,
      preview: `${name} has an endpoint for both bindings.`,
    });
  if (!settings.signRequests)
    repairs.push({
      change: { signRequests: true },
      button: 'Sign requests',
      preview: `${name} could verify who sends the request, once it has the certificate of this domain.`,
    });
  return repairs;
}

/** Proposes what a valid signature covers and what names exactly one person who may log in: an attribute, the NameID, or the external ID. */
async function personRepairs(
  deps: Deps,
  { reason, detail }: LoginActivity,
  provider: IdentityProvider,
): Promise<Repair[]> {
  const { assertion } = detail.arrived ?? {};
  if ((reason !== 'person_unknown' && reason !== 'subject_missing') || !assertion?.verified) return [];
  const { match, matchAttribute } = provider.settings;
  const attributes = new Map(
    assertion.attributes
      .filter(([, value, ...more]) => value && more.length === 0)
      .map(([name, value]) => [name, value]),
  );
  const { nameId } = assertion;
  const value = matchAttribute === '' ? nameId : attributes.get(matchAttribute);
  const proposed = [
    ...attributeNames(attributes).map((name) => ({ name, match, value: attributes.get(name), way: name })),
    { name: '', match, value: nameId, way: 'the NameID' },
    { name: matchAttribute, match: 'externalId' as const, value, way: 'external ID' },
  ];
  const repairs: Repair[] = [];
  for (const { name, way, ...sought } of proposed) {
    if ((name === matchAttribute && sought.match === match) || !sought.value || sought.value.endsWith(SHORTENED))
      continue;
    const person = await findOnly(deps, sought.match, sought.value);
    if (!person) continue;
    const preview = `Match people by ${way}: this login would be ${nameOf(person)}.`;
    const change = { matchAttribute: name, match: sought.match };
    repairs.push({ change, button: `Match people by ${way}`, preview });
  }
  return repairs;
}

/** Returns the names of the attributes with an e-mail address or a user name, the well-known one first. */
function attributeNames(attributes: ReadonlyMap<string, string | undefined>): string[] {
  const wellKnown = wellKnownAttribute(new Map([...attributes].map(([name, value]) => [name, value ? [value] : []])));
  const addresses = [...attributes.keys()].filter((name) => attributes.get(name)?.includes('@'));
  return [...new Set([...(wellKnown === undefined ? [] : [wellKnown]), ...addresses])];
}

async function findOnly({ store }: Deps, match: ProviderInput['match'], value: string): Promise<User | undefined> {
  const [person, ...others] = await findPeopleNamed(store.db, match, value);
  return person?.active && person.userType !== 'Non Intranet User' && others.length === 0 ? person : undefined;
}
