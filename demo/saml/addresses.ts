import type { Deps } from '../deps.ts';
import type { Application } from '../directory/types.ts';

/** The addresses of the identity provider that an application talks to: each application has one of its own. */
export function addressesOf(deps: Deps, application: Application) {
  const base = `${deps.url}/saml2/${application.id}`;
  return { entityId: base, sso: base, slo: `${base}/logout`, metadata: `${base}/metadata` };
}

/** Whether the application can take part in single log-out: it has an address for it and a certificate to prove its requests. */
export function hasSingleLogout(application: Application): boolean {
  return application.sso.sloUrl !== '' && application.sso.spCertificate !== '';
}
