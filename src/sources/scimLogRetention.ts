import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';
import { deleteScimLogBefore } from '../store/scimLog.ts';
import { findSetting, writeSetting } from '../store/settings.ts';

const SETTING = 'scimLogDays';
const DAY_MS = 86_400_000;
const AT_ONCE = 1_000;
const MOST_DAYS = 3_650;
const INITIAL_DAYS = 90;

/** For how many days the SCIM log is kept. */
export async function readLogDays(db: Db): Promise<number> {
  const days = await findSetting(db, SETTING);
  return typeof days === 'number' ? days : INITIAL_DAYS;
}

/** Sets for how many days the SCIM log is kept, and removes what is older. */
export async function saveLogDays(deps: Deps, entered: string): Promise<Checked<number>> {
  const days = /^\d{1,4}$/.test(entered.trim()) ? Number(entered) : 0;
  if (days < 1 || days > MOST_DAYS)
    return invalid({ days: `Enter a number of days from 1 to ${MOST_DAYS.toLocaleString('en')}.` });
  await writeSetting(deps.store.db, SETTING, days);
  await trimScimLog(deps);
  return { ok: true, value: days };
}

/** Removes what is older than the log is kept, in steps, so that nothing else waits long. Returns how many entries there were. */
export async function trimScimLog(deps: Deps): Promise<number> {
  const { db } = deps.store;
  const before = deps.now() - (await readLogDays(db)) * DAY_MS;
  let removed = 0;
  for (;;) {
    const some = await deleteScimLogBefore(db, before, AT_ONCE);
    removed += some;
    if (some < AT_ONCE) return removed;
  }
}
