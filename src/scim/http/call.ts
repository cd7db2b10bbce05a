import type { Deps } from '../../deps.ts';
import type { ProfileSource } from '../../store/profileSources.ts';
import type { Change } from '../../store/scimLog.ts';
import type { NoticeKind } from '../../store/sourceNotices.ts';
import type { Json } from '../schema/json.ts';

/** A request of a profile source. */
export type Call = {
  deps: Deps;
  source: ProfileSource;
  baseUrl: string; // of the SCIM server, without a trailing slash
  network: string; // the client's IP address
  startedAt: number; // epoch milliseconds
  request: ScimRequest;
  trace: Trace;
  isTryOut?: boolean; // its changes are rolled back, see mapping/tryOut.ts
  budget: { work: number }; // what its filters may still cost, see protocol/scan.ts
};

/** One operation, sent alone or in a bulk request. */
export type ScimRequest = {
  method: string;
  path: string; // below the base URL: '/Users/1'
  query: URLSearchParams;
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  body?: unknown;
};

/** What the request log says about a call, filled in while it runs. `logged`: its entry was written with the change. */
export type Trace = {
  event: string | null;
  resourceType: string | null;
  resourceId: string | null;
  resourceName: string | null;
  changes: Change[];
  notices: Notice[];
  logged: boolean;
};

/** What was left out of a request, or why it was refused: the log has the text, Needs attention the kind if there is one. */
export type Notice = { kind?: NoticeKind; text: string };

/** A response. The body is an object, JSON text, or JSON text in pieces. */
export type ScimResponse = {
  status: number;
  headers?: Record<string, string>;
  body?: Json | AsyncIterable<string>;
};

/** Runs a request. */
export type Handler = (call: Call) => Promise<ScimResponse> | ScimResponse;

const verbs: Record<string, string> = {
  GET: 'lookup',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/** Returns the trace of a request that has not run yet. Events have the names that JumpCloud uses in its own log, which has none for lookups of groups. */
export function newTrace({ method, path }: Pick<ScimRequest, 'method' | 'path'>): Trace {
  const [, endpoint = '', id = ''] = path.toLowerCase().split('/');
  const verb = verbs[id === '.search' ? 'GET' : method];
  const type = endpoint === 'users' ? 'User' : endpoint === 'groups' ? 'Group' : null;
  const event = verb && type ? `${type.toLowerCase()}_${verb}_provision` : null;
  return { event, resourceType: type, resourceId: null, resourceName: null, changes: [], notices: [], logged: false };
}

/** Notes what was left out, once for each text: a transaction may run again. @param kind undefined if a Power User wants it so */
export function note({ trace }: Pick<Call, 'trace'>, kind: NoticeKind | undefined, text: string): void {
  if (!trace.notices.some((notice) => notice.text === text)) trace.notices.push({ ...(kind ? { kind } : {}), text });
}
