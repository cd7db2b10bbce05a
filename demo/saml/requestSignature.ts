import { createVerify } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { namespaces } from './names.ts';
import { SamlError } from './samlError.ts';
import { parseXml } from './xml.ts';

const hashes: Record<string, string> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'RSA-SHA256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'RSA-SHA512',
};

/** Returns whether the message has an enveloped signature. */
export function isSigned(xml: string): boolean {
  return signatureOf(parseXml(xml).documentElement) !== undefined;
}

/**
 * Verifies the enveloped signature of a request with the application's certificate, never with one from the message.
 * Throws a SamlError if it does not verify or does not cover the whole message.
 * @returns the signed XML, which is the only part to read
 */
export function verifyEnveloped(xml: string, certificate: string): string {
  const root = parseXml(xml).documentElement;
  const signature = signatureOf(root);
  const verifier = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null });
  try {
    if (signature) verifier.loadSignature(signature);
    if (!signature || !verifier.checkSignature(xml)) throw new SamlError('');
  } catch {
    throw new SamlError('The signature of the request does not verify with the certificate of the application.');
  }
  const [signed] = verifier.getSignedReferences();
  if (!signed || parseXml(signed).documentElement.getAttribute('ID') !== root.getAttribute('ID'))
    throw new SamlError('The signature does not cover the request.');
  return signed;
}

/**
 * Verifies the signature of a request by the Redirect binding (saml-bindings 3.4.4.1) over the query as received.
 * Throws a SamlError if it does not verify.
 * @param query the raw query string, without the question mark
 */
export function verifyQuery(query: string, certificate: string): void {
  const raw = new Map(query.split('&').map((pair) => [pair.slice(0, pair.indexOf('=')), pair] as const));
  const signed = ['SAMLRequest', 'RelayState', 'SigAlg'].map((name) => raw.get(name)).filter((pair) => pair);
  const parameters = new URLSearchParams(query);
  const hash = hashes[parameters.get('SigAlg') ?? ''];
  const signature = Buffer.from(parameters.get('Signature') ?? '', 'base64');
  if (!hash || !createVerify(hash).update(signed.join('&')).verify(certificate, signature))
    throw new SamlError('The signature of the request does not verify with the certificate of the application.');
}

function signatureOf(root: Element): Element | undefined {
  return Array.from(root.childNodes).find(
    (node): node is Element =>
      node.nodeType === 1 &&
      (node as Element).namespaceURI === namespaces.signature &&
      (node as Element).localName === 'Signature',
  );
}
