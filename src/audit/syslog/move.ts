import type { Deps } from '../../deps.ts';
import { type Checked, invalid } from '../../errors.ts';
import { findChainHead, listSealedEntries } from '../../store/auditChain.ts';
import { changeOf } from '../changes.ts';
import { recordChange } from '../record.ts';
import { sealEntries } from '../seal.ts';
import { sendAfter, startProgress } from './progress.ts';

/**
 * Lets the audit log be sent by syslog from another entry on, and records it, because entries may be left out in this way.
 * @param from 'now' for new entries, 'start' for all, or the number of an entry
 */
export async function moveSyslog(deps: Deps, from: string): Promise<Checked<{ next: number }>> {
  await sealEntries(deps);
  return deps.store.db.transaction().execute(async (trx) => {
    const head = (await findChainHead(trx))?.seq ?? 0;
    const next = numberOf(from, head);
    if (next < 1 || next > head + 1)
      return invalid({ from: `Use now, start, or the number of an entry up to ${head + 1}.` });
    const { seq } = await startProgress(trx);
    const [first] = await listSealedEntries(trx, next - 1, 1); // those before it may have been deleted
    await sendAfter(trx, (first?.seq ?? next) - 1);
    const target = { kind: 'audit', id: 'syslog', name: 'Syslog' } as const;
    await recordChange(trx, deps, 'audit.syslog_moved', target, [changeOf('nextEntry', seq + 1, next)]);
    return { ok: true, value: { next } };
  });
}

function numberOf(from: string, head: number): number {
  if (from === 'now') return head + 1;
  if (from === 'start') return 1;
  return /^\d{1,15}$/.test(from) ? Number(from) : 0;
}
