import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { newOrderedId } from '../identifier.ts';
import { type Actor, type AuditChange, insertAuditEntry, type What, type Who } from '../store/audit.ts';
import { nextPosition, publish } from '../webhooks/publish.ts';
import type { AuditAction, TargetKind } from './actions.ts';
import { currentActor } from './actor.ts';
import { boundedChanges } from './boundedChanges.ts';
import { changesBetween } from './changes.ts';

const SALT_BYTES = 12;
const MAX_EVENT_CHANGES = 12_000; // bytes: receivers of webhooks expect messages of up to 20 kB

/** What recording a change needs. */
export type AuditDeps = Pick<Deps, 'now' | 'randomBytes' | 'webhooks' | 'actors'>;

/** What was changed: an ID, or a word for what there is only once. `name` is what it was called then. */
export type AuditTarget = { kind: TargetKind; id: string; name: string };

/**
 * Records a change in the transaction that makes it: both are stored, or neither. Who made it is the current actor, unless another is given.
 * The entry joins the chain a moment later (seal.ts), so that changes do not wait for each other.
 */
export async function recordChange(
  db: Db,
  deps: AuditDeps,
  action: AuditAction,
  target: AuditTarget,
  changes: AuditChange[] = [],
  { kind, id: actorId, name, address }: Actor = currentActor(deps),
): Promise<void> {
  const at = deps.now();
  const who: Who = { salt: salt(deps), name, address };
  const what: What = { salt: salt(deps), name: target.name, changes };
  const id = newOrderedId(deps, nextPosition(deps)); // the changes of one transaction stay in their order
  const facts = { id, at, action, actorKind: kind, actorId, targetKind: target.kind, targetId: target.id };
  await insertAuditEntry(db, { ...facts, whoJson: JSON.stringify(who), whatJson: JSON.stringify(what) });
  await publish(db, deps, 'audit.recorded', () => ({
    id,
    action,
    actor: { kind, id: actorId, name, address },
    target,
    ...boundedChanges(changes, MAX_EVENT_CHANGES),
  }));
}

/**
 * Records what a change made different, as recordChange does, or nothing if it changed nothing.
 * @param before the thing by its properties, which become the names of the changes
 * @param secret properties whose values must not be recorded
 */
export async function recordDifference(
  db: Db,
  deps: AuditDeps,
  action: AuditAction,
  target: AuditTarget,
  before: object,
  after: object,
  secret?: readonly string[],
): Promise<void> {
  const changes = changesBetween(before, after, secret);
  if (changes.length > 0) await recordChange(db, deps, action, target, changes);
}

/** Makes the digest of a part say nothing about it once the part is erased, although its values can be guessed. */
function salt({ randomBytes }: Pick<Deps, 'randomBytes'>): string {
  return randomBytes(SALT_BYTES).toString('base64url');
}
