import { hash, type KeyObject, verify } from 'node:crypto';
import { type CanonicalForm, canonicalize } from '../../xml/canonicalize.ts';
import { attributeOf, elementsOf, isElement, type XmlElement } from '../../xml/tree.ts';
import {
  canonicalForm,
  digestAlgorithm,
  fittingKeys,
  type SignatureAlgorithm,
  signatureAlgorithm,
} from './algorithms.ts';
import { refuse } from './check.ts';
import { DS, octetsOf, SAML, SAMLP } from './elements.ts';

/** A signature in the accepted form and with allowed algorithms. Nothing of it is verified. */
export type SignatureForm = {
  element: XmlElement;
  signed: XmlElement; // the element that the Reference names: always the parent
  signedInfo: XmlElement;
  signedInfoForm: CanonicalForm;
  algorithm: SignatureAlgorithm;
  signedForm: CanonicalForm;
  digest: string; // its name in node:crypto
  digestValue: Buffer;
  signatureValue: Buffer;
};

const ENVELOPED = `${DS}enveloped-signature`;
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const MAX_PREFIXES = 32;

/**
 * Reads an enveloped `ds:Signature` (saml-core 5.4, xmldsig-core 4). Refuses every form that SAML does not need, with signature_malformed or
 * algorithm_forbidden: it must have one Reference, to the ID of the parent, no transforms except enveloped-signature and one canonical form,
 * no Object and no parameters.
 */
export function readSignature(element: XmlElement, allowSha1: boolean): SignatureForm {
  const [signedInfo, signatureValue, keyInfo, ...beyond] = partsOf(element);
  const whole = isElement(signedInfo, DS, 'SignedInfo') && isElement(signatureValue, DS, 'SignatureValue');
  if (!whole || beyond.length > 0) malformed('SignedInfo, SignatureValue and KeyInfo, each once');
  if (keyInfo !== undefined && !isElement(keyInfo, DS, 'KeyInfo'))
    malformed('SignedInfo, SignatureValue and KeyInfo, each once');
  // KeyInfo is never read: a key in the message proves nothing. No digest covers it, so it must not contain parts of a message.
  if (keyInfo !== undefined && containsSaml(keyInfo)) malformed('no part of a message in KeyInfo');
  const [method, algorithm, reference, ...more] = partsOf(signedInfo as XmlElement);
  if (!isElement(method, DS, 'CanonicalizationMethod') || !isElement(algorithm, DS, 'SignatureMethod'))
    malformed('CanonicalizationMethod and SignatureMethod');
  if (!isElement(reference, DS, 'Reference') || more.length > 0) malformed('exactly one Reference');
  const named = signatureAlgorithm(attributeOf(algorithm, 'Algorithm') ?? '', allowSha1);
  if (partsOf(algorithm).length > 0) malformed('a SignatureMethod without parameters');
  return {
    element,
    signedInfo: signedInfo as XmlElement,
    signedInfoForm: readForm(method, 'algorithm_forbidden'),
    algorithm: named,
    signatureValue: base64Of(signatureValue as XmlElement),
    ...readReference(reference, element, allowSha1),
  };
}

/**
 * Returns whether one of the keys signed exactly the parent without the signature itself (xmldsig-core 3.2). If so, the parent's tree
 * without the signature is what was signed: see docs/decisions/what-is-read-is-what-was-signed.md.
 */
export function signatureVerifies(signature: SignatureForm, keys: readonly KeyObject[]): boolean {
  const { algorithm, signatureValue } = signature;
  const signedInfo = Buffer.from(canonicalize(signature.signedInfo, signature.signedInfoForm));
  const signedByKey = octetsVerify(signedInfo, signatureValue, algorithm, keys);
  const content = canonicalize(signature.signed, signature.signedForm, signature.element);
  return hash(signature.digest, content, 'buffer').equals(signature.digestValue) && signedByKey;
}

/** Returns whether one of the keys that fit the algorithm signed these octets. */
export function octetsVerify(
  octets: Buffer,
  value: Buffer,
  algorithm: SignatureAlgorithm,
  keys: readonly KeyObject[],
): boolean {
  return fittingKeys(keys, algorithm).some((key) => keyVerifies(key, algorithm, octets, value));
}

