import { searchParameters } from '../protocol/listQuery.ts';
import { runBulk } from '../resources/bulk.ts';
import { resourceTypes, schemaList, serviceProviderConfig } from '../resources/discovery.ts';
import { groups } from '../resources/groups.ts';
import { listEverything, listResources } from '../resources/list.ts';
import {
  createResource,
  deleteResource,
  getResource,
  type Model,
  patchResource,
  type Row,
  replaceResource,
} from '../resources/operations.ts';
import { users } from '../resources/users.ts';
import type { Call, Handler, ScimRequest, ScimResponse } from './call.ts';
import { ScimError } from './errors.ts';

type Endpoint = Partial<Record<string, Handler>>;

/**
 * Finds the handler of a request. Paths are accepted in any case, with or without a trailing slash.
 * @throws ScimError 404, 405 with the allowed methods
 */
export function findHandler({ method, path }: Pick<ScimRequest, 'method' | 'path'>): Handler {
  const endpoint = findEndpoint(path);
  if (!endpoint)
    throw new ScimError(
      404,
      undefined,
      'There is no such endpoint. People are at /Users, groups at /Groups below the base URL.',
    );
  const handler = Object.hasOwn(endpoint, method) ? endpoint[method] : undefined;
  if (handler) return handler;
  const allowed = Object.keys(endpoint).join(', ');
  throw new ScimError(405, undefined, `This endpoint supports ${allowed}.`, { Allow: allowed });
}

function findEndpoint(path: string): Endpoint | undefined {
  const [first = '', second, ...more] = path.split('/').filter(Boolean).map(decoded);
  if (more.length > 0) return undefined;
  const name = first.toLowerCase();
  if (name === 'users') return resourceEndpoint(users, second);
  if (name === 'groups') return resourceEndpoint(groups, second);
  if (name === 'resourcetypes') return discovery((call) => resourceTypes(call, second));
  if (name === 'schemas') return discovery((call) => schemaList(call, second));
  if (second !== undefined) return undefined;
  if (name === '') return { GET: (call) => listEverything(call, call.request.query) };
  if (name === '.search') return { POST: (call) => listEverything(call, searchParameters(call.request.body)) };
  if (name === 'bulk') return { POST: (call) => runBulk(call, (inner) => findHandler(inner.request)(inner)) };
  if (name === 'me') return { GET: noMe, POST: noMe, PUT: noMe, PATCH: noMe, DELETE: noMe };
  if (name === 'serviceproviderconfig') return discovery(serviceProviderConfig);
  return undefined;
}

function resourceEndpoint<R extends Row>(model: Model<R>, id: string | undefined): Endpoint {
  if (id === undefined)
    return {
      GET: (call) => listResources(call, model, call.request.query),
      POST: (call) => createResource(call, model),
    };
  if (id.toLowerCase() === '.search')
    return { POST: (call) => listResources(call, model, searchParameters(call.request.body)) };
  return {
    GET: (call) => getResource(call, model, id),
    PUT: (call) => replaceResource(call, model, id),
    PATCH: (call) => patchResource(call, model, id),
    DELETE: (call) => deleteResource(call, model, id),
  };
}

/** Discovery endpoints refuse a filter with 403: the client must not mistake the whole list for a match (RFC 7644 4). */
function discovery(describe: (call: Call) => ScimResponse): Endpoint {
  return {
    GET: (call) => {
      if (call.request.query.has('filter'))
        throw new ScimError(403, undefined, 'This endpoint does not support filters.');
      return describe(call);
    },
  };
}

/** RFC 7644 3.11. */
function noMe(): never {
  throw new ScimError(
    501,
    undefined,
    'The token belongs to a profile source and not to a person: /Me is not available.',
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
