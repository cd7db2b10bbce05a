import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { SCIM_LOG } from '../../paths.ts';
import { readLogDays, saveLogDays } from '../../sources/scimLog.ts';
import { listSources } from '../../store/profileSources.ts';
import { listScimLog, type ScimLogEntry, type ScimLogFilter } from '../../store/scimLog.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { queryText } from '../../web/query.ts';
import { logPage } from '../logPage.ts';

const PAGE = 50;
const DAY_MS = 86_400_000;

/** The events by the names that the identity provider's own log uses, with their titles. */
const events: Record<string, string> = {
  user_create_provision: 'Person added',
  user_update_provision: 'Person changed',
  user_deprovision: 'Person deactivated',
  user_delete_provision: 'Person deleted',
  user_lookup_provision: 'Person looked up',
  group_create_provision: 'Group added',
  group_update_provision: 'Group changed',
  group_delete_provision: 'Group deleted',
  group_lookup_provision: 'Group looked up',
  idm_integration_activate: 'Source enabled',
  idm_integration_update: 'Source changed',
  idm_integration_reauth: 'Token created',
  idm_integration_delete: 'Source disabled or removed',
};

/** Manage Profile Sources > SCIM log: the list, and for how long it is kept. */
export function scimLogRoutes(router: Router, deps: Deps): void {
  router.get(SCIM_LOG, async (req, res) => show(deps, req, res, String(await readLogDays(deps.store.db)), {}));
  router.post(`${SCIM_LOG}/retention`, async (req, res) => {
    const saved = await saveLogDays(deps, field(req, 'days'));
    if (!saved.ok) return show(deps, req, res.status(422), field(req, 'days'), saved.errors);
    await leadTo(res, SCIM_LOG, `Saved: the log is kept for ${counted(saved.value, 'day')}.`);
  });
}

/** The titles with the names, by which the identity provider's own log is searched. */
const namedEvents = Object.fromEntries(Object.entries(events).map(([name, title]) => [name, `${title} (${name})`]));

const NO_LOOKUPS = 'no_lookups'; // in the place of an event

/** Requests without an event, by the first part of their path. */
const endpoints: Record<string, string> = {
  '': 'People and groups looked up',
  '.search': 'People and groups looked up',
  api: 'Wrong path',
  bulk: 'Bulk request',
  resourcetypes: 'Server description read',
  schemas: 'Server description read',
  serviceproviderconfig: 'Server description read',
};

/** Returns the title of an entry: its event, marked if it was refused. */
export function titleOf(entry: Pick<ScimLogEntry, 'event' | 'method' | 'path' | 'status'>): string {
  const { event, method, status } = entry;
  const title = event === null ? titleOfRequest(entry) : (events[event] ?? event);
  if (status < 400) return title;
  return `Refused: ${title.startsWith(method) ? title : title.charAt(0).toLowerCase() + title.slice(1)}`;
}

function titleOfRequest({ method, path, status }: Pick<ScimLogEntry, 'method' | 'path' | 'status'>): string {
  if (path.endsWith('/oauth/token')) return 'Access token request';
  if (status === 401) return 'Request without a valid token';
  const [, endpoint = ''] = path.toLowerCase().split(/[/?]/);
  return endpoints[endpoint] ?? `${method} request`;
}

const filterNames = ['q', 'source', 'event', 'outcome', 'resource', 'from', 'until'] as const;
type LogQuery = Record<(typeof filterNames)[number], string>;

/** Reads the filter from the query of the URL. */
export function logQueryOf(req: Request): LogQuery {
  return Object.fromEntries(filterNames.map((name) => [name, queryText(req, name)])) as LogQuery;
}

/** Returns the filter for the store. Days are UTC and both included; an invalid day or outcome filters nothing. */
export function logFilterOf({ q, source, event, outcome, resource, from, until }: LogQuery): ScimLogFilter {
  const lastDay = startOfDay(until);
  return {
    text: q || undefined,
    sourceId: source || undefined,
    event: event === NO_LOOKUPS ? undefined : event || undefined,
    withoutLookups: event === NO_LOOKUPS,
    outcome: outcome === 'succeeded' || outcome === 'refused' ? outcome : undefined,
    resourceId: resource || undefined,
    from: startOfDay(from),
    until: lastDay === undefined ? undefined : lastDay + DAY_MS,
  };
}

async function show(deps: Deps, req: Request, res: Response, days: string, errors: FieldErrors): Promise<void> {
  const { db } = deps.store;
  const query = logQueryOf(req);
  const before = queryText(req, 'before');
  const page = { limit: PAGE, before: before || undefined };
  const found = await deps.store.longRead((slice) => listScimLog(db, logFilterOf(query), { ...page, slice }));
  res.render('settings/profile-sources/log', {
    title: 'SCIM log',
    ...logPage(SCIM_LOG, query, { before, next: found.next, rows: found.rows.length, one: 'request' }),
    days,
    errors,
    events: { [NO_LOOKUPS]: 'All except lookups', ...namedEvents },
    titleOf,
    sources: await listSources(db),
    rows: found.rows,
  });
}

function startOfDay(text: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
