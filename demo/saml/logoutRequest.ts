import type { Application } from '../directory/types.ts';
import { type Envelope, envelopeAttributes } from './response.ts';
import { signElement } from './sign.ts';
import { element, escapeXml } from './xml.ts';

/** Returns a LogoutRequest (saml-core 3.7.1) for a session at an application, signed for the POST binding. */
export function buildLogoutRequest(
  envelope: Omit<Envelope, 'inResponseTo'>,
  application: Application,
  { nameId, sessionIndex }: { nameId: string; sessionIndex: string },
): string {
  const content =
    element('saml:Issuer', {}, escapeXml(envelope.issuer)) +
    element('saml:NameID', { Format: application.sso.nameIdFormat }, escapeXml(nameId)) +
    element('samlp:SessionIndex', {}, escapeXml(sessionIndex));
  const attributes = envelopeAttributes({ ...envelope, inResponseTo: undefined });
  return signElement(element('samlp:LogoutRequest', attributes, content), '/*', application);
}
