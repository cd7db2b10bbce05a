import type { Deps } from '../deps.ts';
import { caseKey } from '../store/caseKey.ts';
import { listSources } from '../store/profileSources.ts';

/**
 * Why a source cannot have a name, or undefined. Two sources of one name could not be told apart in lists; it also keeps the page of a
 * new key from making a second source when it is reloaded.
 */
export async function nameTaken({ store }: Deps, name: string, except?: string): Promise<string | undefined> {
  const key = caseKey(name.trim());
  const sources = await listSources(store.db);
  const taken = sources.some((source) => caseKey(source.name) === key && source.id !== except);
  return taken ? 'There is a source of this name already.' : undefined;
}
