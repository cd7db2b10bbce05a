import { ACS_URL, ENTITY_ID, IDP, NOW, REQUEST_ID } from '../../test/saml/support/context.ts';
import { ASSERTION_ID, compose, honestParts, PERSON, RESPONSE_ID } from '../../test/saml/support/message.ts';
import { signMessage } from '../../test/saml/support/sign.ts';
import { attributes, type Identity } from '../messages.ts';

/** The service provider that the SAML responses are for. */
export type Audience = { entityId: string; acsUrl: string };

export const LOGGED_IN_AS = PERSON;
export const PROVIDER = IDP;

/** Returns unsolicited SAML responses with unique IDs and signed assertions, valid from a minute ago for an hour. */
export function createResponses(provider: Identity, audience: Audience, count: number): string[] {
  const statement = attributes(12, 0);
  const template = compose({ ...honestParts(), attributes: statement })
    .replaceAll(` InResponseTo="${REQUEST_ID}"`, '')
    .replaceAll(`InResponseTo="${REQUEST_ID}" `, '')
    .replaceAll(ACS_URL, audience.acsUrl)
    .replaceAll(ENTITY_ID, audience.entityId)
    .replace(/"2026-01-15T[^"]*"/g, shiftToNow);
  const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${provider.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  return Array.from({ length: count }, (_, at) => {
    const id = `${at.toString(36)}${process.hrtime.bigint().toString(36)}`;
    const xml = template
      .replaceAll(RESPONSE_ID, `_r${id}`)
      .replaceAll(ASSERTION_ID, `_a${id}`)
      .replaceAll('_session1', `_s${id}`);
    return Buffer.from(signMessage(xml, 'assertion', { key: provider.privateKey, keyInfo })).toString('base64');
  });
}

// The corpus expires five minutes after its fixed time. Expire an hour from now instead, so that slow runs can finish.
function shiftToNow(quoted: string): string {
  const time = Date.parse(quoted.slice(1, -1)) - NOW;
  const shifted = new Date(Date.now() + (time > 0 ? time + 3_300_000 : time - 60_000));
  return `"${shifted.toISOString().slice(0, 19)}Z"`;
}
