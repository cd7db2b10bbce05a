import type { Request, RequestParamHandler } from 'express';

const MAX_LENGTH = 200;

/** Returns a query parameter without control characters, cut to `most` characters, or '' if it is absent or repeated. */
export function queryText(req: Request, name: string, most = MAX_LENGTH): string {
  const value = req.query[name];
  return typeof value === 'string'
    ? value
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(0, most)
    : '';
}

/** Returns a path with a query. Parameters that are '' or undefined are omitted. */
export function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

/** Handles `router.param('id', …)`: responds with 404 to an invalid identifier, before it reaches the database. */
export const identifierOnly: RequestParamHandler = (_req, _res, next, id: string) => {
  next(/^[\w-]{1,64}$/.test(id) ? undefined : 'router');
};
