import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';

/** The cookies of a request by name; a name given twice has the value that came first. */
export function cookiesOf(req: Request): Record<string, string | undefined> {
  return parseCookie(req.headers.cookie ?? '');
}

/**
 * Sets a cookie that also comes back with the identity provider's cross-site POST: SameSite=None, Secure, for /saml alone.
 * On plain http, which is for loopback, browsers take Secure cookies from localhost but other clients do not: a second one without it goes beside.
 */
export function setCrossSiteCookie(req: Request, res: Response, name: string, value: string, maxAgeMs?: number): void {
  const options: CookieOptions = {
    path: '/saml',
    httpOnly: true,
    ...(maxAgeMs === undefined ? {} : { maxAge: maxAgeMs }),
  };
  if (!req.secure) res.cookie(`anteroom-${name}-plain`, value, options);
  res.cookie(crossSiteName(req, name), value, { ...options, sameSite: 'none', secure: true });
}

/** The value of a cookie that setCrossSiteCookie set. */
export function readCrossSiteCookie(req: Request, name: string): string | undefined {
  const cookies = cookiesOf(req);
  return cookies[crossSiteName(req, name)] ?? (req.secure ? undefined : cookies[`anteroom-${name}-plain`]);
}

function crossSiteName(req: Request, name: string): string {
  return req.secure ? `__Secure-anteroom-${name}` : `anteroom-${name}`;
}
