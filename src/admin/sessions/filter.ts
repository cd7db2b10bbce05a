import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import type { SessionFilter } from '../../store/sessions.ts';
import { searchUsers } from '../../store/userSearch.ts';

const MAX_LENGTH = 200;
const MOST_PEOPLE = 100;
const LOCAL = 'local';

/** What a Power User filters sessions by: a person's ID, a part of a name, a provider ('local' for local logins), a domain. */
export type EnteredFilter = { person: string; q: string; provider: string; domain: string };

/** Returns a filter as it was entered. @param read reads a parameter of the query or of a form */
export function enteredFilter(req: Request, read: (req: Request, name: string) => string): EnteredFilter {
  const text = (name: string) => read(req, name).trim().slice(0, MAX_LENGTH);
  return { person: text('person'), q: text('q'), provider: text('provider'), domain: text('domain') };
}

/** Whether anything was entered. */
export function isFiltered(entered: EnteredFilter): boolean {
  return Object.values(entered).some((value) => value !== '');
}

/** Finds the people that a filter names. `tooMany`: it names more than those. */
export async function readFilter(
  { store }: Deps,
  { person, q, provider, domain }: EnteredFilter,
): Promise<{ filter: SessionFilter; tooMany: boolean }> {
  const found =
    q === '' ? undefined : await searchUsers(store.db, { text: q, includeOmitted: true }, { limit: MOST_PEOPLE });
  const named = found?.rows.map(({ id }) => id);
  const userIds = person === '' ? named : (named ?? [person]).filter((id) => id === person);
  return {
    filter: {
      userIds,
      providerId: provider === '' ? undefined : provider === LOCAL ? null : provider,
      domainId: domain || undefined,
    },
    tooMany: found !== undefined && (found.total > MOST_PEOPLE || !found.totalIsExact),
  };
}
