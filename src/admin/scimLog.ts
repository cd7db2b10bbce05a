import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { readLogDays, saveLogDays } from '../directory/scimLogRetention.ts';
import { type FieldErrors, NotFound } from '../errors.ts';
import { listSources } from '../store/profileSources.ts';
import { findScimLogEntry, listScimLog } from '../store/scimLog.ts';
import { field } from '../web/form.ts';
import { identifierOnly, queryText, withQuery } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { logFilterOf, logQueryOf, scimEvents, titleOf } from './scimLogFilter.ts';

export const LOG_PATH = '/settings/profile-sources/log';
const PAGE = 50;

/** Manage Profile Sources > SCIM log: the list, and one request. */
export function scimLogRoutes(deps: Deps): Router {
  const { db } = deps.store;
  const router = Router();
  router.param('id', identifierOnly);
  router.get(LOG_PATH, async (req, res) => show(deps, req, res, String(await readLogDays(db)), {}));
  router.post(`${LOG_PATH}/retention`, async (req, res) => {
    const saved = await saveLogDays(deps, field(req, 'days'));
    if (!saved.ok) {
      res.status(422);
      return show(deps, req, res, field(req, 'days'), saved.errors);
    }
    flash(req, `Saved: the log is kept for ${saved.value === 1 ? '1 day' : `${saved.value} days`}.`);
    res.redirect(303, LOG_PATH);
  });
  router.get(`${LOG_PATH}/:id`, async (req, res) => {
    const entry = await findScimLogEntry(db, req.params.id);
    if (!entry) throw new NotFound('This request is not in the log any more.');
    res.render('settings/profile-sources/log-entry', {
      title: titleOf(entry),
      entry,
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
    first: before ? withQuery(LOG_PATH, query) : undefined,
    next: found.next && withQuery(LOG_PATH, { ...query, before: found.next }),
    csv: withQuery(`${LOG_PATH}/export`, { ...query, format: 'csv' }),
    ndjson: withQuery(`${LOG_PATH}/export`, { ...query, format: 'ndjson' }),
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
