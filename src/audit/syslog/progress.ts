import type { Db } from '../../db/open.ts';
import { findChainHead } from '../../store/auditChain.ts';
import { addSetting, findSetting, replaceSetting } from '../../store/settings.ts';

const SETTING = 'auditSyslog';

/** How far the audit log was sent, and how it goes. Times are epoch milliseconds. */
export type Progress = {
  seq: number; // of the last entry that was sent
  checkpoint: number; // the entry of the last checkpoint that was sent
  leasedUntil: number; // a server sends until then, and no other one
  sentAt: number | null;
  failingSince: number | null;
  failures: number; // in a row
  retryAt: number;
  error: string | null; // a sentence
  missed: number; // entries that were deleted before they could be sent
};

/** That nothing fails. */
export const working = { failingSince: null, failures: 0, retryAt: 0, error: null };

/** Returns how far the audit log was sent, or undefined if no server has started to. */
export async function readProgress(db: Db): Promise<Progress | undefined> {
  return (await findSetting(db, SETTING)) as Progress | undefined;
}

/** Returns how far the audit log was sent. The first time, what is in it already counts as sent. */
export async function startProgress(db: Db): Promise<Progress> {
  const known = await readProgress(db);
  if (known) return known;
  const seq = (await findChainHead(db))?.seq ?? 0;
  const first = { seq, checkpoint: seq, leasedUntil: 0, sentAt: null, ...working, missed: 0 };
  await addSetting(db, SETTING, first);
  return (await readProgress(db)) ?? first;
}

/** Changes the progress, unless another process has changed it meanwhile. Returns it as it is then, and undefined otherwise. */
export async function changeProgress(
  db: Db,
  before: Progress,
  changes: Partial<Progress>,
): Promise<Progress | undefined> {
  const after = { ...before, ...changes };
  return (await replaceSetting(db, SETTING, before, after)) ? after : undefined;
}

/** Lets the audit log be sent from the entry after `seq` on, at once, whatever was sent already. */
export async function sendAfter(db: Db, seq: number): Promise<Progress> {
  for (;;) {
    const progress = await startProgress(db);
    const changed = await changeProgress(db, progress, { seq, checkpoint: seq, ...working, missed: 0 });
    if (changed) return changed;
  }
}
