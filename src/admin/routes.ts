import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { identifierOnly } from '../web/query.ts';
import { requirePowerUser } from '../web/requireLogin.ts';
import { loginAttemptRoutes } from './activity/attempt.ts';
import { loginActivityRoutes } from './activity/list.ts';
import { editAttributeRoutes } from './attributes/edit.ts';
import { attributeListRoutes } from './attributes/list.ts';
import { newAttributeRoutes } from './attributes/new.ts';
import { removeAttributeRoutes } from './attributes/remove.ts';
import { auditEntryRoutes } from './audit/entry.ts';
import { auditIntegrityRoutes } from './audit/integrity.ts';
import { auditListRoutes } from './audit/list.ts';
import { controlPanelRoutes } from './controlPanel.ts';
import { generalRoutes } from './general.ts';
import { addMembersRoutes } from './groups/addMembers.ts';
import { groupRoutes } from './groups/edit.ts';
import { groupListRoutes } from './groups/list.ts';
import { newGroupRoutes } from './groups/new.ts';
import { removeGroupRoutes } from './groups/remove.ts';
import { jobRoutes } from './jobs/job.ts';
import { jobListRoutes } from './jobs/list.ts';
import { previewRoutes } from './jobs/preview.ts';
import { notificationRoutes } from './notifications.ts';
import { peopleBulkRoutes } from './people/bulk.ts';
import { deactivatePersonRoutes } from './people/deactivate.ts';
import { editPersonRoutes } from './people/edit.ts';
import { peopleImportRoutes } from './people/import.ts';
import { peopleRoutes } from './people/list.ts';
import { newPersonRoutes } from './people/new.ts';
import { passwordRoutes } from './people/password.ts';
import { passwordLinkRoutes } from './people/passwordLink.ts';
import { removePersonRoutes } from './people/remove.ts';
import { personFactorsRoutes } from './people/secondFactors.ts';
import { sourceAttributesRoutes } from './profile-sources/attributes.ts';
import { scimLogRoutes } from './profile-sources/log.ts';
import { scimLogEntryRoutes } from './profile-sources/logEntry.ts';
import { scimLogExportRoutes } from './profile-sources/logExport.ts';
import { sourceMappingRoutes } from './profile-sources/mapping.ts';
import { profileSourcesRoutes } from './profile-sources/overview.ts';
import { removeSourceRoutes } from './profile-sources/remove.ts';
import { scimSourcesRoutes } from './profile-sources/scim.ts';
import { profileSourceRoutes } from './profile-sources/source.ts';
import { autoLoginRoutes } from './saml/autoLogin.ts';
import { collectionRoutes } from './saml/collection.ts';
import { domainRoutes } from './saml/domain.ts';
import { domainsRoutes } from './saml/domains.ts';
import { guideRoutes } from './saml/guide.ts';
import { importRoutes } from './saml/import.ts';
import { keyChangeRoutes } from './saml/keyChange.ts';
import { keysRoutes } from './saml/keys.ts';
import { lockedOutRoutes } from './saml/lockedOut.ts';
import { newDomainRoutes } from './saml/newDomain.ts';
import { providerRoutes } from './saml/provider.ts';
import { providerPeopleRoutes } from './saml/providerPeople.ts';
import { providersRoutes } from './saml/providers.ts';
import { refreshRoutes } from './saml/refresh.ts';
import { removeDomainRoutes } from './saml/removeDomain.ts';
import { removeProviderRoutes } from './saml/removeProvider.ts';
import { setupLinkRoutes } from './saml/setupLink.ts';
import { setupLinksRoutes } from './saml/setupLinks.ts';
import { testRoutes } from './saml/tests.ts';
import { versionRoutes } from './saml/version.ts';
import { versionsRoutes } from './saml/versions.ts';
import { endSessionsRoutes } from './sessions/end.ts';
import { sessionLimitsRoutes } from './sessions/limits.ts';
import { sessionListRoutes } from './sessions/list.ts';
import { webhookDeliveryListRoutes } from './webhooks/deliveries.ts';
import { webhookDeliveryRoutes } from './webhooks/delivery.ts';
import { webhookListRoutes } from './webhooks/list.ts';
import { newWebhookRoutes } from './webhooks/new.ts';
import { removeWebhookRoutes } from './webhooks/remove.ts';
import { webhookRoutes } from './webhooks/webhook.ts';

const screens = [
  controlPanelRoutes,
  domainsRoutes,
  newDomainRoutes,
  domainRoutes,
  guideRoutes,
  setupLinksRoutes,
  setupLinkRoutes,
  keysRoutes,
  keyChangeRoutes,
  removeDomainRoutes,
  providersRoutes,
  collectionRoutes,
  importRoutes,
  providerRoutes,
  providerPeopleRoutes,
  refreshRoutes,
  testRoutes,
  autoLoginRoutes,
  lockedOutRoutes,
  removeProviderRoutes,
  versionsRoutes,
  versionRoutes,
  loginActivityRoutes,
  loginAttemptRoutes,
  auditListRoutes,
  auditIntegrityRoutes,
  auditEntryRoutes,
  sessionListRoutes,
  endSessionsRoutes,
  sessionLimitsRoutes,
  generalRoutes,
  notificationRoutes,
  webhookListRoutes,
  newWebhookRoutes,
  webhookRoutes,
  removeWebhookRoutes,
  webhookDeliveryListRoutes,
  webhookDeliveryRoutes,
  peopleRoutes,
  peopleBulkRoutes,
  peopleImportRoutes,
  jobListRoutes,
  jobRoutes,
  previewRoutes,
  newPersonRoutes,
  editPersonRoutes,
  passwordRoutes,
  passwordLinkRoutes,
  personFactorsRoutes,
  deactivatePersonRoutes,
  removePersonRoutes,
  attributeListRoutes,
  newAttributeRoutes,
  editAttributeRoutes,
  removeAttributeRoutes,
  groupListRoutes,
  newGroupRoutes,
  groupRoutes,
  addMembersRoutes,
  removeGroupRoutes,
  profileSourcesRoutes,
  scimSourcesRoutes,
  profileSourceRoutes,
  sourceAttributesRoutes,
  sourceMappingRoutes,
  removeSourceRoutes,
  scimLogRoutes,
  scimLogExportRoutes,
  scimLogEntryRoutes,
];

/** Application Settings, only for Power Users. */
export function adminRoutes(deps: Deps): Router {
  const router = Router();
  router.use('/settings', requirePowerUser);
  for (const name of ['id', 'domain', 'provider', 'import', 'test', 'version', 'delivery', 'link', 'key', 'collection'])
    router.param(name, identifierOnly);
  for (const addRoutes of screens) addRoutes(router, deps);
  return router;
}
