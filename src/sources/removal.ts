import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { releaseGroupsOf } from '../people/groups.ts';
import { nameOf, releaseFromSource } from '../people/users.ts';
import { type ItemOutcome, type Job, type JobItem, type NewJob, newItems } from '../store/jobs.ts';
import { countManaged, deleteSource, findManagedUserIds, findSource } from '../store/profileSources.ts';
import { findUser } from '../store/users.ts';
import { getSource, setSourceActive } from './profileSources.ts';
import { recordSource } from './recordSource.ts';
import { logIntegration } from './scimLog.ts';

/** Counts what the removal of a source affects. @throws NotFound */
export async function sourceEffects(
  deps: Deps,
  id: string,
): Promise<{ people: number; activePeople: number; groups: number }> {
  await getSource(deps, id);
  return countManaged(deps.store.db, id);
}

/**
 * Disables a source and returns the job that removes it. The job makes its people and groups unmanaged, and can deactivate its people,
 * which ends their sessions. Its entries in the SCIM log are kept.
 * @throws NotFound
 */
export async function sourceRemoval(deps: Deps, id: string, people: 'keep' | 'deactivate'): Promise<NewJob> {
  const { name } = await setSourceActive(deps, id, false);
  const { people: total } = await countManaged(deps.store.db, id);
  return { kind: 'source', input: { id, name, people }, total };
}

/** Returns the next people that the source still manages. */
export async function nextManaged(db: Db, { input, processed }: Job, limit: number): Promise<JobItem[]> {
  return newItems(await findManagedUserIds(db, input.id ?? '', limit), processed);
}

/** Makes people of the source unmanaged, and deactivates them on request. The last Power User is skipped. */
export async function releasePeople(db: Db, deps: Deps, items: JobItem[], deactivate: boolean): Promise<ItemOutcome[]> {
  const ids = items.map(({ item }) => String(item));
  const kept = await releaseFromSource(db, deps, ids, { deactivate });
  const user = kept && (await findUser(db, kept.id));
  const refused = user && { outcome: 'refused', keep: nameOf(user), reason: kept.reason };
  return ids.map((id) => (refused && kept.id === id ? refused : { outcome: 'done' }));
}

/** Removes the source after its last person was released. */
export async function finishRemoval(db: Db, deps: Deps, { input }: Job): Promise<void> {
  const source = await findSource(db, input.id ?? '');
  if (!source) return;
  await releaseGroupsOf(db, deps, source.id);
  await deleteSource(db, source.id);
  await recordSource(db, deps, source, undefined);
  await logIntegration(db, deps, source, 'idm_integration_delete', 'The source was removed.');
}
