import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { AppError } from '../errors.ts';
import { isHttps } from './domain.ts';

/**
 * Returns the cookies of a request by name, as they were sent; of two with the same name the first one counts. Ours have nothing to decode,
 * and a decoded null character would be an error of PostgreSQL.
 */
export function cookiesOf(req: Request): Record<string, string | undefined> {
  return parseCookie(req.headers.cookie ?? '', { decode: (value) => value });
}

/** Returns whether a request came from a browser without a single cookie: it is new here, or blocks them. Programs do not count. */
export function isWithoutCookies(req: Request): boolean {
  return !req.headers.cookie && req.get('sec-fetch-mode') === 'navigate';
}

/** Returns the error for a browser that did not send the cookie that it was just given. @param tryAgain the path to start from again */
export function cookiesBlocked(tryAgain: string): AppError {
  return new AppError(
    403,
    'The intranet needs cookies to keep you logged in. Allow them for this site in the settings of your browser or of an extension that blocks them. Then try again.',
    { title: 'Your browser blocks cookies', tryAgain },
  );
}

/**
 * Sets a cookie that browsers also send with the identity provider's cross-site POST: SameSite=None, Secure, only for /saml.
 * On plain http browsers accept Secure cookies only from localhost, and other clients never: a second cookie without Secure is set there.
 */
export function setCrossSiteCookie(req: Request, res: Response, name: string, value: string, maxAgeMs?: number): void {
  const options: CookieOptions = {
    path: '/saml',
    httpOnly: true,
    ...(maxAgeMs === undefined ? {} : { maxAge: maxAgeMs }),
  };
  if (!isHttps(req)) res.cookie(`anteroom-${name}-plain`, value, options);
  res.cookie(crossSiteName(req, name), value, { ...options, sameSite: 'none', secure: true });
}

/** Removes a cookie that setCrossSiteCookie set. */
export function clearCrossSiteCookie(req: Request, res: Response, name: string): void {
  const options: CookieOptions = { path: '/saml', httpOnly: true };
  if (!isHttps(req)) res.clearCookie(`anteroom-${name}-plain`, options);
  res.clearCookie(crossSiteName(req, name), { ...options, sameSite: 'none', secure: true });
}

/** Returns the names of this browser's cookies by setCrossSiteCookie that start with a text, in the order of the request. */
export function crossSiteNames(req: Request, start: string): string[] {
  const prefix = crossSiteName(req, start);
  const from = prefix.length - start.length;
  const plain = `anteroom-${start}`;
  const names = Object.keys(cookiesOf(req)).flatMap((name) => {
    if (name.startsWith(prefix) && !name.endsWith('-plain')) return name.slice(from);
    return !isHttps(req) && name.startsWith(plain) && name.endsWith('-plain') ? name.slice('anteroom-'.length, -6) : [];
  });
  return [...new Set(names)];
}

/** Returns the value of a cookie that setCrossSiteCookie set. */
export function readCrossSiteCookie(req: Request, name: string): string | undefined {
  const cookies = cookiesOf(req);
  return cookies[crossSiteName(req, name)] ?? (isHttps(req) ? undefined : cookies[`anteroom-${name}-plain`]);
}

function crossSiteName(req: Request, name: string): string {
  return isHttps(req) ? `__Secure-anteroom-${name}` : `anteroom-${name}`;
}
