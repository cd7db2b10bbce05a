import type { Deps } from '../deps.ts';
import { listSources, type ProfileSource } from '../store/profileSources.ts';
import { Refused } from './command.ts';

/** Finds a source by its ID or its name, in any case. */
export async function sourceNamed({ store }: Deps, name = ''): Promise<ProfileSource> {
  const sources = await listSources(store.db);
  const byName = sources.filter((source) => source.name.toLowerCase() === name.toLowerCase());
  if (byName.length > 1) throw new Refused(`${byName.length} sources are called ${name}. Use the Client ID.`);
  const found = sources.find(({ id }) => id === name) ?? byName[0];
  if (!found) throw new Refused(`There is no SCIM source ${name}.`);
  return found;
}
