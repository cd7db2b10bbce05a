import { isDeepStrictEqual } from 'node:util';
import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import { DatabaseFault } from '../../errors.ts';
import { newId } from '../../identifier.ts';
import { addCalls } from '../../store/profileSources.ts';
import { type Change, insertScimLog, type ScimLogEntry } from '../../store/scimLog.ts';
import { insertNotice, type NoticeKind } from '../../store/sourceNotices.ts';
import { isObject, type Json } from '../schema/json.ts';
import type { Call, Trace } from './call.ts';
import { maskBody, maskDetail, maskUrl } from './mask.ts';

const DAY_MS = 86_400_000;
const GATHER_MS = 10;
const LAST_CALL_EVERY_MS = 60_000;
const TRY_EVERY_MS = 1_000;
const MAX_WAITING = 10_000;
const MAX_VALUE_CHARACTERS = 2_000;

/** What the log needs of a call. The source is undefined if the token belongs to none. */
export type LoggedCall = Pick<Call, 'deps' | 'network' | 'startedAt' | 'request' | 'trace'> & {
  source: Call['source'] | undefined;
};

/** The calls of a source on a day (UTC), and what its rights left out. */
type Counted = {
  sourceId: string;
  day: number;
  calls: number;
  failures: number;
  at: number;
  kinds: Set<NoticeKind>;
};

/** The same, and the time to write as the source's last call. */
type Batched = Counted & { lastCallAt: number | undefined };

/**
 * The request log. Changes are logged in their own transaction (logChange). All other requests are queued and written together after
 * their responses; `add` also counts the calls of each source, and records what its rights left out.
 */
export type RequestLog = { add(call: LoggedCall, status: number, detail: string | null): void };

/** Opens the request log of a SCIM server. */
export function openRequestLog(deps: Deps): RequestLog {
  let entries: ScimLogEntry[] = [];
  let counts = new Map<string, Counted>();
  let writing = false;
  const lastCalls = new Map<string, number>();

  // The row of a source is durable: writing it with every batch would have each wait for the disk, and other writers with it.
  function withLastCall(counted: Counted): Batched {
    const { sourceId, at } = counted;
    const isDue = at - (lastCalls.get(sourceId) ?? -Infinity) >= LAST_CALL_EVERY_MS;
    if (isDue) lastCalls.set(sourceId, at);
    return { ...counted, lastCallAt: isDue ? at : undefined };
  }

  async function write(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (entries.length > 0 || counts.size > 0) {
      const [batch, counted] = [entries, [...counts.values()].map(withLastCall)];
      entries = [];
      counts = new Map();
      await store(deps, batch, counted);
      // A single call is written at once, a stream of calls in batches.
      if (entries.length + counts.size > 0) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    }
  }

  function start(): void {
    if (writing) return;
    writing = true;
    const written = write()
      .catch((error) => deps.log.error({ err: error }, 'SCIM log could not be written'))
      .finally(() => {
        writing = false;
      });
    deps.background.add(written);
  }

  function count(sourceId: string, failed: boolean, { notices }: Trace): void {
    const at = deps.now();
    const day = Math.floor(at / DAY_MS) * DAY_MS;
    const known = counts.get(`${sourceId} ${day}`);
    const { calls, failures, kinds } = known ?? { calls: 0, failures: 0, kinds: new Set<NoticeKind>() };
    for (const { kind } of notices) if (kind) kinds.add(kind);
    const counted = { sourceId, day, calls: calls + 1, failures: failures + (failed ? 1 : 0), at, kinds };
    counts.set(`${sourceId} ${day}`, counted);
  }

  return {
    add(call, status, detail) {
      const isWritten = call.trace.logged && status < 400;
      if (!isWritten && entries.length < MAX_WAITING) entries.push(entryOf(call, status, detail));
      if (call.source) count(call.source.id, status >= 400, call.trace);
      start();
    },
  };
}

/** Stores what was queued. While the database is away or full, waits for it, because rows must not be lost for that. */
async function store(deps: Deps, batch: ScimLogEntry[], counted: Batched[]): Promise<void> {
  for (;;)
    try {
      return await deps.store.db.transaction().execute(async (trx) => {
        const isStored = (await insertScimLog(trx, batch)) < batch.length; // by an attempt whose commit was not confirmed
        if (isStored) return;
        for (const { sourceId, kinds, at, lastCallAt, ...count } of counted) {
          await addCalls(trx, sourceId, { ...count, at: lastCallAt });
          for (const kind of kinds) await insertNotice(trx, sourceId, kind, at);
        }
      });
    } catch (error) {
      const isOver = deps.background.stopping.aborted || !(error instanceof DatabaseFault) || error.status !== 503;
      if (isOver) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
}

/** Logs a change in the transaction that makes it: neither is stored without the other. */
export async function logChange(db: Db, call: Call, status: number): Promise<void> {
  await insertScimLog(db, [entryOf(call, status, null)]);
  call.trace.logged = true;
}

/** Returns the differences between two states of a resource, attribute by attribute, those of an extension as `URN:name`. */
export function changesBetween(before: Json, after: Json): Change[] {
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, current] = [before[name], after[name]];
    if (isDeepStrictEqual(old, current)) continue;
    if (!name.startsWith('urn:')) changes.push(changeOf(name, old, current));
    else
      for (const change of changesBetween(isObject(old) ? old : {}, isObject(current) ? current : {}))
        changes.push({ ...change, attribute: `${name}:${change.attribute}` });
  }
  return changes;
}

function entryOf(
  { deps, source, network, startedAt, request, trace }: LoggedCall,
  status: number,
  detail: string | null,
): ScimLogEntry {
  const { logged: _, notices, ...traced } = trace;
  const { path, query, body } = request;
  const now = deps.now();
  return {
    id: newId(deps),
    at: now,
    sourceId: source?.id ?? null,
    sourceName: source?.name ?? null,
    network,
    method: request.method,
    path: maskUrl(path, query).slice(0, 2_000),
    status,
    durationMs: Math.max(0, Math.round(now - startedAt)),
    ...traced,
    detail: detail !== null ? maskDetail(detail, query, body) : shownNotices(notices),
    body: source?.logBodies && body !== undefined ? maskBody(body) : null,
  };
}

function shownNotices(notices: Call['trace']['notices']): string | null {
  return notices.length > 0 ? notices.map(({ text }) => text).join(' ') : null;
}

function changeOf(attribute: string, before: unknown, after: unknown): Change {
  if (attribute === 'password') return { attribute };
  return {
    attribute,
    ...(before === undefined ? {} : { before: shortened(before) }),
    ...(after === undefined ? {} : { after: shortened(after) }),
  };
}

function shortened(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : value;
}
