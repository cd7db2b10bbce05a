import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { type FieldErrors, NotFound } from '../errors.ts';
import { changePassword, hasUsablePassword } from '../login/changePassword.ts';
import { mustChoosePassword } from '../people/localPassword.ts';
import { flash } from '../web/flash.ts';
import { field } from '../web/form.ts';
import { PASSWORD_PAGE, requireLogin } from '../web/requireLogin.ts';
import { returnPath } from '../web/returnPath.ts';
import { continueSession } from '../web/session.ts';

/** My profile > Change password. A person who must choose a new one gets only this page until then. */
export function changePasswordRoutes(router: Router, deps: Deps): void {
  router.get(PASSWORD_PAGE, requireLogin, (req, res) => show(deps, req, res, req.query.return, {}));
  router.post(PASSWORD_PAGE, requireLogin, async (req, res) => {
    const { user } = req;
    if (!user || !(await hasUsablePassword(deps, user))) throw noPassword();
    const wanted = field(req, 'return');
    const [current, password, repeated] = [field(req, 'current'), field(req, 'password'), field(req, 'repeated')];
    const changed = await changePassword(deps, user, { current, password, repeated }, req.ip ?? '');
    if (!changed.ok) return show(deps, req, res.status(422), wanted, changed.errors);
    // All sessions have ended: this browser gets a new one, with a new ID.
    await continueSession(deps, req, res, user);
    await flash(req, 'Your password was changed. You are logged out in all other browsers.');
    res.redirect(303, returnPath(wanted || '/profile', res.locals.domain.url));
  });
}

async function show(deps: Deps, req: Request, res: Response, wanted: unknown, errors: FieldErrors): Promise<void> {
  const { user } = req;
  if (!user || !(await hasUsablePassword(deps, user))) throw noPassword();
  const isForced = mustChoosePassword(user) && user.login.method === 'local';
  res.render('intranet/changePassword', {
    title: isForced ? 'Choose a new password' : 'Change password',
    isForced,
    errors,
    returnTo: wanted ? returnPath(wanted, res.locals.domain.url) : '',
  });
}

function noPassword(): NotFound {
  return new NotFound('You do not log in with a local password.');
}
