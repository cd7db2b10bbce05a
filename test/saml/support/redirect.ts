import type { KeyObject } from 'node:crypto';
import { readRedirectMessage, verifyRedirectMessage } from '../../../src/saml/request/redirectSignature.ts';
import { parseXml } from '../../../src/xml/parse.ts';

/** Reads a message of a query and verifies its signature. Throws a Refusal or an XmlError. */
export function readSigned(query: string, signingKeys: readonly KeyObject[], allowSha1 = false) {
  const message = readRedirectMessage(query);
  const root = parseXml(message.octets);
  verifyRedirectMessage(message, { signingKeys, allowSha1 });
  return { ...message, root };
}
