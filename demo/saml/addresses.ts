import type { Deps } from '../deps.ts';
import type { Application } from '../directory/types.ts';

/** Returns the identity provider's addresses for an application. Each application has its own. */
export function addressesOf(deps: Deps, application: Application) {
  const base = `${deps.url}/saml2/${application.id}`;
  return { entityId: base, sso: base, slo: `${base}/logout`, metadata: `${base}/metadata` };
}

/** Returns whether the application supports single logout: it needs an SLO URL, and a certificate that verifies its requests. */
export function hasSingleLogout(application: Application): boolean {
  return application.sso.sloUrl !== '' && application.sso.spCertificate !== '';
}
