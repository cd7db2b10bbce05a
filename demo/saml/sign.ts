import { createSign } from 'node:crypto';
import { SignedXml } from 'xml-crypto';

const algorithms = {
  canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
  signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
} as const;

export type SigningKey = { privateKey: string; certificate: string }; // both PEM

/**
 * Signs one element (enveloped, exclusive canonicalization, RSA-SHA256) and places the signature after its Issuer, as the
 * schema of saml-core requires.
 * @param path an XPath of the element to sign
 */
export function signElement(xml: string, path: string, key: SigningKey): string {
  const signer = new SignedXml({
    privateKey: key.privateKey,
    publicCert: key.certificate,
    signatureAlgorithm: algorithms.signature,
    canonicalizationAlgorithm: algorithms.canonicalization,
  });
  signer.addReference({
    xpath: path,
    transforms: [algorithms.enveloped, algorithms.canonicalization],
    digestAlgorithm: algorithms.digest,
  });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${path}/*[local-name()='Issuer']`, action: 'after' },
  });
  return signer.getSignedXml();
}

/**
 * Returns the query string of a signed message for the Redirect binding (saml-bindings 3.4.4.1).
 * @param message the deflated XML in base64
 */
export function signQuery(
  parameter: 'SAMLRequest' | 'SAMLResponse',
  message: string,
  relayState: string | undefined,
  key: SigningKey,
): string {
  const fields = [[parameter, message]];
  if (relayState !== undefined) fields.push(['RelayState', relayState]);
  fields.push(['SigAlg', algorithms.signature]);
  const signed = fields.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&');
  const signature = createSign('RSA-SHA256').update(signed).sign(key.privateKey, 'base64');
  return `${signed}&Signature=${encodeURIComponent(signature)}`;
}
