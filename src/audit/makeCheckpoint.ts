import type { Deps } from '../deps.ts';
import { newId } from '../identifier.ts';
import { changeChain, findChainHead } from '../store/auditChain.ts';
import { type AuditCheckpoint, findNewestCheckpoint, insertCheckpoint } from '../store/auditCheckpoints.ts';
import { keptCheckpoint, signCheckpoint } from './checkpoint.ts';

/** How often each server looks whether a checkpoint is due, in milliseconds. */
export const CHECKPOINT_EVERY_MS = 60_000;

const DUE_AFTER_MS = 3_600_000;

/** What making a checkpoint needs. */
export type CheckpointDeps = Pick<Deps, 'store' | 'secrets' | 'now' | 'randomBytes' | 'log'>;

/** Makes a checkpoint unless the last one is less than an hour old, or there is nothing new. */
export async function makeDueCheckpoint(deps: CheckpointDeps): Promise<void> {
  const newest = await findNewestCheckpoint(deps.store.db);
  const age = deps.now() - (newest?.at ?? 0);
  // A clock that was set back must not delay the next one.
  if (age >= DUE_AFTER_MS || age < 0) await makeCheckpoint(deps);
}

/** Makes a checkpoint of the last entry in the chain. Returns the newest one if there is nothing new, and undefined without an entry. */
export async function makeCheckpoint(deps: CheckpointDeps): Promise<AuditCheckpoint | undefined> {
  const { checkpoint, isNew } = await changeChain(deps.store, async (trx) => {
    const [head, newest] = [await findChainHead(trx), await findNewestCheckpoint(trx)];
    if (!head?.hash || head.seq === newest?.seq) return { checkpoint: newest, isNew: false };
    const made = signCheckpoint(deps, { seq: head.seq, hash: head.hash, at: deps.now(), cut: false });
    await insertCheckpoint(trx, newId(deps), made);
    return { checkpoint: made, isNew: true };
  });
  if (checkpoint && isNew) logCheckpoint(deps, checkpoint);
  return checkpoint;
}

/** Writes a checkpoint to the log, so that a log collector keeps it where the database cannot be changed with it. */
export function logCheckpoint({ log }: Pick<Deps, 'log'>, checkpoint: AuditCheckpoint): void {
  log.info({ checkpoint: keptCheckpoint(checkpoint) }, 'audit checkpoint');
}
