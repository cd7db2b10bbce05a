import { parametersOfSearch, parametersOfUrl } from '../protocol/listQuery.ts';
import { runBulk } from '../resources/bulk.ts';
import { resourceTypes, schemaList, serviceProviderConfig } from '../resources/discovery.ts';
import { createGroup, getGroup, patchGroup, removeGroup, replaceGroup } from '../resources/groups.ts';
import { listBySearch, listByUrl, listEverything } from '../resources/list.ts';
import { createUser, getUser, patchUser, removeUser, replaceUser } from '../resources/users.ts';
import { groupType, userType } from '../schema/schema.ts';
import type { Call, ScimAnswer } from './call.ts';
import { ScimError } from './errors.ts';

/** What answers a path, method by method. */
export type Endpoint = Partial<Record<string, (call: Call) => Promise<ScimAnswer> | ScimAnswer>>;

/**
 * The endpoint at a path below the base URL ('/Users/1'; names in any case, with or without a slash at the end), or undefined.
 */
export function findEndpoint(path: string): Endpoint | undefined {
  const [first = '', second, ...more] = path.split('/').filter(Boolean).map(decoded);
  if (more.length > 0) return undefined;
  switch (first.toLowerCase()) {
    case '':
      return { GET: (call) => listEverything(call, parametersOfUrl(call.request.query)) };
    case '.search':
      return second === undefined
        ? { POST: (call) => listEverything(call, parametersOfSearch(call.request.body)) }
        : undefined;
    case 'users':
      return users(second);
    case 'groups':
      return groups(second);
    case 'bulk':
      return second === undefined ? { POST: (call) => runBulk(call, answer) } : undefined;
    case 'me':
      return second === undefined
        ? { GET: noPerson, POST: noPerson, PUT: noPerson, PATCH: noPerson, DELETE: noPerson }
        : undefined;
    case 'serviceproviderconfig':
      return second === undefined ? description(serviceProviderConfig) : undefined;
    case 'resourcetypes':
      return description((baseUrl) => resourceTypes(baseUrl, second));
    case 'schemas':
      return description((baseUrl) => schemaList(baseUrl, second));
    default:
      return undefined;
  }
}

/** Answers one operation. @throws ScimError 404, 405 and what the operation itself throws */
export async function answer(call: Call): Promise<ScimAnswer> {
  const endpoint = findEndpoint(call.request.path);
  return handlerOf(endpoint, call.request.method)(call);
}

/** What answers a method at an endpoint. @throws ScimError 404, 405 with the methods that there are */
export function handlerOf(endpoint: Endpoint | undefined, method: string): NonNullable<Endpoint[string]> {
  if (!endpoint) throw new ScimError(404, undefined, 'There is no such endpoint.');
  const handler = Object.hasOwn(endpoint, method) ? endpoint[method] : undefined;
  if (!handler) {
    const allowed = Object.keys(endpoint).join(', ');
    throw new ScimError(405, undefined, `This endpoint answers ${allowed}.`, { Allow: allowed });
  }
  return handler;
}

function users(id: string | undefined): Endpoint {
  if (id === undefined) return { GET: (call) => listByUrl(call, userType), POST: createUser };
  if (id.toLowerCase() === '.search') return { POST: (call) => listBySearch(call, userType) };
  return {
    GET: (call) => getUser(call, id),
    PUT: (call) => replaceUser(call, id),
    PATCH: (call) => patchUser(call, id),
    DELETE: (call) => removeUser(call, id),
  };
}

function groups(id: string | undefined): Endpoint {
  if (id === undefined) return { GET: (call) => listByUrl(call, groupType), POST: createGroup };
  if (id.toLowerCase() === '.search') return { POST: (call) => listBySearch(call, groupType) };
  return {
    GET: (call) => getGroup(call, id),
    PUT: (call) => replaceGroup(call, id),
    PATCH: (call) => patchGroup(call, id),
    DELETE: (call) => removeGroup(call, id),
  };
}

/** An endpoint at which the server describes itself: with a filter 403, lest the client takes all for what it filtered (RFC 7644 4). */
function description(describe: (baseUrl: string) => ScimAnswer): Endpoint {
  return {
    GET: ({ baseUrl, request }) => {
      if (request.query.has('filter')) throw new ScimError(403, undefined, 'This endpoint does not filter.');
      return describe(baseUrl);
    },
  };
}

/** RFC 7644 3.11: a token belongs to a profile source, and a source is nobody. */
function noPerson(): never {
  throw new ScimError(501, undefined, 'The token belongs to a profile source, not to a person: there is no /Me.');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
