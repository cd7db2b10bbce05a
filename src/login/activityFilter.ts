import type { Deps } from '../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import { reasons } from '../federation/reasons.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import type { ActivityFilter, ActivitySearch } from '../store/loginSearch.ts';
import { searchUsers } from '../store/userSearch.ts';
import { findUser, findUsersByUserNameOrEmail } from '../store/users.ts';
import { outcomeNames } from './activityNames.ts';
import { readRange } from './rangeFilter.ts';

/** The filters of Login activity, by their names in URLs and on the command line. */
export const activityFilters = [
  'q',
  'outcome',
  'reason',
  'provider',
  'domain',
  'person',
  'network',
  'from',
  'until',
] as const;

/** A filter as it was entered; '' is none. */
export type EnteredFilter = Record<(typeof activityFilters)[number], string>;

/** What stands for the local login among the providers. */
export const LOCAL = 'local';

const REFERENCE = /^[0-9A-Z]{4}-[0-9A-Z]{4}$/i;
const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const ENTITY_ID = /^(https?|urn):/i;
const MOST_PEOPLE = 200;

/**
 * Returns the filter that was entered. The search takes a reference, a reason, an EntityID, or a part of a name. A person is named by user name,
 * e-mail address or ID, a provider or a domain by anything that is unique to it, and times are UTC; the last day or minute is included.
 */
export async function readActivityFilter(deps: Deps, entered: EnteredFilter): Promise<Checked<ActivityFilter>> {
  const { db } = deps.store;
  const errors: FieldErrors = {};
  const provider = providerIn(await listProviders(db), entered.provider);
  const domain = domainIn(await listDomains(db), entered.domain);
  const userId = entered.person === '' ? '' : await personIn(deps, entered.person);
  const { networks, from, until } = readRange(entered, errors);
  if (entered.outcome !== '' && !Object.hasOwn(outcomeNames, entered.outcome)) errors.outcome = outcomeError();
  if (entered.reason !== '' && !/^\w{1,64}$/.test(entered.reason))
    errors.reason = 'Enter a reason code, such as person_unknown.';
  if (provider === undefined) errors.provider = `There is no identity provider ${entered.provider}.`;
  if (domain === undefined) errors.domain = `There is no domain ${entered.domain}.`;
  if (userId === undefined) errors.person = 'No person has this user name or e-mail address.';
  if (Object.keys(errors).length > 0) return invalid(errors);
  return {
    ok: true,
    value: {
      search: await searchFor(deps, entered.q),
      outcome: entered.outcome || undefined,
      reason: entered.reason || undefined,
      ...(provider === LOCAL ? { flow: 'local' } : { providerId: provider || undefined }),
      domainId: domain || undefined,
      userId: userId || undefined,
      networks,
      from,
      until,
    },
  };
}

function outcomeError(): string {
  return `Choose one of these: ${Object.keys(outcomeNames).join(', ')}.`;
}

async function searchFor({ store }: Deps, text: string): Promise<ActivitySearch | undefined> {
  if (text === '') return undefined;
  if (REFERENCE.test(text)) return { by: 'reference', text: text.toUpperCase() };
  if (Object.hasOwn(reasons, text)) return { by: 'reason', text };
  const named = (await listProviders(store.db)).filter(({ entityId }) => entityId === text);
  if (named.length > 0) return { by: 'provider', ids: named.map(({ id }) => id) };
  if (ENTITY_ID.test(text)) return { by: 'issuer', text };
  const { rows } = await searchUsers(store.db, { text, includeOmitted: true }, { limit: MOST_PEOPLE, countTo: 0 });
  return { by: 'name', text, userIds: rows.map(({ id }) => id) };
}

function providerIn(providers: IdentityProvider[], entered: string): string | undefined {
  if (entered === '' || entered === LOCAL) return entered;
  const exact = providers.find(({ id, entityId }) => id === entered || entityId === entered);
  const named = providers.filter(({ name }) => name.toLowerCase() === entered.toLowerCase());
  // The attempts of a provider or domain that was removed are still there.
  return exact?.id ?? (named.length === 1 ? named[0]?.id : undefined) ?? (ID.test(entered) ? entered : undefined);
}

function domainIn(domains: Domain[], entered: string): string | undefined {
  if (entered === '') return '';
  const found = domains.find(({ id, url }) => [id, url, new URL(url).host].includes(entered));
  return found?.id ?? (ID.test(entered) ? entered : undefined);
}

async function personIn({ store }: Deps, entered: string): Promise<string | undefined> {
  if (ID.test(entered)) return (await findUser(store.db, entered))?.id ?? entered;
  const [person, ...others] = await findUsersByUserNameOrEmail(store.db, entered);
  return others.length === 0 ? person?.id : undefined;
}
