import { badRequest } from '../http/errors.ts';
import { isObject, type Json } from '../schema/readValue.ts';
import type { ResourceType } from '../schema/schema.ts';
import { type AttributePath, type Filter, parseFilter, parsePath } from './filter.ts';
import { type Projection, readProjection, splitNames } from './projection.ts';
import { field } from './readPatch.ts';

export const DEFAULT_COUNT = 100;
export const MAX_COUNT = 1_000;

/** What a client asks of a list (RFC 7644 3.4.2, RFC 9865). */
export type ListQuery = {
  filter: Filter | undefined;
  sortBy: AttributePath | undefined;
  descending: boolean;
  count: number;
  startIndex: number; // from 1
  cursor: string | undefined; // '' : the first page, with cursors
  mark: string; // what the query is, for a cursor to belong to
};

/** The parameters of a list as texts, whether they came in the URL or in the body of a .search (RFC 7644 3.4.3). */
export type ListParameters = {
  attributes: string[];
  excludedAttributes: string[];
  filter: string | null;
  sortBy: string | null;
  sortOrder: string | null;
  startIndex: string | null;
  count: string | null;
  cursor: string | null;
};

export function parametersOfUrl(query: URLSearchParams): ListParameters {
  return {
    attributes: splitNames(query.get('attributes')),
    excludedAttributes: splitNames(query.get('excludedAttributes')),
    filter: query.get('filter'),
    sortBy: query.get('sortBy'),
    sortOrder: query.get('sortOrder'),
    startIndex: query.get('startIndex'),
    count: query.get('count'),
    cursor: query.get('cursor'),
  };
}

/** @throws ScimError invalidSyntax, invalidValue */
export function parametersOfSearch(body: unknown): ListParameters {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  return {
    attributes: namesOf(body, 'attributes'),
    excludedAttributes: namesOf(body, 'excludedAttributes'),
    filter: textOf(body, 'filter'),
    sortBy: textOf(body, 'sortBy'),
    sortOrder: textOf(body, 'sortOrder'),
    startIndex: textOf(body, 'startIndex'),
    count: textOf(body, 'count'),
    cursor: textOf(body, 'cursor'),
  };
}

/** Understands the parameters of a list. @throws ScimError invalidFilter, invalidPath, invalidValue, invalidCount */
export function readListQuery(parameters: ListParameters): ListQuery {
  const { filter, sortBy, sortOrder, cursor } = parameters;
  const order = sortOrder?.toLowerCase() ?? 'ascending';
  if (order !== 'ascending' && order !== 'descending')
    throw badRequest('invalidValue', 'sortOrder is ascending or descending.');
  const startIndex = integer(parameters.startIndex) ?? 1;
  if (Number.isNaN(startIndex)) throw badRequest('invalidValue', 'startIndex must be a whole number.');
  return {
    filter: filter === null || filter.trim() === '' ? undefined : parseFilter(filter),
    sortBy: sortBy === null || sortBy === '' ? undefined : parsePath(sortBy, []),
    descending: order === 'descending',
    count: readCount(parameters),
    startIndex: Math.max(1, startIndex),
    cursor: cursor ?? undefined,
    mark: JSON.stringify([filter, sortBy, order]),
  };
}

/** Which attributes the answer holds. */
export function projectionOf(type: ResourceType, parameters: ListParameters): Projection | undefined {
  return readProjection(type, parameters.attributes, parameters.excludedAttributes);
}

function readCount({ count, cursor }: ListParameters): number {
  const given = integer(count) ?? DEFAULT_COUNT;
  // Not 0, for that page would have no nextCursor and look like the last (RFC 9865 2).
  if (cursor !== null && !(given > 0)) throw badRequest('invalidCount', 'count must be a whole number from 1 on.');
  if (Number.isNaN(given)) throw badRequest('invalidValue', 'count must be a whole number.');
  return Math.min(Math.max(0, given), MAX_COUNT);
}

/** NaN where there is something and it is no whole number. */
function integer(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  return /^[+-]?\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
}

function textOf(body: Json, name: string): string | null {
  const value = field(body, name);
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw badRequest('invalidValue', `${name} must be a string or a number.`);
}

function namesOf(body: Json, name: string): string[] {
  const value = field(body, name);
  if (Array.isArray(value)) return value.flatMap((item) => (typeof item === 'string' ? splitNames(item) : []));
  return typeof value === 'string' ? splitNames(value) : [];
}
