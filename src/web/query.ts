import type { Request, RequestParamHandler } from 'express';

const MAX_LENGTH = 200;

/** A text of the address's query: '' where it is absent or doubled, without control characters, cut to `most` characters. */
export function queryText(req: Request, name: string, most = MAX_LENGTH): string {
  const value = req.query[name];
  return typeof value === 'string'
    ? value
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(0, most)
    : '';
}

/** An address with a query; what is '' or undefined is left out. */
export function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

/** For `router.param('id', …)`: what cannot be an identifier is no address of ours, and never reaches the database. */
export const identifierOnly: RequestParamHandler = (_req, _res, next, id: string) => {
  next(/^[\w-]{1,64}$/.test(id) ? undefined : 'router');
};
