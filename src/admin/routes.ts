import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { requirePowerUser } from '../web/requireLogin.ts';

/** Application Settings, for Power Users alone. */
export function adminRoutes(_deps: Deps): Router {
  const router = Router();
  router.use('/settings', requirePowerUser);
  return router;
}
