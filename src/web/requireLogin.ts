import type { Request, RequestHandler, Response } from 'express';
import { AppError, Forbidden } from '../errors.ts';
import { mustChoosePassword } from '../people/localPassword.ts';
import { withQuery } from './query.ts';
import { returnPath } from './returnPath.ts';

export const PASSWORD_PAGE = '/profile/password';

/** Requires a login. Redirects browsers to the Log-In screen, and returns 401 to programs. */
export const requireLogin: RequestHandler = (req, res, next) => {
  if (req.user) return next();
  if (wantsJson(req)) throw new AppError(401, 'Login required.');
  const path = req.method === 'GET' ? req.originalUrl : pageOfForm(req, res);
  res.redirect(303, path === '/' ? '/login' : `/login?return=${encodeURIComponent(path)}`);
};

/** Returns the page whose form was submitted after the session had ended. The mark at its end has a script fill in what was entered. */
function pageOfForm(req: Request, res: Response): string {
  const page = returnPath(req.get('referer'), res.locals.domain.url).replace(/#.*/, '');
  return page === '/' ? '/' : `${page}#kept`;
}

/** Leads a person who must choose a new password after a local login to that page, whatever they asked for. */
export const requireNewPassword: RequestHandler = (req, res, next) => {
  if (req.user?.login.method !== 'local' || !mustChoosePassword(req.user)) return next();
  if (wantsJson(req)) throw new Forbidden('Choose a new password first.');
  const path = req.method === 'GET' ? req.originalUrl : pageOfForm(req, res);
  res.redirect(303, withQuery(PASSWORD_PAGE, { return: path }));
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
