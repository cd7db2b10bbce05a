import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { requirePowerUser } from '../web/requireLogin.ts';
import { controlPanelRoutes } from './controlPanel.ts';
import { generalRoutes } from './general.ts';
import { groupsRoutes } from './groups.ts';
import { identityProviderRoutes } from './identityProvider.ts';
import { identityProvidersRoutes } from './identityProviders.ts';
import { jobsRoutes } from './jobs.ts';
import { peopleRoutes } from './people.ts';
import { peopleAccessRoutes } from './peopleAccess.ts';
import { peopleBulkRoutes } from './peopleBulk.ts';
import { peopleEditRoutes } from './peopleEdit.ts';
import { peopleImportRoutes } from './peopleImport.ts';
import { profileSourceRoutes } from './profileSource.ts';
import { profileSourcesRoutes } from './profileSources.ts';
import { samlDomainsRoutes } from './samlDomains.ts';
import { scimLogRoutes } from './scimLog.ts';
import { signInActivityRoutes } from './signInActivity.ts';

/** Application Settings, for Power Users alone. */
export function adminRoutes(deps: Deps): Router {
  const router = Router();
  router.use('/settings', requirePowerUser);
  router.use(controlPanelRoutes(deps));
  router.use(samlDomainsRoutes(deps));
  router.use(identityProvidersRoutes(deps));
  router.use(identityProviderRoutes(deps));
  router.use(signInActivityRoutes(deps));
  router.use(generalRoutes(deps));
  router.use(peopleRoutes(deps));
  router.use(peopleBulkRoutes(deps));
  router.use(peopleImportRoutes(deps));
  router.use(jobsRoutes(deps));
  router.use(peopleEditRoutes(deps));
  router.use(peopleAccessRoutes(deps));
  router.use(groupsRoutes(deps));
  router.use(profileSourcesRoutes(deps));
  router.use(scimLogRoutes(deps));
  router.use(profileSourceRoutes(deps));
  return router;
}
