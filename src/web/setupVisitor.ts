import type { CookieOptions, Request, Response } from 'express';
import type { ProviderSetup } from '../store/providerSetups.ts';
import { cookiesOf } from './cookies.ts';
import { isHttps } from './domain.ts';

const AFTER_MS = 30 * 86_400_000; // in which the visitor can still read the decision

/** Returns the value of the cookie with which a browser proves that it started a provider setup link. */
export function visitorOf(req: Request, setupId: string): string | undefined {
  return cookiesOf(req)[cookieName(req, setupId)];
}

/** Gives a browser the cookie of a link that it started. Each link has its own, because one browser may start several. */
export function rememberVisitor(req: Request, res: Response, setup: ProviderSetup, visitor: string, now: number): void {
  const options: CookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(req) };
  res.cookie(cookieName(req, setup.id), visitor, { ...options, maxAge: setup.expiresAt + AFTER_MS - now });
}

function cookieName(req: Request, setupId: string): string {
  return `${isHttps(req) ? '__Host-' : ''}anteroom-setup-${setupId}`;
}
