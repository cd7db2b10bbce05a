import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { requirePowerUser } from '../web/requireLogin.ts';
import { peopleRoutes } from './people.ts';
import { peopleActivationRoutes } from './peopleActivation.ts';
import { peopleEditRoutes } from './peopleEdit.ts';
import { peoplePasswordRoutes } from './peoplePassword.ts';
import { peopleRemovalRoutes } from './peopleRemoval.ts';

/** Application Settings, for Power Users alone. */
export function adminRoutes(deps: Deps): Router {
  const router = Router();
  router.use('/settings', requirePowerUser);
  router.use(peopleRoutes(deps));
  router.use(peopleEditRoutes(deps));
  router.use(peoplePasswordRoutes(deps));
  router.use(peopleActivationRoutes(deps));
  router.use(peopleRemovalRoutes(deps));
  return router;
}
