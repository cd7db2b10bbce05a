import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { findProvider } from '../store/identityProviders.ts';
import { requireLogin } from '../web/requireLogin.ts';
import { intranetPeopleRoutes } from './people.ts';
import { allFacts, photoOf } from './peopleFacts.ts';

/** What an employee sees once they are in: home, their own profile and their colleagues. */
export function intranetRoutes(deps: Deps): Router {
  const router = Router();
  router.get('/', requireLogin, (_req, res) => {
    res.render('intranet/home', { title: 'Home' });
  });
  router.get('/profile', requireLogin, async (req, res) => {
    const providerId = req.user?.signIn.providerId;
    const provider = providerId === undefined ? undefined : await findProvider(deps.store.db, providerId);
    const facts = req.user ? allFacts(req.user) : [];
    res.render('intranet/profile', { title: 'My profile', provider, facts, photoOf });
  });
  router.use(intranetPeopleRoutes(deps));
  return router;
}
