import { doubleCsrf } from 'csrf-csrf';
import type { Request, RequestHandler, Response } from 'express';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { cookiesOf } from './cookies.ts';

export type Csrf = { token(req: Request, res: Response): string; protect: RequestHandler };

/**
 * Tokens for forms: a cookie and a hidden field `_csrf` that belong together and to the session (OWASP's signed double-submit cookie).
 * They work before anybody is signed in, and are worth nothing after the session has changed.
 */
export function csrfProtection(deps: Deps): Csrf {
  const common = {
    getSecret: () => deps.secrets.csrfKey,
    getSessionIdentifier: (req: Request) => (req.user ? req.sessionID : 'nobody'),
    getCsrfTokenFromRequest: (req: Request) => (req.body as { _csrf?: string } | undefined)?._csrf,
  };
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax' } as const;
  const secure = doubleCsrf({
    ...common,
    cookieName: '__Host-anteroom-form',
    cookieOptions: { ...cookieOptions, secure: true },
  });
  const plain = doubleCsrf({
    ...common,
    cookieName: 'anteroom-form',
    cookieOptions: { ...cookieOptions, secure: false },
  });
  // One token for all forms of a page: where the cookie is of another session, each call would make another one, and only the last would count.
  const tokens = new WeakMap<Response, string>();
  const of = (req: Request) => (req.secure ? secure : plain);
  return {
    token: (req, res) => {
      req.cookies ??= cookiesOf(req);
      const made = tokens.get(res) ?? of(req).generateCsrfToken(req, res);
      tokens.set(res, made);
      return made;
    },
    protect: (req, res, next) => {
      req.cookies ??= cookiesOf(req);
      of(req).doubleCsrfProtection(req, res, (error?: unknown) => (error ? next(expired()) : next()));
    },
  };
}

function expired(): AppError {
  return new AppError(
    403,
    'This form is too old, or you have signed in or out since it was opened. Go back, reload the page, and send it again.',
  );
}
