import type { Deps } from '../deps.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { listSources, type ProfileSource } from '../store/profileSources.ts';
import { findUser, findUserByUserName, type User } from '../store/users.ts';
import { Refused } from './command.ts';
import type { Option, Value } from './options.ts';

/** A domain: its URL or ID, or its host if there is no scheme. */
export const domain: Value<Domain> = { value: 'URL', read: (entered, { deps }) => domainAt(deps, entered) };

/** An identity provider: its ID, EntityID or name. */
export const provider: Value<IdentityProvider> = {
  value: 'IDP',
  read: (entered, { deps }) => providerNamed(deps, entered),
};

/** A person: the user name, in any case, or the ID. */
export const person: Value<User> = {
  value: 'NAME',
  read: async (entered, { deps }) => {
    const { db } = deps.store;
    const user = (await findUserByUserName(db, entered)) ?? (await findUser(db, entered));
    if (!user) throw new Refused(`No person has the user name ${entered}.`);
    return user;
  },
};

/** A profile source: its name or Client ID. */
export const source: Value<ProfileSource> = {
  value: 'SOURCE',
  read: async (entered, { deps }) => oneNamed(await listSources(deps.store.db), entered, 'SCIM source'),
};

/** Returns an option that is read as a target. */
export function named<T>(target: Value<T>, help: string, value = target.value): Option<T> {
  return { ...target, value, help };
}

/** Returns an option that is read as a target, or as null for one word, such as none. */
export function namedOr<T>(word: string, target: Value<T>, help: string): Option<T | null> {
  return { ...target, help, read: (text, context) => (text === word ? null : target.read(text, context)) };
}

/** Returns the domain with a URL or ID, or with a host if there is no scheme. @throws Refused */
export async function domainAt({ store }: Deps, entered: string): Promise<Domain> {
  const url = /^https?:\/\//i.test(entered) ? entered : `https://${entered}`;
  const wanted = URL.canParse(url) ? new URL(url) : undefined;
  const domains = await listDomains(store.db);
  const found =
    domains.find((domain) => domain.url === wanted?.origin || domain.id === entered) ??
    domains.find((domain) => url !== entered && new URL(domain.url).host === wanted?.host);
  if (!found) throw new Refused(`There is no domain ${entered}. Domains: ${domains.map(({ url }) => url).join(', ')}.`);
  return found;
}

/** Returns the identity provider with an ID, an EntityID or a name. @throws Refused if there is none or the name is not unique */
export async function providerNamed({ store }: Deps, entered: string): Promise<IdentityProvider> {
  return oneNamed(await listProviders(store.db), entered, 'identity provider');
}

/** Returns the one thing with an ID, an EntityID or, in any case, a name. @throws Refused if there is none, or several */
export function oneNamed<Thing extends { id: string; name: string; entityId?: string }>(
  things: Thing[],
  entered: string,
  what: string,
): Thing {
  const exact = things.filter(({ id, entityId }) => id === entered || entityId === entered);
  const found = exact.length > 0 ? exact : things.filter(({ name }) => name.toLowerCase() === entered.toLowerCase());
  const [one, ...others] = found;
  if (!one) throw new Refused(`There is no ${what} ${entered}.`);
  if (others.length > 0)
    throw new Refused(`${entered} is not unique. Use an id: ${found.map(({ id }) => id).join(', ')}.`);
  return one;
}
