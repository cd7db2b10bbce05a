import type { Request, Response } from 'express';
import { cookiesOf } from './cookies.ts';
import { isHttps } from './domain.ts';

const COOKIE = 'anteroom-provider';
const KEPT_MS = 400 * 24 * 3_600_000; // browsers keep none longer

/** Remembers which provider this browser logged in with, for the Log-In screen. It is not secret and proves nothing. */
export function rememberProvider(req: Request, res: Response, providerId: string): void {
  res.cookie(COOKIE, providerId, { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(req), maxAge: KEPT_MS });
}

/** Returns the provider that this browser logged in with last, as its cookie says. */
export function lastProviderId(req: Request): string | undefined {
  return cookiesOf(req)[COOKIE];
}
