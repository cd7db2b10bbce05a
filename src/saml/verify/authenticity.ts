import { canonicalNamespace } from '../../xml/canonicalize.ts';
import { type Fragment, parseFragment } from '../../xml/parse.ts';
import { namespaceInScope, namespacesInScope } from '../../xml/scope.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { found, type LoginContext, refusalOf, refuse } from './check.ts';
import { decrypt, type EncryptionForm, encryptionLabel, readEncryption } from './encryption.ts';
import { findDecryptedSignature, signatureOf } from './message.ts';
import {
  findSignatureFault,
  readSignature,
  type SignatureForm,
  spendSignatureWork,
  verifySignature,
} from './signature.ts';

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
  // After a refresh of the metadata, the signatures are verified again.
  login.responseSigned = false;
  login.assertion = undefined;
  const labels: string[] = [];
  const outer = signature && verify(signature, login);
  if (outer !== undefined) labels.push(`${outer.algorithm.label}, on the Response`);
  login.responseSigned = outer !== undefined;
  const inner = assertion && signatureOf(assertion);
  if (inner !== undefined) labels.push(`${verify(inner, login).algorithm.label}, on the Assertion`);
  login.assertion = assertion;
  if (encrypted !== undefined) labels.push(openEncrypted(encrypted, outer, login));
  return labels.join('; ');
}

function verify(element: XmlElement, login: LoginContext): SignatureForm {
  return verifySignature(element, login.signingKeys, allowsSha1(login));
}

function openEncrypted(encrypted: XmlElement, outer: SignatureForm | undefined, login: LoginContext): string {
  const form = readEncryption(encrypted);
  const { assertion, signature, borrowed } = readDecrypted(encrypted, form, outer, login);
  login.assertion = assertion;
  if (signature === undefined) return encryptionLabel(form);
  const { label } = signature.algorithm;
  const fault = findSignatureFault(signature, login.signingKeys);
  // What it borrows was declared or changed after it was signed. The inclusive form of the SignedInfo shows that too, as a wrong key.
  const isByNamespace = borrowed.size > 0 && (fault === 'content' || !signature.signedInfoForm.exclusive);
  if (fault !== undefined && isByNamespace)
    refuse('namespace_unsigned', { detail: `the encrypted Assertion: ${borrowing(borrowed)}` });
  if (fault !== undefined) refuse('signature_invalid', { received: label });
  return `${label}, on the encrypted Assertion; ${encryptionLabel(form)}`;
}

type Around = {
  root: XmlElement;
  encrypted: XmlElement;
  own: SignatureForm | undefined;
  outer: SignatureForm | undefined;
};
type Decrypted = { assertion: XmlElement; signature: SignatureForm | undefined; borrowed: ReadonlySet<string> };

// Until the plaintext is known to be the provider's, every failure looks like an invalid signature and costs as much (xmlenc-core1 6.1):
// a sender who alters a ciphertext learns nothing from the result. The sender sees the same page for all of them; Login activity may tell a
// Power User that the provider does not sign, or not the namespaces.
function readDecrypted(
  encrypted: XmlElement,
  form: EncryptionForm,
  outer: SignatureForm | undefined,
  login: LoginContext,
): Decrypted {
  try {
    const { root: assertion, borrowed } = parseDecrypted(encrypted, decrypt(form, login.decryptionKeys));
    const element = findDecryptedSignature(assertion, found(login.root));
    if (element === undefined && outer === undefined)
      refuse('signature_missing', { detail: 'neither it nor the Response is signed' });
    const signature = element && readSignature(element, allowsSha1(login));
    const around = { root: assertion, encrypted, own: signature, outer };
    const unsigned = [...borrowed].filter((prefix) => !showsNamespace(prefix, around));
    if (unsigned.length > 0) refuse('namespace_unsigned', { detail: borrowing(unsigned) });
    return { assertion, signature, borrowed };
  } catch (error) {
    const { reason, facts } = refusalOf(error);
    spendSignatureWork(form.content, login.signingKeys);
    return refuse(reason === 'signature_missing' || reason === 'namespace_unsigned' ? reason : 'signature_invalid', {
      ...facts,
      detail: `the encrypted Assertion: ${facts.detail ?? reason}`,
    });
  }
}

// The Assertion takes the place of the EncryptedData (xmlenc-core1 4.4), so it is read in the scope of the EncryptedAssertion. Providers that
// encrypt in place (Keycloak, everything on xmlsec) leave out what is declared around it. They signed it in place too, so the tree and the
// canonical form share this scope. An Assertion that borrows nothing may have been signed alone, and means the same everywhere.
function parseDecrypted(encrypted: XmlElement, octets: Buffer | undefined): Fragment {
  if (octets === undefined) return refuse('signature_invalid', { detail: 'no key of this domain decrypts it' });
  const fragment = parseFragment(octets, namespacesInScope(encrypted));
  if (fragment.borrowed.size > 0) fragment.root.parent = encrypted;
  return fragment;
}

/**
 * Returns whether a signature shows what a prefix means that the decrypted Assertion borrows. Its own signature does, because its octets are
 * written in the same scope. The signature on the Response does if its octets say the same about the prefix as the document.
 */
function showsNamespace(prefix: string, { root, encrypted, own, outer }: Around): boolean {
  if (own !== undefined) return true;
  if (outer === undefined || !isSameOutside(prefix, root, encrypted)) return false;
  const declared = namespaceInScope(encrypted, prefix) ?? '';
  return (canonicalNamespace(outer.signed, outer.signedForm, encrypted, prefix) ?? '') === declared;
}

// The EncryptedAssertion was put around the Assertion afterwards, and its declarations must not change what was meant. Only an Assertion that
// has no prefix itself needs a default namespace from there.
function isSameOutside(prefix: string, root: XmlElement, encrypted: XmlElement): boolean {
  if (prefix === '') return root.prefix === '';
  const meant = encrypted.parent && namespaceInScope(encrypted.parent, prefix);
  return meant === undefined || meant === namespaceInScope(encrypted, prefix);
}

function borrowing(prefixes: Iterable<string>): string {
  const names = [...prefixes].map((prefix) => (prefix === '' ? 'the default namespace' : `the prefix ${prefix}`));
  return `it borrows ${names.join(', ')}, which no signature shows`;
}

function allowsSha1(login: LoginContext): boolean {
  return found(login.provider).settings.allowSha1;
}
