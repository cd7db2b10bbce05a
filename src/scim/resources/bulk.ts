import { type Call, newTrace, type ScimAnswer, type ScimRequest } from '../http/call.ts';
import { badRequest, errorBody, ScimError } from '../http/errors.ts';
import { toScimError } from '../http/failure.ts';
import { field } from '../protocol/readPatch.ts';
import { isObject, type Json } from '../schema/readValue.ts';
import { MAX_BULK_OPERATIONS } from './discovery.ts';

const RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
const MAX_DEPTH = 20;

type Operation = {
  method: string;
  path: string;
  bulkId: string | undefined;
  version: string | undefined;
  data: unknown;
};
type Answer = (call: Call) => Promise<ScimAnswer>;
type Outcome = { status: number; id?: string | undefined; result: Json };

/**
 * POST /Bulk (RFC 7644 3.7). Operations run in their order, each on its own; one that refers to another by `bulkId:…` waits until that
 * one is done. After `failOnErrors` failures the rest is left.
 * @param answer what answers one operation
 */
export async function runBulk(call: Call, answer: Answer): Promise<ScimAnswer> {
  const { operations, failOnErrors } = readBulk(call.request.body);
  const ids = new Map<string, string>();
  const outcomes = new Map<Operation, Outcome>();
  let waiting = operations;
  let failures = 0;
  while (waiting.length > 0 && failures < failOnErrors) {
    const later: Operation[] = [];
    for (const operation of waiting) {
      if (failures >= failOnErrors) break;
      const data = resolved(operation.data, ids, 0);
      const path = resolved(operation.path, ids, 0);
      if (data === undefined || typeof path !== 'string') {
        later.push(operation);
        continue;
      }
      const outcome = await runOne(call, answer, { ...operation, data, path });
      outcomes.set(operation, outcome);
      if (outcome.status >= 400) failures += 1;
      else if (operation.bulkId !== undefined && outcome.id) ids.set(operation.bulkId, outcome.id);
    }
    if (later.length === waiting.length) {
      for (const operation of later) outcomes.set(operation, unresolved(operation));
      break;
    }
    waiting = later;
  }
  const results = operations.map((operation) => outcomes.get(operation)?.result).filter(Boolean);
  return { status: 200, body: { schemas: [RESPONSE_URN], Operations: results } };
}

function readBulk(body: unknown): { operations: Operation[]; failOnErrors: number } {
  const list = isObject(body) ? field(body, 'Operations') : undefined;
  if (!isObject(body) || !Array.isArray(list))
    throw badRequest('invalidSyntax', 'A bulk request has a list of Operations.');
  if (list.length > MAX_BULK_OPERATIONS)
    throw new ScimError(413, undefined, `A bulk request may have ${MAX_BULK_OPERATIONS} operations at most.`);
  const most = field(body, 'failOnErrors');
  if (most !== undefined && most !== null && (typeof most !== 'number' || !Number.isInteger(most) || most < 0))
    throw badRequest('invalidValue', 'failOnErrors must be a whole number.');
  const operations = list.map(readOperation);
  const names = operations.map(({ bulkId }) => bulkId).filter((bulkId) => bulkId !== undefined);
  if (new Set(names).size < names.length) throw badRequest('invalidValue', 'Every bulkId may stand once.');
  return { operations, failOnErrors: typeof most === 'number' && most > 0 ? most : Number.POSITIVE_INFINITY };
}

function readOperation(operation: unknown): Operation {
  if (!isObject(operation)) throw badRequest('invalidSyntax', 'An operation must be an object.');
  const text = (name: string) => {
    const value = field(operation, name);
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw badRequest('invalidSyntax', `${name} must be a string.`);
    return value ?? undefined;
  };
  const method = text('method')?.toUpperCase() ?? '';
  const path = text('path') ?? '';
  const bulkId = text('bulkId');
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method))
    throw badRequest('invalidSyntax', 'The method of an operation is POST, PUT, PATCH or DELETE.');
  if (!path.startsWith('/')) throw badRequest('invalidSyntax', 'The path of an operation begins with a slash.');
  if (method === 'POST' && !bulkId) throw badRequest('invalidSyntax', 'A POST needs a bulkId.');
  return { method, path, bulkId, version: text('version'), data: field(operation, 'data') ?? null };
}

async function runOne(call: Call, answer: Answer, operation: Operation): Promise<Outcome> {
  const { method, path, bulkId, version, data } = operation;
  const url = new URL(`http://bulk${path}`);
  const request: ScimRequest = { method, path: url.pathname, query: url.searchParams, ifMatch: version, body: data };
  const inner: Call = { ...call, request, trace: newTrace(request), startedAt: call.deps.now() };
  const base = { method, ...(bulkId === undefined ? {} : { bulkId }) };
  try {
    if (!/^\/(users|groups)(\/|$)/i.test(url.pathname))
      throw badRequest('invalidPath', 'A bulk operation is for /Users or /Groups.');
    const { status, headers = {} } = await answer(inner);
    const id = inner.trace.resourceId ?? undefined;
    const location = id && `${call.baseUrl}/${inner.trace.resourceType}s/${id}`;
    const tag = headers.ETag === undefined ? {} : { version: headers.ETag };
    return { status, id, result: { ...base, ...(location ? { location } : {}), ...tag, status: String(status) } };
  } catch (error) {
    const failure = toScimError(call.deps, error);
    call.trace.changes.push({ attribute: `${method} ${url.pathname}`.slice(0, 200), after: failure.message });
    const response = errorBody(failure.status, failure.scimType, failure.message);
    const location = method === 'POST' ? {} : { location: `${call.baseUrl}${url.pathname}` };
    return { status: failure.status, result: { ...base, ...location, status: String(failure.status), response } };
  }
}

/** A value with the references whose operation is done replaced by ids; undefined where one is not done yet. */
function resolved(value: unknown, ids: Map<string, string>, depth: number): unknown {
  if (depth > MAX_DEPTH) return value;
  if (typeof value === 'string') return resolvedText(value, ids);
  if (Array.isArray(value)) {
    const items = value.map((item) => resolved(item, ids, depth + 1));
    return items.includes(undefined) ? undefined : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, resolved(part, ids, depth + 1)] as const);
  return entries.some(([, part]) => part === undefined) ? undefined : Object.fromEntries(entries);
}

function resolvedText(text: string, ids: Map<string, string>): string | undefined {
  if (text.startsWith('bulkId:')) return ids.get(text.slice('bulkId:'.length));
  const inPath = /^(\/[A-Za-z]+\/)bulkId:([^/?]+)(.*)$/.exec(text);
  if (!inPath) return text;
  const id = ids.get(inPath[2] ?? '');
  return id === undefined ? undefined : `${inPath[1]}${id}${inPath[3]}`;
}

function unresolved({ method, bulkId }: Operation): Outcome {
  const detail =
    'The operation refers to a bulkId that names no operation, one that failed, or one that waits for it in turn.';
  const response = errorBody(409, 'invalidValue', detail);
  return { status: 409, result: { method, ...(bulkId === undefined ? {} : { bulkId }), status: '409', response } };
}
