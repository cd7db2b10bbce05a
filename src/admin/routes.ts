import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { requirePowerUser } from '../web/requireLogin.ts';
import { loginActivityRoutes } from './activity/activity.ts';
import { controlPanelRoutes } from './controlPanel.ts';
import { generalRoutes } from './general.ts';
import { groupsRoutes } from './groups/groups.ts';
import { jobsRoutes } from './jobs/jobs.ts';
import { peopleBulkRoutes } from './people/bulk.ts';
import { deactivatePersonRoutes } from './people/deactivate.ts';
import { peopleEditRoutes } from './people/edit.ts';
import { peopleImportRoutes } from './people/import.ts';
import { peopleRoutes } from './people/list.ts';
import { passwordRoutes } from './people/password.ts';
import { removePersonRoutes } from './people/remove.ts';
import { scimLogRoutes } from './profile-sources/log.ts';
import { profileSourcesRoutes } from './profile-sources/overview.ts';
import { profileSourceRoutes } from './profile-sources/source.ts';
import { samlDomainsRoutes } from './saml/domains.ts';
import { identityProviderRoutes } from './saml/provider.ts';
import { identityProvidersRoutes } from './saml/providers.ts';

/** Application Settings, for Power Users alone. */
export function adminRoutes(deps: Deps): Router {
  const router = Router();
  router.use('/settings', requirePowerUser);
  router.use(controlPanelRoutes(deps));
  router.use(samlDomainsRoutes(deps));
  router.use(identityProvidersRoutes(deps));
  router.use(identityProviderRoutes(deps));
  router.use(loginActivityRoutes(deps));
  router.use(generalRoutes(deps));
  router.use(peopleRoutes(deps));
  router.use(peopleBulkRoutes(deps));
  router.use(peopleImportRoutes(deps));
  router.use(jobsRoutes(deps));
  router.use(peopleEditRoutes(deps));
  router.use(passwordRoutes(deps));
  router.use(deactivatePersonRoutes(deps));
  router.use(removePersonRoutes(deps));
  router.use(groupsRoutes(deps));
  router.use(profileSourcesRoutes(deps));
  router.use(scimLogRoutes(deps));
  router.use(profileSourceRoutes(deps));
  return router;
}
