import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { identifierOnly } from '../../web/query.ts';
import { domainRoutes } from './domain.ts';
import { domainsRoutes } from './domains.ts';
import { importRoutes } from './import.ts';
import { newDomainRoutes } from './newDomain.ts';
import { providerRoutes } from './provider.ts';
import { providersRoutes } from './providers.ts';
import { removeDomainRoutes } from './removeDomain.ts';
import { removeProviderRoutes } from './removeProvider.ts';

/** Manage Security > Manage SAML Authentication: domains, and identity providers below each of them. */
export function samlSettingsRoutes(router: Router, deps: Deps): void {
  for (const name of ['domain', 'provider', 'import']) router.param(name, identifierOnly);
  domainsRoutes(router, deps);
  newDomainRoutes(router, deps);
  domainRoutes(router, deps);
  removeDomainRoutes(router, deps);
  providersRoutes(router, deps);
  importRoutes(router, deps);
  providerRoutes(router, deps);
  removeProviderRoutes(router, deps);
}
