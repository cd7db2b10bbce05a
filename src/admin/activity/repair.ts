import type { Deps } from '../../deps.ts';
import type { ProviderInput } from '../../federation/providers.ts';
import { nameOf } from '../../people/users.ts';
import { checksOf } from '../../saml/acs/activity.ts';
import { durationText } from '../../saml/verify/clock.ts';
import { findPeopleNamed, wellKnownAttribute } from '../../saml/verify/person.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import type { LoginActivity, ShownCheck } from '../../store/loginActivity.ts';

const MAX_SKEW = 300; // seconds
const SKEW_STEP = 30;
const SHORTENED = '…';

/** One setting of a provider that repairs the cause of a refusal: the button, and what it would do. */
export type Repair = { change: Partial<ProviderInput>; button: string; preview: string };

/** Returns the repair of a refusal, or undefined if no single setting helps. */
export async function findRepair(
  deps: Deps,
  attempt: LoginActivity,
  provider: IdentityProvider | undefined,
): Promise<Repair | undefined> {
  const failed = checksOf(attempt).find(({ result }) => result === 'refused');
  if (!provider || !failed || attempt.reason === null) return undefined;
  return settingRepair(attempt.reason, failed, provider) ?? (await attributeRepair(deps, attempt, provider));
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

/** Proposes an attribute that a valid signature covers and that names exactly one active person. */
async function attributeRepair(
  deps: Deps,
  { reason, detail }: LoginActivity,
  provider: IdentityProvider,
): Promise<Repair | undefined> {
  const { assertion } = detail.arrived ?? {};
  if ((reason !== 'person_unknown' && reason !== 'subject_missing') || !assertion?.verified) return undefined;
  const { match, matchAttribute } = provider.settings;
  const single = assertion.attributes.filter(
    ([, value, ...more]) => value && more.length === 0 && !value.endsWith(SHORTENED),
  );
  const attributes = new Map(single.map(([attribute, ...values]) => [attribute, values]));
  const wellKnown = wellKnownAttribute(attributes);
  const addresses = [...attributes.keys()].filter((name) => attributes.get(name)?.[0]?.includes('@'));
  const names = new Set([...(wellKnown === undefined ? [] : [wellKnown]), ...addresses]);
  names.delete(matchAttribute);
  for (const name of names) {
    const [person, ...others] = await findPeopleNamed(deps.store.db, match, attributes.get(name)?.[0] ?? '');
    if (!person?.active || person.userType === 'Non Intranet User' || others.length > 0) continue;
    const preview = `Match people by ${name}: this login would be ${nameOf(person)}.`;
    return { change: { matchAttribute: name }, button: `Match people by ${name}`, preview };
  }
  return undefined;
}
