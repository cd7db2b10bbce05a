import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { findProvider } from '../store/identityProviders.ts';
import { requireLogin } from '../web/requireLogin.ts';

/** What an employee sees once they are in: home and their own profile. */
export function intranetRoutes(deps: Deps): Router {
  const router = Router();
  router.get('/', requireLogin, (_req, res) => {
    res.render('intranet/home', { title: 'Home' });
  });
  router.get('/profile', requireLogin, async (req, res) => {
    const providerId = req.user?.signIn.providerId;
    const provider = providerId === undefined ? undefined : await findProvider(deps.store.db, providerId);
    res.render('intranet/profile', { title: 'My profile', provider });
  });
  return router;
}
