import { statusCodes } from './names.ts';
import { type Envelope, envelopeAttributes, writeStatus } from './response.ts';
import { type SigningKey, signElement } from './sign.ts';
import { element, escapeXml } from './xml.ts';

export type LogoutOutcome = 'done' | 'partial' | 'unknown_principal';

/**
 * Returns a LogoutResponse (saml-core 3.7.2) without a signature, because the Redirect binding signs the query instead.
 * `partial`: other applications may still have a session. `unknown_principal`: no person matches the NameID of the request.
 */
export function buildLogoutResponse(envelope: Envelope, outcome: LogoutOutcome): string {
  const content = element('saml:Issuer', {}, escapeXml(envelope.issuer)) + writeOutcome(outcome);
  return element('samlp:LogoutResponse', envelopeAttributes(envelope), content);
}

/** Returns a LogoutResponse signed for the POST binding. */
export function buildSignedLogoutResponse(envelope: Envelope, outcome: LogoutOutcome, key: SigningKey): string {
  return signElement(buildLogoutResponse(envelope, outcome), '/*', key);
}

function writeOutcome(outcome: LogoutOutcome): string {
  if (outcome === 'unknown_principal') return writeStatus(statusCodes.requester, statusCodes.unknownPrincipal);
  return writeStatus(statusCodes.success, outcome === 'partial' ? statusCodes.partialLogout : undefined);
}
