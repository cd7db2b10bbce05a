import { withQuery } from './query.ts';

const LONGEST = 8_000;

/**
 * Returns a path of this origin from a query or a RelayState, or '/' for anything else.
 * Other origins are refused, including `//host`, `/\host`, control characters, user info and schemes.
 * @param origin the domain's URL; a URL of the domain is cut to its path
 */
export function returnPath(value: unknown, origin: string): string {
  if (typeof value !== 'string' || value.length > LONGEST || /[\\\p{Cc}]/u.test(value)) return '/';
  const path = value.startsWith(`${origin}/`) ? value.slice(origin.length) : value;
  if (!path.startsWith('/') || path.startsWith('//') || !URL.canParse(path, origin)) return '/';
  const url = new URL(path, origin);
  return url.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/';
}

/** Returns a path with the page to return to after a login in its query, unless that is the home page. */
export function withReturn(path: string, returnTo: string, query: Record<string, string | undefined> = {}): string {
  return withQuery(path, { ...query, return: returnTo === '/' ? undefined : returnTo });
}
