import { setImmediate } from 'node:timers/promises';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { writeSeals } from '../store/audit.ts';
import { changeChain, findChainHead, listUnsealedEntries } from '../store/auditChain.ts';
import { digestOf, GENESIS, hashOf } from './chain.ts';

/** How often each server calls sealEntries, in milliseconds. */
export const SEAL_EVERY_MS = 1_000;

const BATCH = 100;
const WARN_AFTER_MS = 10 * 60_000;

/**
 * Appends all entries that were recorded before the call to the chain, in the order of their ids. Several processes may do so at the same
 * time: batches are sealed one after another. Returns how many entries it sealed.
 */
export async function sealEntries({ store }: Pick<Deps, 'store'>): Promise<number> {
  let sealed = 0;
  while ((await listUnsealedEntries(store.db, 1)).length > 0) {
    sealed += await changeChain(store, sealBatch);
    await setImmediate(); // lets other writes run between two batches
  }
  return sealed;
}

/**
 * Returns since when entries have not been sealed, in epoch milliseconds, if that is longer than ten minutes although the database works: the end
 * of the chain is damaged.
 */
export async function findUnsealedSince({ store, now }: Pick<Deps, 'store' | 'now'>): Promise<number | undefined> {
  const [oldest] = await listUnsealedEntries(store.db, 1);
  return oldest && now() - oldest.at >= WARN_AFTER_MS ? oldest.at : undefined;
}

/** Logs that entries cannot be sealed. */
export async function warnOfUnsealed(deps: Pick<Deps, 'store' | 'now' | 'log'>): Promise<void> {
  const since = await findUnsealedSince(deps);
  if (since !== undefined) deps.log.warn({ since: new Date(since).toISOString() }, 'audit entries could not be sealed');
}

async function sealBatch(trx: Db): Promise<number> {
  const entries = await listUnsealedEntries(trx, BATCH);
  const head = await findChainHead(trx);
  let [seq, previous] = [head?.seq ?? 0, head?.hash ?? GENESIS];
  const sealed = entries.map((entry) => {
    seq += 1;
    const chained = { ...entry, seq, whoDigest: digestOf(entry.whoJson), whatDigest: digestOf(entry.whatJson) };
    previous = hashOf(previous, chained);
    return { ...chained, hash: previous };
  });
  await writeSeals(trx, sealed);
  return sealed.length;
}
