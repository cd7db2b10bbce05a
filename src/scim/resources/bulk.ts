import { together } from '../../web/turn.ts';
import { type Call, type Handler, newTrace, note, type ScimRequest, type ScimResponse } from '../http/call.ts';
import { badRequest, errorBody, ScimError, toScimError } from '../http/errors.ts';
import { maskDetail, maskUrl } from '../http/mask.ts';
import { field, isObject, type Json } from '../schema/json.ts';

export const MAX_BULK_OPERATIONS = 1_000;

const RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

type Operation = {
  method: string;
  path: string;
  bulkId: string | undefined;
  version: string | undefined;
  data: unknown;
};
type Result = { status: number; id?: string | undefined; body: Json };

/**
 * POST /Bulk (RFC 7644 3.7). Operations run in order, each in its own transaction; one that refers to another by `bulkId:…` waits for
 * it. After `failOnErrors` failures the remaining operations are skipped.
 * @param handle runs one operation
 */
export async function runBulk(call: Call, handle: Handler): Promise<ScimResponse> {
  const { operations, failOnErrors } = readBulk(call.request.body);
  const ids = new Map<string, string>();
  const results = new Map<Operation, Result>();
  let waiting = operations;
  let failures = 0;
  while (waiting.length > 0 && failures < failOnErrors) {
    const later: Operation[] = [];
    for (const operation of waiting) {
      if (failures >= failOnErrors) break;
      const data = resolved(operation.data, ids);
      const path = resolved(operation.path, ids);
      if (data === undefined || typeof path !== 'string') {
        later.push(operation);
        continue;
      }
      await together(); // an operation that fails early waits for nothing else
      const result = await runOperation(call, handle, { ...operation, data, path });
      results.set(operation, result);
      if (result.status >= 400) failures += 1;
      else if (operation.bulkId !== undefined && result.id) ids.set(operation.bulkId, result.id);
    }
    if (later.length === waiting.length) {
      for (const operation of later) results.set(operation, unresolved(operation));
      break;
    }
    waiting = later;
  }
  const bodies = operations.map((operation) => results.get(operation)?.body).filter(Boolean);
  return { status: 200, body: { schemas: [RESPONSE_URN], Operations: bodies } };
}

function readBulk(body: unknown): { operations: Operation[]; failOnErrors: number } {
  const list = isObject(body) ? field(body, 'Operations') : undefined;
  if (!isObject(body) || !Array.isArray(list))
    throw badRequest('invalidSyntax', 'A bulk request needs a list of Operations.');
  if (list.length > MAX_BULK_OPERATIONS)
    throw new ScimError(413, undefined, `A bulk request may have at most ${MAX_BULK_OPERATIONS} operations.`);
  const limit = field(body, 'failOnErrors') ?? 0;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0)
    throw badRequest('invalidValue', 'failOnErrors must be a whole number.');
  const operations = list.map(readOperation);
  const names = operations.map(({ bulkId }) => bulkId).filter((bulkId) => bulkId !== undefined);
  if (new Set(names).size < names.length) throw badRequest('invalidValue', 'Each bulkId must be unique.');
  return { operations, failOnErrors: limit > 0 ? limit : Number.POSITIVE_INFINITY };
}

function readOperation(operation: unknown): Operation {
  if (!isObject(operation)) throw badRequest('invalidSyntax', 'An operation must be an object.');
  const text = (name: string) => {
    const value = field(operation, name) ?? undefined;
    if (value !== undefined && typeof value !== 'string')
      throw badRequest('invalidSyntax', `${name} must be a string.`);
    return value;
  };
  const method = text('method')?.toUpperCase() ?? '';
  const path = text('path') ?? '';
  const bulkId = text('bulkId');
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method))
    throw badRequest('invalidSyntax', 'The method of an operation must be POST, PUT, PATCH or DELETE.');
  if (!path.startsWith('/')) throw badRequest('invalidSyntax', 'The path of an operation must start with a slash.');
  if (method === 'POST' && !bulkId) throw badRequest('invalidSyntax', 'A POST needs a bulkId.');
  return { method, path, bulkId, version: text('version'), data: field(operation, 'data') ?? null };
}

async function runOperation(call: Call, handle: Handler, operation: Operation): Promise<Result> {
  const { method, path, version, data } = operation;
  const url = new URL(`http://bulk${path}`);
  const request: ScimRequest = { method, path: url.pathname, query: url.searchParams, ifMatch: version, body: data };
  const inner: Call = { ...call, request, trace: newTrace(request), startedAt: call.deps.now() };
  try {
    if (!/^\/(users|groups)(\/|$)/i.test(url.pathname))
      throw badRequest('invalidPath', 'Bulk operations are supported for /Users and /Groups only.');
    const { status, headers = {} } = await handle(inner);
    const { resourceId, resourceType } = inner.trace;
    const location = resourceId ? { location: `${call.baseUrl}/${resourceType}s/${resourceId}` } : {};
    const tag = headers.ETag === undefined ? {} : { version: headers.ETag };
    return { status, id: resourceId ?? undefined, body: resultBody(operation, status, { ...location, ...tag }) };
  } catch (error) {
    const failure = toScimError(call.deps, error);
    const attribute = `${method} ${maskUrl(url.pathname, url.searchParams)}`.slice(0, 200);
    call.trace.changes.push({ attribute, after: maskDetail(failure.message, url.searchParams, data) });
    const location = method === 'POST' ? {} : { location: `${call.baseUrl}${url.pathname}` };
    return failed(operation, failure, location);
  } finally {
    for (const { kind, text } of inner.trace.notices) note(call, kind, text);
  }
}

function unresolved(operation: Operation): Result {
  const detail = 'The operation refers to a bulkId that is unknown, whose operation failed, or that refers back to it.';
  return failed(operation, new ScimError(409, 'invalidValue', detail), {});
}

function failed(operation: Operation, failure: ScimError, location: Json): Result {
  const body = { ...resultBody(operation, failure.status, location), response: errorBody(failure) };
  return { status: failure.status, body };
}

function resultBody({ method, bulkId }: Operation, status: number, details: Json): Json {
  return { method, ...(bulkId === undefined ? {} : { bulkId }), ...details, status: String(status) };
}

/** Returns a value with its references replaced by ids, or undefined if it refers to an operation that is not done. */
function resolved(value: unknown, ids: Map<string, string>): unknown {
  if (typeof value === 'string') return resolvedText(value, ids);
  if (Array.isArray(value)) {
    const items = value.map((item) => resolved(item, ids));
    return items.includes(undefined) ? undefined : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, resolved(part, ids)] as const);
  return entries.some(([, part]) => part === undefined) ? undefined : Object.fromEntries(entries);
}

function resolvedText(text: string, ids: Map<string, string>): string | undefined {
  if (text.startsWith('bulkId:')) return ids.get(text.slice('bulkId:'.length));
  const inPath = /^(\/[A-Za-z]+\/)bulkId:([^/?]+)(.*)$/.exec(text);
  if (!inPath) return text;
  const id = ids.get(inPath[2] ?? '');
  return id === undefined ? undefined : `${inPath[1]}${id}${inPath[3]}`;
}
