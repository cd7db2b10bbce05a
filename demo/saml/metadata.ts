import type { Deps } from '../deps.ts';
import type { Application } from '../directory/types.ts';
import { addressesOf, hasSingleLogout } from './addresses.ts';
import { bindings, namespaces } from './names.ts';
import { element, escapeXml } from './xml.ts';

/** Returns the identity provider's metadata for this application (saml-metadata 2.4.3). */
export function buildMetadata(deps: Deps, application: Application): string {
  const addresses = addressesOf(deps, application);
  const descriptor = element(
    'md:IDPSSODescriptor',
    {
      WantAuthnRequestsSigned: String(application.sso.wantSignedRequests),
      protocolSupportEnumeration: namespaces.protocol,
    },
    writeKey(application.certificate) +
      (hasSingleLogout(application) ? writeEndpoints('SingleLogoutService', addresses.slo) : '') +
      element('md:NameIDFormat', {}, escapeXml(application.sso.nameIdFormat)) +
      writeEndpoints('SingleSignOnService', addresses.sso),
  );
  const root = { 'xmlns:md': namespaces.metadata, entityID: addresses.entityId };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('md:EntityDescriptor', root, descriptor)}\n`;
}

function writeKey(certificate: string): string {
  const base64 = certificate.replace(/-----[A-Z ]+-----|\s/g, '');
  const data = element('ds:X509Data', {}, element('ds:X509Certificate', {}, base64));
  const info = element('ds:KeyInfo', { 'xmlns:ds': namespaces.signature }, data);
  return element('md:KeyDescriptor', { use: 'signing' }, info);
}

function writeEndpoints(name: string, location: string): string {
  return [bindings.redirect, bindings.post]
    .map((binding) => element(`md:${name}`, { Binding: binding, Location: location }))
    .join('');
}
