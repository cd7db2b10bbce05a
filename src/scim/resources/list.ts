import type { Call, ScimResponse } from '../http/call.ts';
import { badRequest, ScimError } from '../http/errors.ts';
import { type ListQuery, readListQuery } from '../protocol/listQuery.ts';
import { type Page, readPage } from '../protocol/paging.ts';
import { readProjection } from '../protocol/projection.ts';
import { groups } from './groups.ts';
import type { Model, Row } from './operations.ts';
import { users } from './users.ts';

const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** A page of one resource type, with its resources as JSON text, separated by commas. */
type Part = { page: Page<Row>; json: AsyncIterable<string> };

/** GET /Users, POST /Users/.search, and the same for groups (RFC 7644 3.4.2, 3.4.3). */
export async function listResources<R extends Row>(
  call: Call,
  model: Model<R>,
  parameters: URLSearchParams,
): Promise<ScimResponse> {
  const query = readListQuery(parameters);
  const part = await readPart(call, model, query, parameters);
  return { status: 200, body: listJson(part.page, query, [part]) };
}

/** GET / and POST /.search: people first, then groups. A filter matches no resource of a type that lacks its attributes. */
export async function listEverything(call: Call, parameters: URLSearchParams): Promise<ScimResponse> {
  const query = readListQuery(parameters);
  if (query.cursor !== undefined)
    throw badRequest('invalidCursor', 'Cursors are supported for /Users and /Groups, but not for both at once.');
  const people = await findPart(call, users, query, parameters);
  const rest = {
    ...query,
    count: query.count - (people?.page.rows.length ?? 0),
    startIndex: Math.max(1, query.startIndex - (people?.page.total ?? 0)),
  };
  const parts = [people, await findPart(call, groups, rest, parameters)].filter((part) => part !== undefined);
  if (parts.length === 0) throw badRequest('invalidFilter', 'No resource type has the attributes of the filter.');
  const rows = parts.flatMap(({ page }) => page.rows);
  const total = parts.reduce((sum, { page }) => sum + page.total, 0);
  return { status: 200, body: listJson({ rows, total }, query, parts) };
}

/** Returns undefined if the resource type lacks an attribute of the query. */
async function findPart<R extends Row>(
  call: Call,
  model: Model<R>,
  query: ListQuery,
  parameters: URLSearchParams,
): Promise<Part | undefined> {
  try {
    return await readPart(call, model, query, parameters);
  } catch (error) {
    if (error instanceof ScimError && (error.scimType === 'invalidFilter' || error.scimType === 'invalidPath'))
      return undefined;
    throw error;
  }
}

async function readPart<R extends Row>(
  call: Call,
  model: Model<R>,
  query: ListQuery,
  parameters: URLSearchParams,
): Promise<Part> {
  const name = soughtName(query, model.uniqueAttribute);
  const page =
    name === undefined ? await readPage(call.deps, model, query, call.budget) : await readNamed(call, model, name);
  const projection = readProjection(model.typeOf(call.deps), parameters);
  return { page, json: model.writeJson(call, page.rows, projection) };
}

/** Returns the name in `userName eq "…"`, the query that clients send before they create a resource. It needs no SQL of its own. */
function soughtName({ filter, startIndex, count, cursor }: ListQuery, attribute: string): string | undefined {
  if (filter?.kind !== 'compare' || filter.comparator !== 'eq' || typeof filter.value !== 'string') return undefined;
  const { urn, name, sub } = filter.path;
  if (urn !== undefined || sub !== undefined || name.toLowerCase() !== attribute.toLowerCase()) return undefined;
  return startIndex === 1 && count > 0 && cursor === undefined ? filter.value : undefined;
}

async function readNamed<R extends Row>({ deps }: Call, model: Model<R>, name: string): Promise<Page<R>> {
  const row = await model.findByName(deps.store.db, name);
  return row ? { rows: [row], total: 1 } : { rows: [], total: 0 };
}

async function* listJson(page: Page<Row>, query: ListQuery, parts: Part[]): AsyncIterable<string> {
  const head = {
    schemas: [LIST_URN],
    totalResults: page.total,
    itemsPerPage: page.rows.length,
    ...(query.cursor === undefined ? { startIndex: query.startIndex } : {}),
    ...(page.previousCursor ? { previousCursor: page.previousCursor } : {}),
    ...(page.nextCursor ? { nextCursor: page.nextCursor } : {}),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"Resources":[`;
  let isFirst = true;
  for (const { json } of parts.filter(({ page: { rows } }) => rows.length > 0)) {
    if (!isFirst) yield ',';
    isFirst = false;
    yield* json;
  }
  yield ']}';
}
