import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { localRefusalMessage } from '../federation/refusalMessages.ts';
import { newToken } from '../identifier.ts';
import { anyPasskey, logInWithPasskey } from '../login/passkeyLogin.ts';
import { requestOptions } from '../login/passkeys.ts';
import { cookiesOf } from '../web/cookies.ts';
import { isHttps } from '../web/domain.ts';
import { field } from '../web/form.ts';
import { rateLimit } from '../web/rateLimit.ts';
import { returnPath } from '../web/returnPath.ts';
import { recordLoginIn, recordRefused, startLocalSession } from './localSession.ts';
import { showLogin } from './login.ts';

const PATH = '/local-login/passkey';
const COOKIE = 'anteroom-passkey'; // binds a challenge to the browser that asked for it
const OPTIONS_A_MINUTE = 120;

/** Login with a passkey alone. The script of the Log-In screen fetches the options and submits what the authenticator signed. */
export function passkeyLoginRoutes(router: Router, deps: Deps): void {
  router.post(`${PATH}/options`, rateLimit(deps, OPTIONS_A_MINUTE), async (req, res) => {
    const token = cookiesOf(req)[COOKIE] || newToken(deps);
    res.cookie(COOKIE, token, { path: PATH, httpOnly: true, sameSite: 'strict', secure: isHttps(req) });
    res.json(await requestOptions(deps, res.locals.domain, `login ${token}`, anyPasskey));
  });
  router.post(PATH, async (req, res) => {
    const startedAt = deps.now();
    const returnTo = returnPath(field(req, 'return'), res.locals.domain.url);
    const binding = `login ${cookiesOf(req)[COOKIE] || newToken(deps)}` as const; // without the cookie, none matches
    const attempt = { startedAt, proof: 'passkey' } as const;
    const result = await logInWithPasskey(deps, res.locals.domain, binding, field(req, 'passkey'), (trx, user) =>
      recordLoginIn(trx, deps, req, res, { ...attempt, asserted: user.userName, user }),
    );
    if (!result.ok) {
      const { user, reason, detail } = result;
      await recordRefused(
        deps,
        req,
        res,
        { ...attempt, asserted: user?.userName ?? null, user, problem: detail },
        reason,
      );
      return refuse(deps, req, res, returnTo, reason);
    }
    await startLocalSession(deps, req, res, result.user, { proof: 'passkey', mark: result.mark });
    res.redirect(303, returnTo);
  });
}

function refuse(deps: Deps, req: Request, res: Response, returnTo: string, reason: string): Promise<void> {
  // Whose passkey it is must not show before it was accepted.
  const error = localRefusalMessage(reason === 'local_login_forbidden' ? 'passkey_unknown' : reason);
  return showLogin(deps, req, res.status(422), { returnTo, reason, error });
}
