import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type FieldErrors, NotFound } from '../../errors.ts';
import type { SourceRefusal } from '../../sources/callingSource.ts';
import { readLogDays, saveLogDays } from '../../sources/scimLogRetention.ts';
import { listSources } from '../../store/profileSources.ts';
import {
  findScimLogEntry,
  listScimLog,
  type ScimLogEntry,
  type ScimLogFilter,
  streamScimLog,
} from '../../store/scimLog.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { identifierOnly, queryText, withQuery } from '../../web/query.ts';

const PATH = '/settings/profile-sources/log';
const PAGE = 50;
const DAY_MS = 86_400_000;

/** The event names of the identity provider's own log (its article's vocabulary), with what each means here. */
const scimEvents: Record<string, string> = {
  user_create_provision: 'Person added',
  user_update_provision: 'Person changed',
  user_deprovision: 'Person deactivated',
  user_delete_provision: 'Person deleted',
  user_lookup_provision: 'Person looked up',
  group_create_provision: 'Group added',
  group_update_provision: 'Group changed',
  group_delete_provision: 'Group deleted',
  idm_integration_activate: 'Source activated',
  idm_integration_update: 'Source changed',
  idm_integration_reauth: 'Token made or changed',
  idm_integration_delete: 'Source deactivated or removed',
};

/** Why a call was refused before it was read. */
const refusals: Record<SourceRefusal, string> = {
  no_token: 'It brought no token.',
  wrong_token: 'No source has the token that it brought: it was mistyped, or replaced by a new one.',
  expired_token: 'The token that it brought has ended. Generate a new key, and give it to the provider.',
  inactive_source: 'The source is not active.',
  wrong_network: 'It came from a network that the source does not allow.',
};

/** Manage Profile Sources > SCIM log: the list, its export, for how long it is kept, and one request. */
export function scimLogRoutes(deps: Deps): Router {
  const { db } = deps.store;
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, async (req, res) => show(deps, req, res, String(await readLogDays(db)), {}));
  router.post(`${PATH}/retention`, async (req, res) => {
    const saved = await saveLogDays(deps, field(req, 'days'));
    if (!saved.ok) return show(deps, req, res.status(422), field(req, 'days'), saved.errors);
    await flash(req, `Saved: the log is kept for ${saved.value === 1 ? '1 day' : `${saved.value} days`}.`);
    res.redirect(303, PATH);
  });
  router.get(`${PATH}/export`, (req, res) => sendExport(deps, req, res));
  router.get(`${PATH}/:id`, async (req, res) => {
    const entry = await findScimLogEntry(db, req.params.id);
    if (!entry) throw new NotFound('This request is not in the log any more.');
    res.render('settings/profile-sources/log-entry', {
      title: titleOf(entry),
      entry,
      reason: refusals[entry.detail as SourceRefusal] ?? entry.detail,
      body: indented(entry.body),
      changes: entry.changes.map(({ attribute, before, after }) => ({
        attribute,
        before: asText(before),
        after: asText(after),
      })),
    });
  });
  return router;
}

async function show(deps: Deps, req: Request, res: Response, days: string, errors: FieldErrors): Promise<void> {
  const { db } = deps.store;
  const query = logQueryOf(req);
  const before = queryText(req, 'before');
  const found = await listScimLog(db, logFilterOf(query), { limit: PAGE, before: before || undefined });
  res.render('settings/profile-sources/log', {
    title: 'SCIM log',
    query,
    days,
    errors,
    events: scimEvents,
    titleOf,
    sources: await listSources(db),
    rows: found.rows,
    isFiltered: Object.values(query).some((value) => value !== ''),
    first: before ? withQuery(PATH, query) : undefined,
    next: found.next && withQuery(PATH, { ...query, before: found.next }),
    csv: withQuery(`${PATH}/export`, { ...query, format: 'csv' }),
    ndjson: withQuery(`${PATH}/export`, { ...query, format: 'ndjson' }),
  });
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}

/** JSON with line breaks; what is none, or was cut, as it is. */
function indented(body: string | null): string | null {
  if (body === null) return null;
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}

/** The log under a filter as a file, row by row, so that its size does not matter. */
async function sendExport(deps: Deps, req: Request, res: Response): Promise<void> {
  const entries = streamScimLog(deps.store.db, logFilterOf(logQueryOf(req)));
  const format = queryText(req, 'format') === 'ndjson' ? 'ndjson' : 'csv';
  const day = new Date(deps.now()).toISOString().slice(0, 10);
  res.attachment(`scim-log-${day}.${format}`);
  await (format === 'ndjson' ? sendNdjson(res, entries) : sendCsv(res, entries));
}

const columns = [
  'time',
  'source',
  'event',
  'method',
  'path',
  'status',
  'durationMs',
  'network',
  'resourceType',
  'resourceId',
  'resourceName',
  'detail',
  'changes',
  'body',
];

async function sendNdjson(res: Response, entries: AsyncIterable<ScimLogEntry>): Promise<void> {
  res.type('application/x-ndjson');
  await pipeline(Readable.from(linesOf(entries)), res);
}

/** A spreadsheet would run what begins with '=' and the like: such values get an apostrophe before them. */
async function sendCsv(res: Response, entries: AsyncIterable<ScimLogEntry>): Promise<void> {
  res.type('text/csv');
  await pipeline(
    Readable.from(entries),
    async function* (source: AsyncIterable<ScimLogEntry>) {
      for await (const entry of source) {
        const { changes, ...row } = exported(entry);
        yield { ...row, changes: changes.length > 0 ? JSON.stringify(changes) : '' };
      }
    },
    stringify({ header: true, columns, escape_formulas: true, bom: true }),
    res,
  );
}

async function* linesOf(entries: AsyncIterable<ScimLogEntry>): AsyncIterable<string> {
  for await (const entry of entries) yield `${JSON.stringify(exported(entry))}\n`;
}

function exported({ id: _, at, sourceId: __, sourceName, ...entry }: ScimLogEntry) {
  return { time: new Date(at).toISOString(), source: sourceName, ...entry };
}

/** What the log is narrowed to, as it stands in the address. Days are UTC. */
const queryNames = ['q', 'source', 'event', 'outcome', 'resource', 'from', 'until'] as const;
type LogQuery = Record<(typeof queryNames)[number], string>;

/** Reads the filter out of the address. */
function logQueryOf(req: Request): LogQuery {
  return Object.fromEntries(queryNames.map((name) => [name, queryText(req, name)])) as LogQuery;
}

/** The filter as the store takes it; what is no day or no outcome narrows nothing. The last day is included. */
function logFilterOf({ q, source, event, outcome, resource, from, until }: LogQuery): ScimLogFilter {
  const last = dayOf(until);
  return {
    text: q || undefined,
    sourceId: source || undefined,
    event: event || undefined,
    outcome: outcome === 'worked' || outcome === 'refused' ? outcome : undefined,
    resourceId: resource || undefined,
    from: dayOf(from),
    until: last === undefined ? undefined : last + DAY_MS,
  };
}

function dayOf(text: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** What a request was about, in words; one that was refused says so. */
function titleOf({ event, method, status }: Pick<ScimLogEntry, 'event' | 'method' | 'status'>): string {
  const title = event === null ? `${method} request` : (scimEvents[event] ?? event);
  return status >= 400
    ? event === null
      ? `Refused: ${title}`
      : `Refused: ${title.charAt(0).toLowerCase()}${title.slice(1)}`
    : title;
}
