import { XmlError } from '../../xml/error.ts';
import { namespacesInScope } from '../../xml/inScope.ts';
import { parseXml } from '../../xml/parse.ts';
import { attributeOf, childOf, type XmlElement } from '../../xml/tree.ts';
import { decrypt, encryptionLabel, readEncryption } from './encryption.ts';
import { type Hearing, partsIn, type Step } from './hearing.ts';
import { SAMLP } from './namespaces.ts';
import { refusalOf, refuse } from './refusal.ts';
import { readSignature, type SignatureForm, signatureVerifies, spendSignatureWork } from './signature.ts';
import { findDecryptedSignature, findResponseParts, signatureOf } from './structure.ts';
import type { VerifyContext } from './verdict.ts';

/** The checks that find out what the provider signed. What they leave in the hearing is verified; nothing else is read for identity. */
export const authenticitySteps: readonly Step[] = [
  { name: 'One Response with one Assertion', judge: findParts },
  { name: 'Signature in its place', judge: findSignatures },
  { name: 'Signature verifies', judge: verifySignatures },
];

/** The top-level code of the Status (saml-core 3.2.2.2). */
export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** The value of the Response's top-level StatusCode, '' where there is none. */
export function statusCodeOf(status: XmlElement): string {
  const code = childOf(status, SAMLP, 'StatusCode');
  return (code && attributeOf(code, 'Value')) ?? '';
}

function findParts(hearing: Hearing): string {
  hearing.parts = findResponseParts(hearing.root);
  const { assertion, encrypted, status } = hearing.parts;
  if (assertion !== undefined) return 'a plain Assertion';
  if (encrypted !== undefined) return 'an encrypted Assertion';
  if (statusCodeOf(status) === SUCCESS)
    return refuse('response_malformed', { expected: 'an Assertion', received: 'none' });
  return 'no Assertion, the provider said no';
}

function findSignatures(hearing: Hearing): string {
  const { signature, assertion, encrypted } = partsIn(hearing);
  const inner = assertion && signatureOf(assertion);
  const places = [signature && 'the Response', inner && 'the Assertion'].filter((place) => place !== undefined);
  if (places.length > 0) return `on ${places.join(' and ')}`;
  if (encrypted !== undefined) return 'not on the Response; it has to be within the encrypted Assertion';
  if (assertion === undefined) return 'none; nothing of it is used';
  return refuse('signature_missing', { expected: 'a Signature on the Response or the Assertion', received: 'none' });
}

function verifySignatures(hearing: Hearing, context: VerifyContext): string {
  const { signature, assertion, encrypted } = partsIn(hearing);
  const labels: string[] = [];
  if (signature !== undefined) labels.push(`${verifyOne(signature, context)}, on the Response`);
  hearing.responseSigned = signature !== undefined;
  const inner = assertion && signatureOf(assertion);
  if (inner !== undefined) labels.push(`${verifyOne(inner, context)}, on the Assertion`);
  hearing.assertion = assertion;
  if (encrypted !== undefined) labels.push(openEncrypted(hearing, encrypted, context));
  return labels.join('; ');
}

function verifyOne(element: XmlElement, { provider }: VerifyContext): string {
  const form = readSignature(element, provider.allowSha1);
  if (!signatureVerifies(form, provider)) refuse('signature_invalid', { received: form.algorithm.label });
  return form.algorithm.label;
}

function openEncrypted(hearing: Hearing, encrypted: XmlElement, context: VerifyContext): string {
  const form = readEncryption(encrypted);
  const { assertion, signature } = readDecrypted(hearing, encrypted, decrypt(form, context.decryptionKeys), context);
  hearing.assertion = assertion;
  if (signature === undefined) return encryptionLabel(form);
  if (!signatureVerifies(signature, context.provider))
    refuse('signature_invalid', { received: signature.algorithm.label });
  return `${signature.algorithm.label}, on the encrypted Assertion; ${encryptionLabel(form)}`;
}

type Decrypted = { assertion: XmlElement; signature: SignatureForm | undefined };

// Until the plaintext is known to be the provider's, every way to fail is answered as a wrong signature and costs a signature's work
// (xmlenc-core1 6.1): whoever alters a ciphertext learns nothing from the answer.
function readDecrypted(
  hearing: Hearing,
  encrypted: XmlElement,
  octets: Buffer | undefined,
  context: VerifyContext,
): Decrypted {
  try {
    const { assertion, borrows } = parseDecrypted(encrypted, octets);
    const signature = findDecryptedSignature(assertion, hearing.root);
    if (signature === undefined && !hearing.responseSigned)
      refuse('signature_missing', { detail: 'neither it nor the Response is signed' });
    if (signature === undefined && borrows)
      refuse('signature_missing', { detail: 'not signed itself, and it needs namespaces that no signature covers' });
    return { assertion, signature: signature && readSignature(signature, context.provider.allowSha1) };
  } catch (error) {
    const { reason, facts } = refusalOf(error);
    spendSignatureWork(context.provider);
    // The page is the same for both; the activity may tell a Power User that signing is off at the provider.
    return refuse(reason === 'signature_missing' ? 'signature_missing' : 'signature_invalid', {
      ...facts,
      detail: `the encrypted Assertion: ${facts.detail ?? reason}`,
    });
  }
}

type Plaintext = { assertion: XmlElement; borrows: boolean };

// Providers that encrypt in place (Keycloak, and what uses xmlsec) leave out namespaces that are declared around it. The EncryptedAssertion's own
// is visibly used, so that a signature on the Response covers it. Any other may have been changed on the way, and is lent to an Assertion alone
// that is signed itself: the octets of its signature hold every namespace that it uses.
function parseDecrypted(encrypted: XmlElement, octets: Buffer | undefined): Plaintext {
  if (octets === undefined) return refuse('signature_invalid', { detail: 'no key of this domain decrypts it' });
  const { prefix, uri } = encrypted;
  try {
    return { assertion: parseXml(octets, { outer: [{ prefix, uri }] }), borrows: false };
  } catch (error) {
    if (!(error instanceof XmlError) || error.reason !== 'xml_malformed') throw error;
    return { assertion: parseXml(octets, { outer: namespacesInScope(encrypted) }), borrows: true };
  }
}
