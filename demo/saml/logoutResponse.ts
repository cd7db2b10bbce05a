import { statusCodes } from './names.ts';
import { type Envelope, envelopeAttributes, writeStatus } from './response.ts';
import { type SigningKey, signElement } from './sign.ts';
import { element, escapeXml } from './xml.ts';

export type LogoutOutcome = 'done' | 'partial' | 'unknown_principal';

/**
 * A LogoutResponse (saml-core 3.7.2). `partial` says that other applications may still have a session, `unknown_principal`
 * that the person of the request is not the one of the session.
 * @returns the XML without a signature: the Redirect binding signs the query instead
 */
export function buildLogoutResponse(envelope: Envelope, outcome: LogoutOutcome): string {
  const content = element('saml:Issuer', {}, escapeXml(envelope.issuer)) + writeOutcome(outcome);
  return element('samlp:LogoutResponse', envelopeAttributes(envelope), content);
}

/** The same, signed for the POST binding. */
export function buildSignedLogoutResponse(envelope: Envelope, outcome: LogoutOutcome, key: SigningKey): string {
  return signElement(buildLogoutResponse(envelope, outcome), '/*', key);
}

function writeOutcome(outcome: LogoutOutcome): string {
  if (outcome === 'unknown_principal') return writeStatus(statusCodes.requester, statusCodes.unknownPrincipal);
  return writeStatus(statusCodes.success, outcome === 'partial' ? statusCodes.partialLogout : undefined);
}
