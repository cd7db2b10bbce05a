import type { Deps } from '../../deps.ts';
import type { ProfileSource } from '../../store/profileSources.ts';
import type { Change } from '../../store/scimLog.ts';
import type { Json } from '../schema/readValue.ts';
import { ScimError } from './errors.ts';

/** Who calls, and what the log is to say of it. */
export type Call = {
  deps: Deps;
  source: ProfileSource;
  baseUrl: string; // where the SCIM server is, without a slash at the end
  network: string; // the address that calls
  startedAt: number; // epoch milliseconds
  request: ScimRequest;
  trace: Trace;
};

/** One operation, whether it came alone or within a bulk request. */
export type ScimRequest = {
  method: string;
  path: string; // below the base URL: '/Users/1'
  query: URLSearchParams;
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  body?: unknown;
};

/** What a request did, filled in on the way. `logged`: its entry was written with the change itself. */
export type Trace = {
  event: string | null;
  resourceType: string | null;
  resourceId: string | null;
  resourceName: string | null;
  changes: Change[];
  logged: boolean;
};

/** The answer; a body may be JSON text already, and one that is long comes in pieces of it. */
export type ScimAnswer = {
  status: number;
  headers?: Record<string, string>;
  body?: Json | string | AsyncIterable<string>;
};

const userEvents: Record<string, string> = {
  GET: 'user_lookup_provision',
  POST: 'user_create_provision',
  PUT: 'user_update_provision',
  PATCH: 'user_update_provision',
  DELETE: 'user_delete_provision',
};
const groupEvents: Record<string, string> = {
  POST: 'group_create_provision',
  PUT: 'group_update_provision',
  PATCH: 'group_update_provision',
  DELETE: 'group_delete_provision',
};

/** What the log says of a request before it is answered: the event as the article's client names it in its own log. */
export function newTrace({ method, path }: Pick<ScimRequest, 'method' | 'path'>): Trace {
  const [, first = '', second = ''] = path.toLowerCase().split('/');
  const verb = second === '.search' ? 'GET' : method;
  const nothing = { resourceId: null, resourceName: null, changes: [], logged: false };
  if (first === 'users') return { event: userEvents[verb] ?? null, resourceType: 'User', ...nothing };
  if (first === 'groups') return { event: groupEvents[verb] ?? null, resourceType: 'Group', ...nothing };
  return { event: null, resourceType: null, ...nothing };
}

/** @throws ScimError 403 where the source may only read */
export function requireWritable({ source }: Call): void {
  if (source.readOnly) throw new ScimError(403, undefined, 'This profile source may read and not write.');
}

/**
 * Nobody's people and groups are taken over by the source that writes to them; those of another source are not.
 * @throws ScimError 403
 */
export function requireManageable({ source }: Call, { sourceId }: { sourceId: string | null }): void {
  if (sourceId !== null && sourceId !== source.id)
    throw new ScimError(403, undefined, 'Another profile source manages this; only that one may change it.');
}

/** 404 (RFC 7644 3.12). */
export function notFound(): ScimError {
  return new ScimError(404, undefined, 'There is no such resource.');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text can be the id of anything here. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
