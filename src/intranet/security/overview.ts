import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { browserName } from '../../login/browserName.ts';
import { allowsPasskeys, rpIdOf } from '../../login/passkeys.ts';
import { findSecondFactors, isProtected } from '../../login/secondFactors.ts';
import { clientOf } from '../../web/request.ts';
import { requireLogin, SECURITY_PAGE } from '../../web/requireLogin.ts';
import { appRoutes } from './app.ts';
import { confirmRoutes } from './confirm.ts';
import { frameOf, getPasswordOwner } from './page.ts';
import { passkeyRoutes } from './passkeys.ts';
import { recoveryCodesRoutes } from './recoveryCodes.ts';
import { removeFactorRoutes } from './remove.ts';
import { renamePasskeyRoutes } from './rename.ts';

/** My profile > Security: a person's second factors. A Power User who must set one up gets only these pages until then. */
export function securityRoutes(router: Router, deps: Deps): void {
  router.get(SECURITY_PAGE, requireLogin, async (req, res) => {
    const user = await getPasswordOwner(deps, req);
    const factors = await findSecondFactors(deps.store.db, user.id);
    const frame = await frameOf(deps, res, user, req.query.return);
    res.render('intranet/security/overview', {
      title: frame.isForced ? 'Set up a second factor' : 'Security',
      ...frame,
      ...factors,
      isProtected: isProtected(factors),
      allowsPasskeys: allowsPasskeys(res.locals.domain),
      host: rpIdOf(res.locals.domain),
      suggested: browserName(clientOf(req).userAgent),
      error: undefined,
    });
  });
  for (const addRoutes of [
    appRoutes,
    passkeyRoutes,
    recoveryCodesRoutes,
    renamePasskeyRoutes,
    removeFactorRoutes,
    confirmRoutes,
  ])
    addRoutes(router, deps);
}
