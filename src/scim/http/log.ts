import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import { newId } from '../../identifier.ts';
import { addCalls } from '../../store/profileSources.ts';
import { insertScimLog, type ScimLogEntry } from '../../store/scimLog.ts';
import type { Call } from './call.ts';
import { maskBody, maskQuery } from './mask.ts';

const DAY_MS = 86_400_000;
const MAX_BODY_CHARACTERS = 16_384;
const MAX_WAITING = 10_000;
const GATHER_MS = 10;

/**
 * The log of requests. What changes something is logged in the transaction that changes it (logChange); the rest is kept for a moment
 * and written with what else is waiting, off the client's way (add).
 */
export type RequestLog = {
  add(entry: ScimLogEntry | undefined, call: { sourceId: string | null; failed: boolean; at: number }): void;
};

/** Opens the log of one SCIM server. */
export function openRequestLog(deps: Deps): RequestLog {
  let entries: ScimLogEntry[] = [];
  let calls = new Map<string, { sourceId: string; day: number; calls: number; failures: number; at: number }>();
  let writing = false;

  async function write(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (entries.length > 0 || calls.size > 0) {
      const [batch, counted] = [entries, [...calls.values()]];
      entries = [];
      calls = new Map();
      await deps.store.relaxed.transaction().execute(async (trx) => {
        await insertScimLog(trx, batch);
        for (const { sourceId, ...count } of counted) await addCalls(trx, sourceId, count);
      });
      // Whoever calls alone is written down at once; what comes in a stream is gathered.
      if (entries.length + calls.size > 0) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    }
  }

  function start(): void {
    if (writing) return;
    writing = true;
    void write()
      .catch((error) => deps.log.error({ err: error }, 'The SCIM log could not be written'))
      .finally(() => {
        writing = false;
      });
  }

  return {
    add(entry, { sourceId, failed, at }) {
      if (entry && entries.length < MAX_WAITING) entries.push(entry);
      if (sourceId !== null) {
        const day = Math.floor(at / DAY_MS) * DAY_MS;
        const known = calls.get(`${sourceId} ${day}`) ?? { sourceId, day, calls: 0, failures: 0, at };
        calls.set(`${sourceId} ${day}`, {
          ...known,
          calls: known.calls + 1,
          failures: known.failures + (failed ? 1 : 0),
          at,
        });
      }
      start();
    },
  };
}

/** Logs a change in the transaction that makes it, so that there is neither one without the other. */
export async function logChange(db: Db, call: Call, status: number): Promise<void> {
  await insertScimLog(db, [entryOf(call, status, null)]);
  call.trace.logged = true;
}

/** The entry of a request. @param detail why it was refused */
export function entryOf(
  { deps, source, network, startedAt, request, trace }: Call,
  status: number,
  detail: string | null,
): ScimLogEntry {
  const query = request.query.size > 0 ? `?${maskQuery(request.query)}` : '';
  const now = deps.now();
  return {
    id: newId(deps),
    at: now,
    sourceId: source.id,
    sourceName: source.name,
    network,
    method: request.method,
    path: (request.path + query).slice(0, 2_000),
    status,
    durationMs: Math.max(0, Math.round(now - startedAt)),
    event: trace.event,
    resourceType: trace.resourceType,
    resourceId: trace.resourceId,
    resourceName: trace.resourceName,
    changes: trace.changes,
    detail,
    body: source.logBodies && request.body !== undefined ? maskBody(request.body, MAX_BODY_CHARACTERS) : null,
  };
}

/** The entry of a request that was refused before it was known who calls. */
export function strangerEntry(
  deps: Deps,
  {
    network,
    method,
    path,
    status,
    detail,
  }: Pick<ScimLogEntry, 'method' | 'path' | 'status'> & { network: string; detail: string },
): ScimLogEntry {
  const now = deps.now();
  const nothing = { sourceId: null, sourceName: null, event: null, resourceType: null, resourceId: null };
  return {
    id: newId(deps),
    at: now,
    ...nothing,
    resourceName: null,
    network,
    method,
    path: path.slice(0, 200),
    status,
    durationMs: 0,
    changes: [],
    detail,
    body: null,
  };
}