/** Does the work of verifying a signature over octets, so that the time does not show that there was no signature to verify. */
export function spendSignatureWork(octets: Buffer, keys: readonly KeyObject[]): void {
  hash('sha256', octets, 'buffer');
  for (const key of keys) {
    const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 512) / 8);
    keyVerifies(key, { label: '', keyTypes: [], hash: 'sha256' }, Buffer.from('nothing'), Buffer.alloc(size, 0x5a));
  }
}

// node:crypto throws if the parameters of a key forbid the algorithm.
function keyVerifies(key: KeyObject, algorithm: SignatureAlgorithm, octets: Buffer, value: Buffer): boolean {
  try {
    const { options } = algorithm;
    return verify(algorithm.hash, octets, options === undefined ? key : { key, ...options }, value);
  } catch {
    return false;
  }
}

function containsSaml({ children }: XmlElement): boolean {
  return children.some(
    (child) => typeof child !== 'string' && (child.uri === SAML || child.uri === SAMLP || containsSaml(child)),
  );
}

type ReferenceForm = Pick<SignatureForm, 'signed' | 'signedForm' | 'digest' | 'digestValue'>;

function readReference(reference: XmlElement, signature: XmlElement, allowSha1: boolean): ReferenceForm {
  const [transforms, method, value, ...more] = partsOf(reference);
  const whole = isElement(transforms, DS, 'Transforms') && isElement(method, DS, 'DigestMethod');
  if (!whole || !isElement(value, DS, 'DigestValue') || more.length > 0)
    malformed('Transforms, DigestMethod and DigestValue');
  const signed = signature.parent;
  const id = signed === undefined ? undefined : attributeOf(signed, 'ID');
  const uri = attributeOf(reference, 'URI');
  if (signed === undefined || id === undefined || uri !== `#${id}`) {
    return refuse('signature_malformed', { expected: `a Reference to #${id}`, received: uri ?? 'none' });
  }
  const digest = digestAlgorithm(attributeOf(method as XmlElement, 'Algorithm') ?? '', allowSha1);
  return { signed, signedForm: readTransforms(transforms as XmlElement), digest, digestValue: base64Of(value) };
}

function readTransforms(transforms: XmlElement): CanonicalForm {
  const [enveloped, form, ...more] = partsOf(transforms);
  for (const part of [enveloped, form])
    if (part !== undefined && !isElement(part, DS, 'Transform')) malformed('Transform');
  if (enveloped === undefined || attributeOf(enveloped, 'Algorithm') !== ENVELOPED || partsOf(enveloped).length > 0) {
    return malformed('the enveloped-signature transform first');
  }
  if (more.length > 0) malformed('at most two transforms');
  // The default is the inclusive form (xmldsig-core 4.4.3.2).
  return form === undefined ? { exclusive: false, prefixes: [] } : readForm(form, 'signature_malformed');
}

function readForm(element: XmlElement, reason: 'algorithm_forbidden' | 'signature_malformed'): CanonicalForm {
  const identifier = attributeOf(element, 'Algorithm') ?? '';
  const form = canonicalForm(identifier);
  if (form === undefined)
    return refuse(reason, { expected: 'a canonical form without comments', received: identifier });
  const [inclusive, ...more] = partsOf(element);
  if (inclusive === undefined) return { ...form, prefixes: [] };
  if (!form.exclusive || more.length > 0 || !isElement(inclusive, EXC_C14N, 'InclusiveNamespaces'))
    malformed('InclusiveNamespaces');
  const list = (attributeOf(inclusive, 'PrefixList') ?? '').split(/[\t\n\r ]+/).filter((prefix) => prefix !== '');
  if (list.length > MAX_PREFIXES) malformed('a shorter PrefixList');
  return { ...form, prefixes: list.map((prefix) => (prefix === '#default' ? '' : prefix)) };
}

function partsOf(element: XmlElement): XmlElement[] {
  return elementsOf(element) ?? malformed('elements without text between them');
}

function base64Of(element: XmlElement): Buffer {
  return octetsOf(element) ?? malformed(`base64 in ${element.local}`);
}

function malformed(expected: string): never {
  return refuse('signature_malformed', { expected });
}
