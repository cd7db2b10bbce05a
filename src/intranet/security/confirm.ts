import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { localRefusalMessage } from '../../federation/refusalMessages.ts';
import { ownPasswordFault } from '../../login/changePassword.ts';
import { allowsPasskeys, checkAssertion, requestOptions, rpIdOf, usePasskeyOnce } from '../../login/passkeys.ts';
import { listPasskeys } from '../../store/secondFactors.ts';
import { field } from '../../web/form.ts';
import { rateLimit } from '../../web/rateLimit.ts';
import type { LoggedInUser } from '../../web/request.ts';
import { CONFIRM_PAGE, requireLogin, SECURITY_PAGE } from '../../web/requireLogin.ts';
import { returnPath } from '../../web/returnPath.ts';
import { continueSession, currentSessionId } from '../../web/session.ts';
import { getPasswordOwner } from './page.ts';

const OPTIONS_A_MINUTE = 60;

/** Asks a person for their password or a passkey before their second factors change. */
export function confirmRoutes(router: Router, deps: Deps): void {
  router.get(CONFIRM_PAGE, requireLogin, async (req, res) => {
    await show(deps, res, await getPasswordOwner(deps, req), req.query.return, {});
  });
  router.post(CONFIRM_PAGE, requireLogin, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    const wanted = field(req, 'return');
    const errors = await errorsOf(deps, req, res, user);
    if (errors) return show(deps, res.status(422), user, wanted, errors);
    await continueSession(deps, req, res, user, { confirmedAt: deps.now(), mark: user.login.mark });
    res.redirect(303, returnPath(wanted || SECURITY_PAGE, res.locals.domain.url));
  });
  router.post(`${CONFIRM_PAGE}/options`, requireLogin, rateLimit(deps, OPTIONS_A_MINUTE), async (req, res) => {
    const { id } = await getPasswordOwner(deps, req);
    res.json(await requestOptions(deps, res.locals.domain, bindingOf(req), { userId: id, mustVerify: true }));
  });
}

async function errorsOf(
  deps: Deps,
  req: Request,
  res: Response,
  user: LoggedInUser,
): Promise<Record<string, string> | undefined> {
  const response = field(req, 'passkey');
  if (response === '') {
    const fault = await ownPasswordFault(deps, user, field(req, 'password'), req.ip ?? '');
    return fault === undefined ? undefined : { password: fault };
  }
  const wanted = { userId: user.id, mustVerify: true };
  const assertion = await checkAssertion(deps, res.locals.domain, bindingOf(req), response, wanted);
  if (!assertion.ok) return { passkey: localRefusalMessage(assertion.reason) };
  const used = await usePasskeyOnce(deps.store.db, deps, assertion);
  return used ? undefined : { passkey: localRefusalMessage('passkey_copied') };
}

async function show(
  deps: Deps,
  res: Response,
  user: LoggedInUser,
  wanted: unknown,
  errors: Record<string, string>,
): Promise<void> {
  const { domain } = res.locals;
  const passkeys = (await listPasskeys(deps.store.db, user.id)).filter(({ rpId }) => rpId === rpIdOf(domain));
  res.render('intranet/security/confirm', {
    title: 'Confirm that it is you',
    errors,
    hasPasskey: passkeys.length > 0 && allowsPasskeys(domain),
    returnTo: returnPath(wanted || SECURITY_PAGE, domain.url),
    path: CONFIRM_PAGE,
    list: SECURITY_PAGE,
  });
}

function bindingOf(req: Request): `confirm ${string}` {
  return `confirm ${currentSessionId(req)}`;
}
