import { XmlError } from '../../xml/error.ts';
import { parseXml } from '../../xml/parse.ts';
import { namespacesInScope } from '../../xml/scope.ts';
import type { NamespaceDeclaration, XmlElement } from '../../xml/tree.ts';
import { found, type LoginContext, refusalOf, refuse } from './check.ts';
import { decrypt, type EncryptionForm, encryptionLabel, readEncryption } from './encryption.ts';
import { findDecryptedSignature, signatureOf } from './message.ts';
import { readSignature, type SignatureForm, signatureVerifies, spendSignatureWork } from './signature.ts';

/** Refuses a message without a signature where the standard puts it. */
export function checkSignaturePlace(login: LoginContext): string {
  const { signature, assertion, encrypted } = found(login.parts);
  const inner = assertion && signatureOf(assertion);
  const places = [signature && 'the Response', inner && 'the Assertion'].filter((place) => place !== undefined);
  if (places.length > 0) return `on ${places.join(' and ')}`;
  if (encrypted !== undefined) return 'expected inside the encrypted Assertion';
  if (assertion === undefined) return 'none, and no content is used';
  return refuse('signature_missing', { expected: 'a Signature on the Response or the Assertion', received: 'none' });
}

/** Verifies every signature. Afterwards `login.assertion` is what the provider signed; nothing else is read to identify a person. */
export function checkSignatures(login: LoginContext): string {
  const { signature, assertion, encrypted } = found(login.parts);
  const labels: string[] = [];
  if (signature !== undefined) labels.push(`${verify(signature, login)}, on the Response`);
  login.responseSigned = signature !== undefined;
  const inner = assertion && signatureOf(assertion);
  if (inner !== undefined) labels.push(`${verify(inner, login)}, on the Assertion`);
  login.assertion = assertion;
  if (encrypted !== undefined) labels.push(openEncrypted(encrypted, login));
  return labels.join('; ');
}

function verify(element: XmlElement, login: LoginContext): string {
  return verifyForm(readSignature(element, allowsSha1(login)), login);
}

function verifyForm(form: SignatureForm, { signingKeys }: LoginContext): string {
  const { label } = form.algorithm;
  return signatureVerifies(form, signingKeys) ? label : refuse('signature_invalid', { received: label });
}

function openEncrypted(encrypted: XmlElement, login: LoginContext): string {
  const form = readEncryption(encrypted);
  const { assertion, signature } = readDecrypted(encrypted, form, login);
  login.assertion = assertion;
  if (signature === undefined) return encryptionLabel(form);
  return `${verifyForm(signature, login)}, on the encrypted Assertion; ${encryptionLabel(form)}`;
}

type Decrypted = { assertion: XmlElement; signature: SignatureForm | undefined };

// Until the plaintext is known to be the provider's, every failure looks like an invalid signature and costs as much (xmlenc-core1 6.1):
// a sender who alters a ciphertext learns nothing from the result.
function readDecrypted(encrypted: XmlElement, form: EncryptionForm, login: LoginContext): Decrypted {
  try {
    const { assertion, borrows } = parseDecrypted(encrypted, decrypt(form, login.decryptionKeys), login);
    const signature = findDecryptedSignature(assertion, found(login.root));
    if (signature === undefined && !login.responseSigned)
      refuse('signature_missing', { detail: 'neither it nor the Response is signed' });
    if (signature === undefined && borrows)
      refuse('signature_missing', { detail: 'it is not signed and needs namespaces that no signature covers' });
    return { assertion, signature: signature && readSignature(signature, allowsSha1(login)) };
  } catch (error) {
    const { reason, facts } = refusalOf(error);
    spendSignatureWork(form.content, login.signingKeys);
    // The sender sees the same page for both; Login activity may tell a Power User that the provider does not sign.
    return refuse(reason === 'signature_missing' ? 'signature_missing' : 'signature_invalid', {
      ...facts,
      detail: `the encrypted Assertion: ${facts.detail ?? reason}`,
    });
  }
}

// Providers that encrypt in place (Keycloak, everything on xmlsec) leave out namespaces declared around the Assertion. The namespace of the
// EncryptedAssertion itself is visibly used, so a signature on the Response covers it. Any other may have been altered on the way: only an
// Assertion with a signature of its own may borrow it, because the signed octets contain every prefix that it uses. They do not show a default
// namespace declared around it: that one must be covered by the signature on the Response.
function parseDecrypted(
  encrypted: XmlElement,
  octets: Buffer | undefined,
  { responseSigned }: LoginContext,
): { assertion: XmlElement; borrows: boolean } {
  if (octets === undefined) return refuse('signature_invalid', { detail: 'no key of this domain decrypts it' });
  const { prefix, uri } = encrypted;
  const lent = (declarations: readonly NamespaceDeclaration[]) =>
    declarations.filter((declaration) => declaration.prefix !== '' || (responseSigned && prefix === ''));
  try {
    return { assertion: parseXml(octets, { outer: lent([{ prefix, uri }]) }), borrows: false };
  } catch (error) {
    if (!(error instanceof XmlError) || error.reason !== 'xml_malformed') throw error;
    return { assertion: parseXml(octets, { outer: lent(namespacesInScope(encrypted)) }), borrows: true };
  }
}

function allowsSha1(login: LoginContext): boolean {
  return found(login.provider).settings.allowSha1;
}
