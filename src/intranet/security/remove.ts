import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { findSecondFactors, mustHaveSecondFactor, removeSecondFactor } from '../../login/secondFactors.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { queryText } from '../../web/query.ts';
import { requireConfirmation, SECURITY_PAGE } from '../../web/requireLogin.ts';
import { continueProven, getPasswordOwner } from './page.ts';

const PATH = `${SECURITY_PAGE}/removal`;

/** Removes the authenticator app or a passkey after a confirmation. */
export function removeFactorRoutes(router: Router, deps: Deps): void {
  const confirmed = requireConfirmation(deps);
  router.get(PATH, confirmed, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    const id = queryText(req, 'factor');
    const { app, passkeys } = await findSecondFactors(deps.store.db, user.id);
    const passkey = passkeys.find((one) => one.id === id);
    if (!passkey && !(id === 'app' && app)) throw new NotFound('This second factor was already removed.');
    res.render('intranet/security/remove', {
      title: passkey ? 'Remove passkey?' : 'Remove authenticator app?',
      id,
      name: passkey?.name,
      isLast: passkeys.length + (app ? 1 : 0) === 1,
      isRequired: await mustHaveSecondFactor(deps, user),
      path: SECURITY_PAGE,
    });
  });
  router.post(PATH, confirmed, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    await removeSecondFactor(deps, user.id, field(req, 'factor').slice(0, 100), user.login.mark);
    // With the last one, the settings may require to set up another at once.
    await continueProven(deps, req, res, user, 'password');
    await flash(req, 'The second factor was removed. You are logged out in all other browsers.');
    res.redirect(303, SECURITY_PAGE);
  });
}
