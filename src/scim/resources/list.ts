import type { Group } from '../../store/groups.ts';
import { findUserByUserName, type User } from '../../store/users.ts';
import type { Call, ScimAnswer } from '../http/call.ts';
import { badRequest, ScimError } from '../http/errors.ts';
import {
  type ListParameters,
  type ListQuery,
  parametersOfSearch,
  parametersOfUrl,
  projectionOf,
  readListQuery,
} from '../protocol/listQuery.ts';
import { type Page, readPage } from '../protocol/page.ts';
import { project } from '../protocol/projection.ts';
import type { Json } from '../schema/readValue.ts';
import { groupType, type ResourceType, userType } from '../schema/schema.ts';
import { groupJson } from './groupResource.ts';
import { groupsTable } from './groups.ts';
import { userResources, usersTable } from './users.ts';

const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

type Found = { page: Page<unknown>; pieces: () => AsyncIterable<string> };

/** GET /Users and /Groups (RFC 7644 3.4.2). */
export function listByUrl(call: Call, type: ResourceType): Promise<ScimAnswer> {
  return list(call, type, parametersOfUrl(call.request.query));
}

/** POST /Users/.search and /Groups/.search (RFC 7644 3.4.3). */
export function listBySearch(call: Call, type: ResourceType): Promise<ScimAnswer> {
  return list(call, type, parametersOfSearch(call.request.body));
}

/** GET / and POST /.search: people first, then groups. A type that has no attribute of the filter's has no match. */
export async function listEverything(call: Call, parameters: ListParameters): Promise<ScimAnswer> {
  const query = readListQuery(parameters);
  if (query.cursor !== undefined)
    throw badRequest('invalidCursor', 'Cursors page through /Users or /Groups, not through both at once.');
  const people = await findOrNothing(call, userType, query, parameters);
  const rest = {
    ...query,
    count: query.count - (people?.page.rows.length ?? 0),
    startIndex: Math.max(1, query.startIndex - (people?.page.total ?? 0)),
  };
  const groups = await findOrNothing(call, groupType, rest, parameters);
  const found = [people, groups].filter((part) => part !== undefined);
  if (found.length === 0) throw badRequest('invalidFilter', 'No resource has the attributes of the filter.');
  const rows = found.flatMap(({ page }) => page.rows);
  const total = found.reduce((sum, { page }) => sum + page.total, 0);
  return { status: 200, body: listJson({ rows, total }, query, found) };
}

async function list(call: Call, type: ResourceType, parameters: ListParameters): Promise<ScimAnswer> {
  const query = readListQuery(parameters);
  if (type === userType) {
    const page = await readPeople(call, query);
    return { status: 200, body: { ...head(page, query), Resources: await people(call, page.rows, parameters) } };
  }
  const found = await find(call, type, query, parameters);
  return { status: 200, body: listJson(found.page, query, [found]) };
}

async function findOrNothing(
  call: Call,
  type: ResourceType,
  query: ListQuery,
  parameters: ListParameters,
): Promise<Found | undefined> {
  try {
    return await find(call, type, query, parameters);
  } catch (error) {
    if (error instanceof ScimError && (error.scimType === 'invalidFilter' || error.scimType === 'invalidPath'))
      return undefined;
    throw error;
  }
}

async function find(call: Call, type: ResourceType, query: ListQuery, parameters: ListParameters): Promise<Found> {
  if (type === userType) {
    const page = await readPeople(call, query);
    return { page, pieces: () => peopleJson(call, page.rows, parameters) };
  }
  const page = await readPage(groupsTable(call), type, call.deps.store.engine, query, call.deps.now());
  return { page, pieces: () => groupsJson(call, page.rows, parameters) };
}

async function readPeople(call: Call, query: ListQuery): Promise<Page<User>> {
  const userName = soughtUserName(query);
  if (userName === undefined)
    return readPage(usersTable(call), userType, call.deps.store.engine, query, call.deps.now());
  const user = await findUserByUserName(call.deps.store.db, userName);
  return user ? { rows: [user], total: 1 } : { rows: [], total: 0 };
}

/** What clients ask most, before each person that they create: who has a user name. Nobody has to put a query together for that. */
function soughtUserName({ filter, startIndex, count, cursor }: ListQuery): string | undefined {
  if (filter?.kind !== 'compare' || filter.comparator !== 'eq' || typeof filter.value !== 'string') return undefined;
  const { urn, name, sub } = filter.path;
  if (urn !== undefined || sub !== undefined || name.toLowerCase() !== 'username') return undefined;
  return startIndex === 1 && count > 0 && cursor === undefined ? filter.value : undefined;
}

async function people(call: Call, users: User[], parameters: ListParameters): Promise<Json[]> {
  const projection = projectionOf(userType, parameters);
  const resources = await userResources(call, users);
  return projection ? resources.map((resource) => project(userType, resource, projection)) : resources;
}

async function* peopleJson(call: Call, users: User[], parameters: ListParameters): AsyncIterable<string> {
  yield JSON.stringify(await people(call, users, parameters)).slice(1, -1);
}

async function* groupsJson(call: Call, groups: Group[], parameters: ListParameters): AsyncIterable<string> {
  const projection = projectionOf(groupType, parameters);
  let isFirst = true;
  for (const group of groups) {
    if (!isFirst) yield ',';
    isFirst = false;
    yield* groupJson(call, group, projection);
  }
}

/** A list but for its resources. */
function head(page: Page<unknown>, query: ListQuery): Json {
  return {
    schemas: [LIST_URN],
    totalResults: page.total,
    itemsPerPage: page.rows.length,
    ...(query.cursor === undefined ? { startIndex: query.startIndex } : {}),
    ...(page.previousCursor ? { previousCursor: page.previousCursor } : {}),
    ...(page.nextCursor ? { nextCursor: page.nextCursor } : {}),
  };
}

async function* listJson(page: Page<unknown>, query: ListQuery, found: Found[]): AsyncIterable<string> {
  yield `${JSON.stringify(head(page, query)).slice(0, -1)},"Resources":[`;
  let isFirst = true;
  for (const { page: part, pieces } of found) {
    if (part.rows.length === 0) continue;
    if (!isFirst) yield ',';
    isFirst = false;
    yield* pieces();
  }
  yield ']}';
}
