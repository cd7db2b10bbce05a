import type { Request, RequestHandler } from 'express';
import { AppError, Forbidden } from '../errors.ts';

/** Lets people in who are signed in; sends a browser to the log-in, and tells a program 401. */
export const requireLogin: RequestHandler = (req, res, next) => {
  if (req.user) return next();
  if (wantsJson(req)) throw new AppError(401, 'Log in first.');
  const path = req.method === 'GET' ? req.originalUrl : '/';
  res.redirect(303, path === '/' ? '/login' : `/login?return=${encodeURIComponent(path)}`);
};

/** Lets Power Users in, and nobody else. */
export const requirePowerUser: RequestHandler = (req, res, next) => {
  if (!req.user) return requireLogin(req, res, next);
  if (req.user.userType !== 'Power User') throw new Forbidden('Only Power Users may open Application Settings.');
  next();
};

/** Whether a request is a program's that cannot do anything with a page: it asks for JSON, also by a name such as application/scim+json. */
export function wantsJson(req: Request): boolean {
  if (req.xhr) return true;
  const preferred = req.accepts(['html', 'json']);
  return preferred === 'json' || (!preferred && /[/+]json\b/i.test(req.get('accept') ?? ''));
}
