import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { requirePowerUser } from '../web/requireLogin.ts';
import { groupsRoutes } from './groups.ts';
import { groupsEditRoutes } from './groupsEdit.ts';
import { groupsMembersRoutes } from './groupsMembers.ts';
import { peopleRoutes } from './people.ts';
import { peopleActivationRoutes } from './peopleActivation.ts';
import { peopleBulkRoutes } from './peopleBulk.ts';
import { peopleEditRoutes } from './peopleEdit.ts';
import { peopleExportRoutes } from './peopleExport.ts';
import { peopleImportRoutes } from './peopleImport.ts';
import { peoplePasswordRoutes } from './peoplePassword.ts';
import { peopleRemovalRoutes } from './peopleRemoval.ts';
import { profileSourcesRoutes } from './profileSources.ts';
import { profileSourcesEditRoutes } from './profileSourcesEdit.ts';
import { profileSourcesRemovalRoutes } from './profileSourcesRemoval.ts';
import { scimLogRoutes } from './scimLog.ts';
import { scimLogExportRoutes } from './scimLogExport.ts';

/** Application Settings, for Power Users alone. */
export function adminRoutes(deps: Deps): Router {
  const router = Router();
  router.use('/settings', requirePowerUser);
  router.use(peopleRoutes(deps));
  router.use(peopleBulkRoutes(deps));
  router.use(peopleImportRoutes(deps));
  router.use(peopleExportRoutes(deps));
  router.use(peopleEditRoutes(deps));
  router.use(peoplePasswordRoutes(deps));
  router.use(peopleActivationRoutes(deps));
  router.use(peopleRemovalRoutes(deps));
  router.use(groupsRoutes(deps));
  router.use(groupsEditRoutes(deps));
  router.use(groupsMembersRoutes(deps));
  router.use(profileSourcesRoutes(deps));
  router.use(profileSourcesRemovalRoutes(deps));
  router.use(scimLogExportRoutes(deps));
  router.use(scimLogRoutes(deps));
  router.use(profileSourcesEditRoutes(deps));
  return router;
}
