import type { AuditDeps } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';
import { canTakeAway, learnable, type OwnershipChange, ownershipWith } from '../people/ownership.ts';
import { lockOwnership, type MappingRule, type ProfileSource, writeOwnership } from '../store/profileSources.ts';
import { getSourceIn } from './profileSources.ts';
import { recordSource } from './recordSource.ts';
import { logIntegration } from './scimLog.ts';

/** Has a source own attributes from now on, unless they were taken away from it in the meantime. Call it in the transaction of its request. */
export async function learnAttributes(db: Db, deps: AuditDeps, sourceId: string, names: string[]): Promise<void> {
  if (names.length === 0) return;
  const ownership = await lockOwnership(db, sourceId);
  if (ownership === undefined) return;
  const added = learnable({ ownership }, names);
  if (added.length === 0) return;
  const before = await getSourceIn(db, sourceId);
  const source = { ...before, ownership: ownershipWith(ownership, { added }) };
  await writeOwnership(db, sourceId, { ownership: source.ownership });
  await recordSource(db, deps, before, source);
}

/** Adds attributes to what a source owns, and takes others away from it. Nothing is logged if it stays the same. @throws NotFound */
export async function changeOwnership(
  deps: Deps,
  id: string,
  change: OwnershipChange,
): Promise<Checked<ProfileSource>> {
  const fixed = (change.taken ?? []).find((name) => !canTakeAway(name));
  if (fixed) return invalid({ own: `${fixed} always belongs to the source that manages a person.` });
  return deps.store.db.transaction().execute(async (trx) => {
    await lockOwnership(trx, id);
    const before = await getSourceIn(trx, id);
    const source = { ...before, ownership: ownershipWith(before.ownership, change) };
    if (source.ownership === before.ownership) return { ok: true, value: before };
    await writeOwnership(trx, id, { ownership: source.ownership });
    await recordSource(trx, deps, before, source);
    await logIntegration(trx, deps, source, 'idm_integration_update', 'What the source owns was changed.');
    return { ok: true, value: source };
  });
}

/** Returns where what a source sends goes. */
export function mappingOf({ mappingJson }: Pick<ProfileSource, 'mappingJson'>): MappingRule[] {
  return JSON.parse(mappingJson);
}

/**
 * Replaces the mapping of a source by rules that checkMapping accepted. An attribute to which nothing is mapped any more is no longer
 * owned, until the source sends it. @throws NotFound
 */
export async function changeMapping(deps: Deps, id: string, rules: MappingRule[]): Promise<ProfileSource> {
  return deps.store.db.transaction().execute(async (trx) => {
    await lockOwnership(trx, id);
    const before = await getSourceIn(trx, id);
    const mappingJson = JSON.stringify(rules);
    if (mappingJson === before.mappingJson) return before;
    const freed = mappingOf(before).filter(({ to }) => !rules.some((rule) => rule.to === to));
    const ownership = freed.reduce((kept, { to }) => kept.replace(` ${to} `, ' '), before.ownership);
    const source = { ...before, ownership, mappingJson };
    await writeOwnership(trx, id, { ownership, mappingJson });
    await recordSource(trx, deps, before, source);
    await logIntegration(trx, deps, source, 'idm_integration_update', 'The mapping was changed.');
    return source;
  });
}
