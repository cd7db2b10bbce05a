import { saveSetting } from '../audit/saveSetting.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';
import { newId } from '../identifier.ts';
import type { ProfileSource } from '../store/profileSources.ts';
import { deleteScimLogBefore, insertScimLog } from '../store/scimLog.ts';
import { findSetting } from '../store/settings.ts';

const SETTING = 'scimLogDays';
const DAY_MS = 86_400_000;
const BATCH = 1_000;
const MAX_DAYS = 3_650;
const DEFAULT_DAYS = 90;

/** Logs what a Power User did to a source. @param event the name that identity providers use for it */
export async function logIntegration(
  db: Db,
  deps: Deps,
  source: ProfileSource,
  event: string,
  detail: string,
): Promise<void> {
  const request = { network: null, method: '', path: '', status: 200, durationMs: 0, body: null };
  const resource = { resourceType: null, resourceId: null, resourceName: null, changes: [] };
  const [id, at] = [newId(deps), deps.now()];
  await insertScimLog(db, [
    { id, at, sourceId: source.id, sourceName: source.name, ...request, event, ...resource, detail },
  ]);
}

/** Returns for how many days the SCIM log is kept. */
export async function readLogDays(db: Db): Promise<number> {
  const days = await findSetting(db, SETTING);
  return typeof days === 'number' ? days : DEFAULT_DAYS;
}

/** Sets for how many days the SCIM log is kept, and deletes older entries. */
export async function saveLogDays(deps: Deps, entered: string): Promise<Checked<number>> {
  const days = /^\d{1,4}$/.test(entered.trim()) ? Number(entered) : 0;
  if (days < 1 || days > MAX_DAYS)
    return invalid({ days: `Enter a number of days from 1 to ${MAX_DAYS.toLocaleString('en')}.` });
  await deps.store.db
    .transaction()
    .execute(async (trx) => saveSetting(trx, deps, SETTING, await readLogDays(trx), days));
  await trimScimLog(deps);
  return { ok: true, value: days };
}

/** Deletes entries past their time, in batches so that other writes do not wait long. Returns how many there were. */
export async function trimScimLog(deps: Deps): Promise<number> {
  const { db } = deps.store;
  const before = deps.now() - (await readLogDays(db)) * DAY_MS;
  let deleted = 0;
  for (;;) {
    const some = await deleteScimLogBefore(db, before, BATCH);
    deleted += some;
    if (some < BATCH) return deleted;
  }
}
