import { listScimLog, type ScimLogEntry, type ScimLogFilter } from '../../../src/store/scimLog.ts';
import type { ScimServer } from './scimServer.ts';

/** Returns the log, the newest entry first, as soon as it has so many entries: most are written after their responses. */
export async function readLog(
  scim: Pick<ScimServer, 'deps'>,
  filter: ScimLogFilter,
  count: number,
): Promise<ScimLogEntry[]> {
  for (;;) {
    const { rows } = await listScimLog(scim.deps.store.db, filter, { limit: 50 });
    if (rows.length >= count) return rows;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
