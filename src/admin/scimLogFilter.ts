import type { Request } from 'express';
import type { ScimLogEntry, ScimLogFilter } from '../store/scimLog.ts';
import { queryText } from '../web/query.ts';

/** The event names of the identity provider's own log (its article's vocabulary), with what each means here. */
export const scimEvents: Record<string, string> = {
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

/** What the log is narrowed to, as it stands in the address. Days are UTC. */
export type LogQuery = {
  q: string;
  source: string;
  event: string;
  outcome: string;
  resource: string;
  from: string;
  until: string;
};

const DAY_MS = 86_400_000;

/** Reads the filter out of the address. */
export function logQueryOf(req: Request): LogQuery {
  const [q, source, event, outcome, resource, from, until] = [
    'q',
    'source',
    'event',
    'outcome',
    'resource',
    'from',
    'until',
  ].map((name) => queryText(req, name)) as [string, string, string, string, string, string, string];
  return { q, source, event, outcome, resource, from, until };
}

/** The filter as the store takes it; what is no day or no outcome narrows nothing. The last day is included. */
export function logFilterOf({ q, source, event, outcome, resource, from, until }: LogQuery): ScimLogFilter {
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
export function titleOf({ event, method, status }: Pick<ScimLogEntry, 'event' | 'method' | 'status'>): string {
  const title = event === null ? `${method} request` : (scimEvents[event] ?? event);
  return status >= 400
    ? event === null
      ? `Refused: ${title}`
      : `Refused: ${title.charAt(0).toLowerCase()}${title.slice(1)}`
    : title;
}
