import { badRequest } from '../http/errors.ts';
import { field, isObject } from '../schema/json.ts';
import { type AttributePath, type Filter, parseFilter, parsePath } from './filter.ts';

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

const textParameters = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'];
const nameParameters = ['attributes', 'excludedAttributes'];

/** Returns the parameters in the body of a .search (RFC 7644 3.4.3) as those of a URL. @throws ScimError invalidSyntax, invalidValue */
export function searchParameters(body: unknown): URLSearchParams {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const parameters = new URLSearchParams();
  for (const name of textParameters) {
    const value = field(body, name) ?? undefined;
    if (value === undefined) continue;
    if (typeof value !== 'string' && typeof value !== 'number')
      throw badRequest('invalidValue', `${name} must be a string or a number.`);
    parameters.set(name, String(value));
  }
  for (const name of nameParameters) {
    const names = [field(body, name)].flat().filter((item) => typeof item === 'string');
    if (names.length > 0) parameters.set(name, names.join(','));
  }
  return parameters;
}

/** Parses the parameters of a list request. @throws ScimError invalidFilter, invalidPath, invalidValue, invalidCount */
export function readListQuery(parameters: URLSearchParams): ListQuery {
  const filter = parameters.get('filter');
  const sortBy = parameters.get('sortBy');
  const order = parameters.get('sortOrder')?.toLowerCase() || 'ascending';
  if (order !== 'ascending' && order !== 'descending')
    throw badRequest('invalidValue', 'sortOrder must be ascending or descending.');
  const startIndex = integer(parameters.get('startIndex')) ?? 1;
  if (Number.isNaN(startIndex)) throw badRequest('invalidValue', 'startIndex must be a whole number.');
  return {
    filter: filter === null ? undefined : parseFilter(filter),
    sortBy: sortBy === null || sortBy === '' ? undefined : parsePath(sortBy, []),
    descending: order === 'descending',
    count: readCount(parameters),
    startIndex: Math.max(1, startIndex),
    cursor: parameters.get('cursor') ?? undefined,
    mark: JSON.stringify([filter, sortBy, order]),
  };
}

function readCount(parameters: URLSearchParams): number {
  const given = integer(parameters.get('count')) ?? DEFAULT_COUNT;
  // Not 0: such a page would have no nextCursor and look like the last one (RFC 9865 2).
  if (parameters.has('cursor') && !(given > 0))
    throw badRequest('invalidCount', 'count must be a whole number of at least 1.');
  if (Number.isNaN(given)) throw badRequest('invalidValue', 'count must be a whole number.');
  return Math.min(Math.max(0, given), MAX_COUNT);
}

/** Returns undefined for no value, NaN for anything but a whole number. */
function integer(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  return /^[+-]?\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
}
