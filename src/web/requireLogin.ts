import type { Request, RequestHandler } from 'express';
import { AppError, Forbidden } from '../errors.ts';

/** Requires a login. Redirects browsers to the Log-In screen, and returns 401 to programs. */
export const requireLogin: RequestHandler = (req, res, next) => {
  if (req.user) return next();
  if (wantsJson(req)) throw new AppError(401, 'Login required.');
  const path = req.method === 'GET' ? req.originalUrl : '/';
  res.redirect(303, path === '/' ? '/login' : `/login?return=${encodeURIComponent(path)}`);
};

/** Requires a Power User. */
export const requirePowerUser: RequestHandler = (req, res, next) => {
  if (!req.user) return requireLogin(req, res, next);
  if (req.user.userType !== 'Power User') throw new Forbidden('Only Power Users may open Application Settings.');
  next();
};

/** Returns whether a request prefers JSON to a page, including types such as application/scim+json. */
export function wantsJson(req: Request): boolean {
  if (req.xhr) return true;
  const preferred = req.accepts(['html', 'json']);
  return preferred === 'json' || (!preferred && /[/+]json\b/i.test(req.get('accept') ?? ''));
}
