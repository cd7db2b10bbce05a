import type { Request, Response } from 'express';
import { cookiesOf } from './cookies.ts';
import { isHttps } from './domain.ts';

/** A login that this browser was sent to a provider for, at `at` (epoch milliseconds), and that no response came back to. */
export type SentLogin = { providerId: string; at: number };

const COOKIE = 'anteroom-sent';
const KEPT_MS = 10 * 60_000; // as long as a login request can be used
const VALUE = /^([\w-]+)\.(\d{1,15})$/;

/**
 * Remembers that this browser was sent to a provider, until a response comes back. The first of several counts: who tries again and again
 * has been waiting since then. It is not secret and proves nothing.
 */
export function rememberSent(req: Request, res: Response, { providerId, at }: SentLogin): void {
  const before = readSent(req, at);
  const first = before?.providerId === providerId ? before.at : at;
  res.cookie(COOKIE, `${providerId}.${first}`, { ...optionsOf(req), maxAge: first + KEPT_MS - at });
}

/** Returns the login that this browser was sent away for and did not come back from, as its cookie says. */
export function readSent(req: Request, now: number): SentLogin | undefined {
  const [, providerId, at] = VALUE.exec(cookiesOf(req)[COOKIE] ?? '') ?? [];
  const age = now - Number(at);
  return providerId !== undefined && age >= 0 && age < KEPT_MS ? { providerId, at: Number(at) } : undefined;
}

/** Forgets it: a response came back. Whether there was one is unknown, because the provider's form comes without this cookie. */
export function forgetSent(req: Request, res: Response): void {
  res.clearCookie(COOKIE, optionsOf(req));
}

function optionsOf(req: Request) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(req) } as const;
}
