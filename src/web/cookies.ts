import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { isHttps } from './domain.ts';

/** Returns the cookies of a request by name; of two with the same name the first one counts. */
export function cookiesOf(req: Request): Record<string, string | undefined> {
  return parseCookie(req.headers.cookie ?? '');
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

/** Returns the value of a cookie that setCrossSiteCookie set. */
export function readCrossSiteCookie(req: Request, name: string): string | undefined {
  const cookies = cookiesOf(req);
  return cookies[crossSiteName(req, name)] ?? (isHttps(req) ? undefined : cookies[`anteroom-${name}-plain`]);
}

function crossSiteName(req: Request, name: string): string {
  return isHttps(req) ? `__Secure-anteroom-${name}` : `anteroom-${name}`;
}
