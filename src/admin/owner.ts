import type { Db } from '../db/open.ts';
import { findProvider } from '../store/identityProviders.ts';
import { findSource } from '../store/profileSources.ts';

/** Finds the profile source or the identity provider that created a person, or manages a group. */
export async function findOwner(db: Db, id: string | null): Promise<{ name: string } | undefined> {
  return id === null ? undefined : ((await findSource(db, id)) ?? (await findProvider(db, id)));
}
