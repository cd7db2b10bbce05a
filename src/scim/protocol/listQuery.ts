import { badRequest } from '../http/errors.ts';
import { field, isObject, type Json } from '../schema/readResource.ts';
import { type AttributePath, type Filter, parseFilter, parsePath } from './filter.ts';
import { splitNames } from './projection.ts';

export const DEFAULT_COUNT = 100;
export const MAX_COUNT = 1_000;

/** A list request (RFC 7644 3.4.2, RFC 9865). */
export type ListQuery = {
  filter: Filter | undefined;
  sortBy: AttributePath | undefined;
  descending: boolean;
  count: number;
  startIndex: number; // from 1
  cursor: string | undefined; // '' requests the first page with cursors
  mark: string; // identifies the query that a cursor belongs to
};

/** The parameters of a list request as strings, from the URL or from the body of a .search (RFC 7644 3.4.3). */
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

/** Returns the parameters in a URL. */
export function parametersOfUrl(query: URLSearchParams): ListParameters {
  return parametersFrom(
    (name) => query.get(name),
    (name) => splitNames(query.get(name)),
  );
}

/** Returns the parameters in the body of a .search. @throws ScimError invalidSyntax, invalidValue */
export function parametersOfSearch(body: unknown): ListParameters {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  return parametersFrom(
    (name) => textIn(body, name),
    (name) => namesIn(body, name),
  );
}

/** Parses the parameters of a list request. @throws ScimError invalidFilter, invalidPath, invalidValue, invalidCount */
export function readListQuery(parameters: ListParameters): ListQuery {
  const { filter, sortBy, sortOrder, cursor } = parameters;
  const order = sortOrder?.toLowerCase() ?? 'ascending';
  if (order !== 'ascending' && order !== 'descending')
    throw badRequest('invalidValue', 'sortOrder must be ascending or descending.');
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

function parametersFrom(text: (name: string) => string | null, names: (name: string) => string[]): ListParameters {
  return {
    attributes: names('attributes'),
    excludedAttributes: names('excludedAttributes'),
    filter: text('filter'),
    sortBy: text('sortBy'),
    sortOrder: text('sortOrder'),
    startIndex: text('startIndex'),
    count: text('count'),
    cursor: text('cursor'),
  };
}

function readCount({ count, cursor }: ListParameters): number {
  const given = integer(count) ?? DEFAULT_COUNT;
  // Not 0: such a page would have no nextCursor and look like the last one (RFC 9865 2).
  if (cursor !== null && !(given > 0)) throw badRequest('invalidCount', 'count must be a whole number of at least 1.');
  if (Number.isNaN(given)) throw badRequest('invalidValue', 'count must be a whole number.');
  return Math.min(Math.max(0, given), MAX_COUNT);
}

/** Returns undefined for no value, NaN for anything but a whole number. */
function integer(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  return /^[+-]?\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
}

function textIn(body: Json, name: string): string | null {
  const value = field(body, name) ?? null;
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw badRequest('invalidValue', `${name} must be a string or a number.`);
}

function namesIn(body: Json, name: string): string[] {
  const value = field(body, name);
  return [value].flat().flatMap((item) => (typeof item === 'string' ? splitNames(item) : []));
}
