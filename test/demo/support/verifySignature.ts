import { createHash, verify, X509Certificate } from 'node:crypto';
import { XmlC14NMode, XmlDocument } from 'libxml2-wasm';

const namespaces = {
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  md: 'urn:oasis:names:tc:SAML:2.0:metadata',
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  samlp: 'urn:oasis:names:tc:SAML:2.0:protocol',
};

const exclusive = { mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 };

/** Returns the text at an XPath with the usual prefixes, or undefined if nothing matches. */
export function textAt(xml: string, path: string): string | undefined {
  using document = XmlDocument.fromString(xml);
  return document.get(path, namespaces)?.content;
}

/** Returns the signing certificate in metadata. */
export function certificateOf(metadata: string): X509Certificate {
  return new X509Certificate(Buffer.from(textAt(metadata, '//md:KeyDescriptor//ds:X509Certificate') ?? '', 'base64'));
}

/**
 * Verifies the enveloped signature of an element with libxml2's canonicalizer and node:crypto, independently of the code that
 * signed it: one Reference to the element's ID, its digest, and RSA-SHA256 over SignedInfo.
 */
export function verifySignature(xml: string, path: string, certificate: X509Certificate): boolean {
  const signature = `${path}/ds:Signature`;
  const digest = createHash('sha256').update(canonicalWithoutSignature(xml, path)).digest('base64');
  const signedInfo = canonical(xml, `${signature}/ds:SignedInfo`);
  const value = Buffer.from(textAt(xml, `${signature}/ds:SignatureValue`) ?? '', 'base64');
  return (
    textAt(xml, `${signature}/ds:SignedInfo/ds:Reference/@URI`) === `#${textAt(xml, `${path}/@ID`)}` &&
    textAt(xml, `${signature}/ds:SignedInfo/ds:Reference/ds:DigestValue`) === digest &&
    verify('RSA-SHA256', Buffer.from(signedInfo), certificate.publicKey, value)
  );
}

function canonicalWithoutSignature(xml: string, path: string): string {
  using document = XmlDocument.fromString(xml);
  document.get(`${path}/ds:Signature`, namespaces)?.remove();
  return document.get(path, namespaces)?.canonicalizeToString(exclusive) ?? '';
}

function canonical(xml: string, path: string): string {
  using document = XmlDocument.fromString(xml);
  return document.get(path, namespaces)?.canonicalizeToString(exclusive) ?? '';
}
