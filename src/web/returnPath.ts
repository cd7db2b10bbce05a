const LONGEST = 2_000;

/**
 * A path of this origin to go to, from whatever came in a query or a RelayState; '/' for anything else.
 * No other origin gets through: `//host`, `/\host`, control characters, user info and schemes are all refused.
 * @param origin the domain's URL: an absolute address there is cut down to its path
 */
export function returnPath(value: unknown, origin: string): string {
  if (typeof value !== 'string' || value.length > LONGEST || /[\\\p{Cc}]/u.test(value)) return '/';
  const path = value.startsWith(`${origin}/`) ? value.slice(origin.length) : value;
  if (!path.startsWith('/') || path.startsWith('//') || !URL.canParse(path, origin)) return '/';
  const url = new URL(path, origin);
  return url.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/';
}
