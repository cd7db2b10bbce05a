import { deflateRawSync } from 'node:zlib';
import { sp } from './portal.ts';

/** Returns an AuthnRequest with these attributes, and this content after its Issuer. */
export function authnRequest(attributes: Record<string, string> = {}, content = '', issuer = sp.entityId): string {
  const all = { ID: '_request1', Version: '2.0', IssueInstant: '2026-03-01T09:00:00Z', ...attributes };
  const written = Object.entries(all)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');
  return (
    `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"${written}>` +
    `<saml:Issuer>${issuer}</saml:Issuer>${content}</samlp:AuthnRequest>`
  );
}

/** Returns the URL of a message by the Redirect binding. */
export function redirectUrl(sso: string, xml: string, relayState?: string): string {
  const url = new URL(sso);
  url.searchParams.set('SAMLRequest', deflateRawSync(xml).toString('base64'));
  if (relayState !== undefined) url.searchParams.set('RelayState', relayState);
  return url.href;
}

/** Returns the form fields of a message by the POST binding. */
export function postFields(xml: string, relayState?: string): Record<string, string> {
  const SAMLRequest = Buffer.from(xml).toString('base64');
  return relayState === undefined ? { SAMLRequest } : { SAMLRequest, RelayState: relayState };
}
