import { setImmediate } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';
import { newId } from '../identifier.ts';
import { deleteSealedUpTo } from '../store/audit.ts';
import { changeChain, findChainHead, listSealedTimes, type SealedTime } from '../store/auditChain.ts';
import { deleteCheckpointsBefore, insertCheckpoint, listCuts } from '../store/auditCheckpoints.ts';
import { AUDIT_DAYS, auditDays, readAuditDays } from './auditDays.ts';
import { signCheckpoint } from './checkpoint.ts';
import { findCut } from './findCut.ts';
import { keepFaults } from './lastVerification.ts';
import { logCheckpoint } from './makeCheckpoint.ts';
import { recordChange } from './record.ts';
import { saveSetting } from './saveSetting.ts';
import { auditPublicKey } from './signature.ts';
import { isIntactUpTo } from './verify.ts';

const DAY_MS = 86_400_000;
const READ_AT_ONCE = 1_000;
const DELETED_AT_ONCE = 500;

/** Sets for how many days entries are kept, and deletes older ones. Returns the days, and how many entries were deleted. */
export async function saveAuditDays(deps: Deps, entered: string): Promise<Checked<{ days: number; deleted: number }>> {
  const days = /^\d{1,4}$/.test(entered.trim()) ? Number(entered) : 0;
  if (days < auditDays.least || days > auditDays.most)
    return invalid({
      days: `Enter a number of days from ${auditDays.least} to ${auditDays.most.toLocaleString('en')}.`,
    });
  await deps.store.db
    .transaction()
    .execute(async (trx) => saveSetting(trx, deps, AUDIT_DAYS, await readAuditDays(trx), days));
  return { ok: true, value: { days, deleted: await trimAudit(deps, 0) } };
}

/**
 * Deletes entries past their time from the start of the chain. First a signed cut says up to which entry, then they are deleted in pieces:
 * if the process is killed, the log verifies, and the next call deletes the rest. Returns how many entries were deleted.
 * @param spareMs how much older the oldest entry must be, so that there are not many cuts
 */
export async function trimAudit(deps: Deps, spareMs = DAY_MS): Promise<number> {
  const deleted = await deleteCutEntries(deps);
  const before = deps.now() - (await readAuditDays(deps.store.db)) * DAY_MS;
  if (!(await findLastBefore(deps, before - spareMs))) return deleted;
  const last = await findLastBefore(deps, before);
  if (last && !(await isIntactUpTo(deps, last.seq))) {
    // They are the evidence, and what makes them old may be what was changed.
    deps.log.error('audit log is not intact: old entries are kept');
    await keepFaults(deps);
    return deleted;
  }
  if (last) await cutAfter(deps, last);
  return deleted + (await deleteCutEntries(deps));
}

/**
 * Returns the last entry to delete: all before it are older than a time, or dated in the future by a wrong clock. The last entry of the chain
 * always stays, because new ones continue it.
 */
async function findLastBefore({ store, now }: Deps, before: number): Promise<SealedTime | undefined> {
  const head = await findChainHead(store.db);
  let last: SealedTime | undefined;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const entries: SealedTime[] = await listSealedTimes(store.db, after, READ_AT_ONCE);
    for (const entry of entries) {
      if (entry.seq === head?.seq || (entry.at >= before && entry.at <= now())) return last;
      if (entry.at < before) last = entry;
    }
    after = entries.at(-1)?.seq;
    await setImmediate(); // lets other requests run between two pieces
  }
  return last;
}

/** Says that the entries up to one are deleted, unless another process has cut the chain there or later. */
async function cutAfter(deps: Deps, { seq, hash }: SealedTime): Promise<void> {
  const cut = signCheckpoint(deps, { seq, hash, at: deps.now(), cut: true });
  const isNew = await changeChain(deps.store, async (trx) => {
    const [newest] = await listCuts(trx, 1);
    if (newest && newest.seq >= seq) return false;
    await deleteCheckpointsBefore(trx, seq, cut.publicKey); // nothing is left that they vouch for
    await insertCheckpoint(trx, newId(deps), cut);
    const target = { kind: 'audit', id: 'retention', name: 'Audit log' } as const;
    await recordChange(trx, deps, 'audit.trimmed', target, [{ name: 'deletedUpTo', after: seq }]);
    return true;
  });
  if (isNew) logCheckpoint(deps, cut);
}

async function deleteCutEntries(deps: Deps): Promise<number> {
  const { db } = deps.store;
  const own = auditPublicKey(deps);
  const cut = await findCut(db, ({ publicKey }) => publicKey === own);
  let deleted = 0;
  for (let some = DELETED_AT_ONCE; cut && some === DELETED_AT_ONCE; ) {
    some = await deleteSealedUpTo(db, cut.seq, DELETED_AT_ONCE);
    deleted += some;
    await setImmediate();
  }
  return deleted;
}
