import { timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Deps } from '../deps.ts';

export type Notice = { tone: 'success' | 'danger'; text: string };

/** The session of one browser. */
export type Session = {
  id: string;
  csrf: string;
  admin: boolean;
  sessionIndex: string | undefined; // of the person who is logged in to the User Console
  notice: Notice | undefined; // shown once, on the next page
};

const cookieName = 'cloud_directory';
const maxSessions = 10_000;

/** Attaches a session to each request. Sessions are kept in memory; `sessionOf` returns the current one. */
export function sessions(deps: Deps): RequestHandler {
  const open = new Map<string, Session>();
  return (req, res, next) => {
    const known = open.get(readCookie(req) ?? '');
    res.locals.session = known ?? start(deps, open, res);
    res.locals.renewSession = () => {
      open.delete(sessionOf(res).id);
      const renewed = start(deps, open, res);
      res.locals.session = Object.assign(sessionOf(res), { id: renewed.id, csrf: renewed.csrf });
      open.set(renewed.id, sessionOf(res));
    };
    next();
  };
}

/** Returns the session of this request. */
export function sessionOf(res: Response): Session {
  return res.locals.session as Session;
}

/** Gives the session a new id at login, against session fixation. */
export function renewSession(res: Response): void {
  (res.locals.renewSession as () => void)();
}

/** Refuses a form without the session's CSRF token. */
export function checkCsrf(req: Request, res: Response, next: NextFunction): void {
  if (req.method === 'GET' || req.method === 'HEAD' || sameToken(req.body?.csrf, sessionOf(res).csrf)) next();
  else
    res
      .status(403)
      .type('text/plain')
      .send('This page has expired, or the form came from another site. Reload the page and try again.');
}

function sameToken(sent: unknown, expected: string): boolean {
  const [a, b] = [Buffer.from(String(sent ?? '')), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function start(deps: Deps, open: Map<string, Session>, res: Response): Session {
  const id = deps.randomBytes(32).toString('base64url');
  const csrf = deps.randomBytes(32).toString('base64url');
  const session = { id, csrf, admin: false, sessionIndex: undefined, notice: undefined };
  open.set(id, session);
  const [oldest] = open.keys();
  if (open.size > maxSessions && oldest) open.delete(oldest);
  res.cookie(cookieName, id, { httpOnly: true, sameSite: 'lax', secure: deps.url.startsWith('https:') });
  return session;
}

function readCookie(req: Request): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(/;\s*/);
  return pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
}
