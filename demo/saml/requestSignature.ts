import { createVerify } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { namespaces } from './names.ts';
import { SamlError } from './samlError.ts';
import { parseXml } from './xml.ts';

const NOT_VERIFIED = 'The signature of the request does not verify with the certificate of the application.';

const hashes: Record<string, string> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'RSA-SHA256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'RSA-SHA512',
};

/** Returns whether the message has an enveloped signature. */
export function isSigned(xml: string): boolean {
  return signatureOf(parseXml(xml).documentElement) !== undefined;
}

/**
 * Verifies the enveloped signature of a request with one of the application's certificates, never with one from the message.
 * Throws a SamlError if it does not verify or does not cover the whole message.
 * @param certificates in PEM: two while the application changes its key
 * @returns the signed XML, which is the only part to read
 */
export function verifyEnveloped(xml: string, certificates: string): string {
  const root = parseXml(xml).documentElement;
  const signature = signatureOf(root);
  const signed =
    signature &&
    certificatesIn(certificates)
      .map((one) => signedWith(one, xml, signature))
      .find(Boolean);
  if (signed === undefined) throw new SamlError(NOT_VERIFIED);
  if (parseXml(signed).documentElement.getAttribute('ID') !== root.getAttribute('ID'))
    throw new SamlError('The signature does not cover the request.');
  return signed;
}

/**
 * Verifies the signature of a message by the Redirect binding (saml-bindings 3.4.4.1) over the query as received.
 * Throws a SamlError if it does not verify.
 * @param query the raw query string, without the question mark
 * @param certificates in PEM, one of which must verify it
 */
export function verifyQuery(name: 'SAMLRequest' | 'SAMLResponse', query: string, certificates: string): void {
  const raw = new Map(query.split('&').map((pair) => [pair.slice(0, pair.indexOf('=')), pair] as const));
  const signed = [name, 'RelayState', 'SigAlg'].map((name) => raw.get(name)).filter((pair) => pair);
  const parameters = new URLSearchParams(query);
  const hash = hashes[parameters.get('SigAlg') ?? ''];
  const signature = Buffer.from(parameters.get('Signature') ?? '', 'base64');
  const verifies = (certificate: string) =>
    hash !== undefined && createVerify(hash).update(signed.join('&')).verify(certificate, signature);
  if (!certificatesIn(certificates).some(verifies)) throw new SamlError(NOT_VERIFIED);
}

function certificatesIn(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** Returns the XML that a certificate signed, or undefined. */
function signedWith(publicCert: string, xml: string, signature: Element): string | undefined {
  const verifier = new SignedXml({ publicCert, getCertFromKeyInfo: () => null });
  try {
    verifier.loadSignature(signature);
    return verifier.checkSignature(xml) ? verifier.getSignedReferences()[0] : undefined;
  } catch {
    return undefined;
  }
}

function signatureOf(root: Element): Element | undefined {
  return Array.from(root.childNodes).find(
    (node): node is Element =>
      node.nodeType === 1 &&
      (node as Element).namespaceURI === namespaces.signature &&
      (node as Element).localName === 'Signature',
  );
}
