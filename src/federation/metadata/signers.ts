import { type KeyObject, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { type Checked, invalid } from '../../errors.ts';
import { type Fault, readSignedDocument } from '../../saml/verify/signedDocument.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { certificatesIn, publicKeyOf } from '../certificate.ts';
import { type MetadataErrorCode, refuse } from './refusal.ts';

/** The keys of which one must have signed the metadata. */
export type Signers = readonly KeyObject[];

const MOST = 5;
const MIN_RSA_BITS = 2_048;

/** The certificates that are pinned for the signature of metadata, in PEM; '' for none. Only their keys count, not their dates. */
export const signersText = z
  .string()
  .max(20_000, `Use at most ${MOST} certificates.`)
  .transform((text, context) => {
    const certificates = certificatesIn(text);
    if (certificates && certificates.length <= MOST && certificates.every(canSign)) return certificates.join('');
    context.addIssue(
      `Paste up to ${MOST} certificates in PEM, from -----BEGIN CERTIFICATE----- on, with an EC key or an RSA key of at least ${MIN_RSA_BITS} bits.`,
    );
    return z.NEVER;
  });

/** Checks the certificates to pin. Returns them in PEM, '' for none. */
export function readSigners(text: string): Checked<string> {
  const parsed = signersText.safeParse(text);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : invalid({ signers: parsed.error.issues[0]?.message ?? '' });
}

/** Returns the keys of pinned certificates, or undefined if there are none. */
export function signersOf({ keys }: Pick<Deps, 'keys'>, certificates: string): Signers | undefined {
  return certificates === '' ? undefined : certificatesIn(certificates)?.map(keys.publicKey);
}

const PINNED = 'the certificate that is pinned for the signature of the metadata';

/**
 * Returns the text that one of the signers has signed: the whole document, or the one entity that is wanted.
 * @throws a refusal: not_signed, bad_signature
 */
export function signedText(root: XmlElement, signers: Signers, wanted: string | undefined): string {
  const signed = readSignedDocument(root, signers, wanted);
  return signed.ok ? signed.text : refuseFault(signed.fault);
}

/** Refuses a document whose signature has a fault: not_signed, bad_signature. */
export function refuseFault(fault: Fault): never {
  return refuse(...faults[fault]);
}

const faults: Record<Fault, [MetadataErrorCode, string]> = {
  unsigned: [
    'not_signed',
    `This metadata is not signed, but must be signed with ${PINNED}. Check the URL, or remove the pinned certificate.`,
  ],
  form: [
    'bad_signature',
    'The signature of this metadata has a form or an algorithm that is not accepted, such as SHA-1. Ask who publishes it for SHA-256.',
  ],
  key: [
    'bad_signature',
    `This metadata is not signed with ${PINNED}. If its publisher has a new one, compare the fingerprint with what they announce, then pin it.`,
  ],
  content: [
    'bad_signature',
    'This metadata was changed after it was signed, so its signature does not verify. Fetch it again, or ask who publishes it.',
  ],
};

function canSign(pem: string): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKeyOf(new X509Certificate(pem)) ?? {};
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
  return asymmetricKeyType === 'ec';
}
