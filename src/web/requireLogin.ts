import type { Request, RequestHandler, Response } from 'express';
import type { Deps } from '../deps.ts';
import { AppError, Forbidden } from '../errors.ts';
import { mustSetUpSecondFactor } from '../login/secondFactors.ts';
import { mustChoosePassword } from '../people/localPassword.ts';
import { withQuery } from './query.ts';
import { returnPath, withReturn } from './returnPath.ts';

export const PASSWORD_PAGE = '/profile/password';
export const SECURITY_PAGE = '/profile/security';
export const CONFIRM_PAGE = `${SECURITY_PAGE}/confirm`;

const CONFIRMED_MS = 10 * 60_000;

/** Requires a login. Redirects browsers to the Log-In screen, and returns 401 to programs. */
export const requireLogin: RequestHandler = (req, res, next) => {
  if (req.user) return next();
  if (wantsJson(req)) throw new AppError(401, 'Login required.');
  res.redirect(303, withReturn('/login', wantedPage(req, res)));
};

/**
 * Returns the page that a request is for: itself, or the page whose form was submitted after the session had ended. The mark at its end has a
 * script fill in what was entered.
 */
function wantedPage(req: Request, res: Response): string {
  if (req.method === 'GET') return req.originalUrl;
  const page = returnPath(req.get('referer'), res.locals.domain.url).replace(/#.*/, '');
  return page === '/' ? '/' : `${page}#kept`;
}

/** Leads a person who must choose a new password after a local login to that page, whatever they asked for. */
export const requireNewPassword: RequestHandler = (req, res, next) => {
  if (req.user?.login.method !== 'local' || !mustChoosePassword(req.user)) return next();
  if (wantsJson(req)) throw new Forbidden('Choose a new password first.');
  res.redirect(303, withQuery(PASSWORD_PAGE, { return: wantedPage(req, res) }));
};

/**
 * Leads a Power User who must have a second factor and has none to the page that sets one up, whatever they asked for. Only after a local
 * login without one.
 */
export function requireSecondFactor(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    const { user } = req;
    if (user?.login.method !== 'local' || (user.login.proof ?? 'password') !== 'password') return next();
    if (!(await mustSetUpSecondFactor(deps, user))) return next();
    if (wantsJson(req)) throw new Forbidden('Set up a second factor first.');
    res.redirect(303, withQuery(SECURITY_PAGE, { return: wantedPage(req, res) }));
  };
}

/** Requires that the person logged in here with a password or passkey within the last ten minutes, or confirmed it since. */
export function requireConfirmation({ now }: Pick<Deps, 'now'>): RequestHandler {
  return (req, res, next) => {
    if (!req.user) return requireLogin(req, res, next);
    const { method, at, confirmedAt = 0 } = req.user.login;
    if (now() - Math.max(confirmedAt, method === 'local' ? at : 0) < CONFIRMED_MS) return next();
    if (wantsJson(req)) throw new Forbidden('Reload this page and confirm that it is you.');
    res.redirect(303, withQuery(CONFIRM_PAGE, { return: req.method === 'GET' ? req.originalUrl : SECURITY_PAGE }));
  };
}

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
