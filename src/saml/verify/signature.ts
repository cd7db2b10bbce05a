import { hash, type KeyObject, verify } from 'node:crypto';
import { type CanonicalForm, canonicalize } from '../../xml/canonicalize.ts';
import { attributeOf, elementsOf, isElement, textOf, type XmlElement } from '../../xml/tree.ts';
import {
  canonicalForm,
  digestAlgorithm,
  fittingKeys,
  type SignatureAlgorithm,
  signatureAlgorithm,
} from './algorithms.ts';
import { decodeBase64 } from './base64.ts';
import { DS, EXC_C14N, SAML, SAMLP } from './namespaces.ts';
import { refuse } from './refusal.ts';

/** Whose signature is accepted: the keys of the imported metadata, and whether the provider may still use SHA-1. */
export type SignaturePolicy = { signingKeys: readonly KeyObject[]; allowSha1: boolean };

/** A signature of the one form that is accepted, its algorithms allowed, and nothing of it verified. */
export type SignatureForm = {
  element: XmlElement;
  signed: XmlElement; // what the Reference points to: always the parent
  signedInfo: XmlElement;
  signedInfoForm: CanonicalForm;
  algorithm: SignatureAlgorithm;
  signedForm: CanonicalForm;
  digest: string; // as node:crypto calls it
  digestValue: Buffer;
  signatureValue: Buffer;
};

const ENVELOPED = `${DS}enveloped-signature`;
const MOST_PREFIXES = 32;

/**
 * Reads an enveloped `ds:Signature` (saml-core 5.4, xmldsig-core 4) and refuses every form that SAML does not need: other than one Reference to
 * the parent's own ID, transforms beside enveloped-signature and one canonical form, an Object, parameters.
 * Throws a Refusal: signature_malformed or algorithm_forbidden.
 */
export function readSignature(element: XmlElement, allowSha1: boolean): SignatureForm {
  const [signedInfo, signatureValue, keyInfo, ...beyond] = partsOf(element);
  const whole = isElement(signedInfo, DS, 'SignedInfo') && isElement(signatureValue, DS, 'SignatureValue');
  if (!whole || beyond.length > 0) malformed('SignedInfo, SignatureValue and KeyInfo, each once');
  if (keyInfo !== undefined && !isElement(keyInfo, DS, 'KeyInfo'))
    malformed('SignedInfo, SignatureValue and KeyInfo, each once');
  // What it holds is never read: a key from the message proves nothing. No digest covers it, so it is no place for parts of a message.
  if (keyInfo !== undefined && holdsSaml(keyInfo)) malformed('no part of a message in KeyInfo');
  const [method, algorithm, reference, ...more] = partsOf(signedInfo as XmlElement);
  if (!isElement(method, DS, 'CanonicalizationMethod') || !isElement(algorithm, DS, 'SignatureMethod'))
    malformed('the methods');
  if (!isElement(reference, DS, 'Reference') || more.length > 0) malformed('exactly one Reference');
  const named = signatureAlgorithm(attributeOf(algorithm, 'Algorithm') ?? '', allowSha1);
  if (partsOf(algorithm).length > 0) malformed('a SignatureMethod without parameters');
  return {
    element,
    signedInfo: signedInfo as XmlElement,
    signedInfoForm: readForm(method, 'algorithm_forbidden'),
    algorithm: named,
    signatureValue: octetsOf(signatureValue as XmlElement),
    ...readReference(reference, element, allowSha1),
  };
}

/**
 * Whether one of the provider's keys made this signature over exactly its parent without the signature itself (xmldsig-core 3.2). When it
 * did, the parent's tree without that signature is what was signed: see docs/decisions/what-is-read-is-what-was-signed.md.
 */
export function signatureVerifies(signature: SignatureForm, policy: SignaturePolicy): boolean {
  const { algorithm, signatureValue } = signature;
  const signedInfo = Buffer.from(canonicalize(signature.signedInfo, signature.signedInfoForm));
  const signedByProvider = octetsVerify(signedInfo, signatureValue, algorithm, policy);
  const content = canonicalize(signature.signed, signature.signedForm, signature.element);
  return hash(signature.digest, content, 'buffer').equals(signature.digestValue) && signedByProvider;
}

/** Whether one of the provider's keys that fit the algorithm made this signature over these octets. */
export function octetsVerify(
  octets: Buffer,
  value: Buffer,
  algorithm: SignatureAlgorithm,
  policy: SignaturePolicy,
): boolean {
  return fittingKeys(policy.signingKeys, algorithm).some((key) => keyVerifies(key, algorithm, octets, value));
}

/** Spends what verifying a signature costs, where there is none to verify and the time taken must not tell. */
export function spendSignatureWork(policy: SignaturePolicy): void {
  for (const key of policy.signingKeys) {
    const octets = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 512) / 8);
    keyVerifies(
      key,
      { label: '', keyTypes: [], hash: 'sha256', options: undefined },
      Buffer.from('nothing'),
      Buffer.alloc(octets, 0x5a),
    );
  }
}

// node:crypto throws where a key's own parameters forbid the algorithm.
function keyVerifies(key: KeyObject, algorithm: SignatureAlgorithm, octets: Buffer, value: Buffer): boolean {
  try {
    const { options } = algorithm;
    return verify(algorithm.hash, octets, options === undefined ? key : { key, ...options }, value);
  } catch {
    return false;
  }
}

function holdsSaml({ children }: XmlElement): boolean {
  return children.some(
    (child) => typeof child !== 'string' && (child.uri === SAML || child.uri === SAMLP || holdsSaml(child)),
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
  return { signed, signedForm: readTransforms(transforms as XmlElement), digest, digestValue: octetsOf(value) };
}

function readTransforms(transforms: XmlElement): CanonicalForm {
  const [enveloped, form, ...more] = partsOf(transforms);
  for (const part of [enveloped, form])
    if (part !== undefined && !isElement(part, DS, 'Transform')) malformed('Transform');
  if (enveloped === undefined || attributeOf(enveloped, 'Algorithm') !== ENVELOPED || partsOf(enveloped).length > 0) {
    return malformed('the enveloped-signature transform first');
  }
  if (more.length > 0) malformed('two transforms at most');
  // Where none is named, it is the inclusive one (xmldsig-core 4.4.3.2).
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
  if (list.length > MOST_PREFIXES) malformed('a shorter PrefixList');
  return { ...form, prefixes: list.map((prefix) => (prefix === '#default' ? '' : prefix)) };
}

function partsOf(element: XmlElement): XmlElement[] {
  return elementsOf(element) ?? malformed('elements without text between them');
}

function octetsOf(element: XmlElement): Buffer {
  return decodeBase64(textOf(element) ?? '') ?? malformed(`base64 in ${element.local}`);
}

function malformed(expected: string): never {
  return refuse('signature_malformed', { expected });
}
