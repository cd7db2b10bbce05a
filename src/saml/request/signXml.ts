import { SignedXml } from 'xml-crypto';
import type { SigningKey } from '../../federation/domainKeys.ts';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/**
 * Signs the root element of a document with an enveloped signature (saml-core 5.4): RSA-SHA256, exclusive canonicalization, the certificate
 * in KeyInfo. The root must have an ID.
 * @param afterIssuer the signature follows the Issuer, as in messages; otherwise it is the first child, as in metadata
 */
export function signXml(xml: string, { privateKey, certificate }: SigningKey, afterIssuer = false): string {
  const signer = new SignedXml({
    privateKey,
    publicCert: certificate,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE,
    getKeyInfoContent: SignedXml.getKeyInfoContent,
  });
  const digestAlgorithm = 'http://www.w3.org/2001/04/xmlenc#sha256';
  signer.addReference({ xpath: '/*', digestAlgorithm, transforms: [ENVELOPED, EXCLUSIVE] });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: afterIssuer
      ? { reference: '/*/*[local-name(.)="Issuer"]', action: 'after' }
      : { reference: '/*', action: 'prepend' },
  });
  return signer.getSignedXml();
}
