import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { hasUsablePassword } from '../login/changePassword.ts';
import { referencesOf } from '../people/references.ts';
import { findProvider } from '../store/identityProviders.ts';
import { findUsersById } from '../store/users.ts';
import { requireLogin } from '../web/requireLogin.ts';
import { allFacts, photoOf } from './facts.ts';

/** My profile: the person's entry in the directory, and how they logged in. */
export function profileRoutes(deps: Deps): Router {
  const router = Router();
  router.get('/profile', requireLogin, async (req, res) => {
    const providerId = req.user?.login.providerId;
    const provider = providerId === undefined ? undefined : await findProvider(deps.store.db, providerId);
    const { list } = deps.attributes;
    const named = await findUsersById(deps.store.db, req.user ? referencesOf(req.user, list) : []);
    const facts = req.user ? allFacts(req.user, list, named) : [];
    const hasPassword = req.user && (await hasUsablePassword(deps, req.user));
    res.render('intranet/profile', { title: 'My profile', provider, facts, photoOf, hasPassword });
  });
  return router;
}
