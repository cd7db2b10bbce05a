import { hash, type KeyObject, verify } from 'node:crypto';
import { type CanonicalForm, canonicalize } from '../../xml/canonicalize.ts';
import { anyElement, attributeOf, elementsOf, isElement, type XmlElement } from '../../xml/tree.ts';
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
const NO_TEXT = 'elements without text between them';

/**
 * Reads an enveloped `ds:Signature` (saml-core 5.4, xmldsig-core 4). Refuses every form that SAML does not need, with signature_malformed or
 * algorithm_forbidden: it must have one Reference, to the ID of the parent, no transforms except enveloped-signature and one canonical form,
 * no Object and no parameters.
 */
export function readSignature(element: XmlElement, allowSha1: boolean): SignatureForm {
  const [signedInfo, signatureValue, keyInfo] = partsOf(element, 'SignedInfo', 'SignatureValue', 'KeyInfo?');
  // KeyInfo is never read: a key in the message proves nothing. No digest covers it, so it must not contain parts of a message.
  if (keyInfo !== undefined && containsSaml(keyInfo)) malformed('no part of a message in KeyInfo');
  const [method, algorithm, reference] = partsOf(signedInfo, 'CanonicalizationMethod', 'SignatureMethod', 'Reference');
  const named = signatureAlgorithm(attributeOf(algorithm, 'Algorithm') ?? '', allowSha1);
  partsOf(algorithm); // no parameters
  return {
    element,
    signedInfo,
    signedInfoForm: readForm(method, signedInfo) ?? refuseForm('a canonical form of XML', method),
    algorithm: named,
    signatureValue: base64Of(signatureValue),
    ...readReference(reference, element, allowSha1),
  };
}

/** Reads and verifies a signature. Refuses one that is not by one of the keys or not for this content with signature_invalid. */
export function verifySignature(element: XmlElement, keys: readonly KeyObject[], allowSha1: boolean): SignatureForm {
  const form = readSignature(element, allowSha1);
  const fault = findSignatureFault(form, keys);
  if (fault === undefined) return form;
  const cause = fault === 'key' ? 'other_key' : 'content_changed';
  return refuse('signature_invalid', { cause, received: form.algorithm.label });
}

/**
 * Returns undefined if one of the keys signed exactly the parent without the signature itself (xmldsig-core 3.2). Then the parent's tree
 * without the signature is what was signed: see docs/decisions/what-is-read-is-what-was-signed.md. Otherwise returns what is wrong: none of
 * the keys made the signature, or one made it for another content. Both cost the same.
 */
export function findSignatureFault(
  signature: SignatureForm,
  keys: readonly KeyObject[],
): 'key' | 'content' | undefined {
  const signedByKey = isSignedByKey(signature, keys);
  const content = canonicalize(signature.signed, signature.signedForm, signature.element);
  const isContent = hash(signature.digest, content, 'buffer').equals(signature.digestValue);
  if (!signedByKey) return 'key';
  return isContent ? undefined : 'content';
}

/** Returns whether one of the keys made the signature. Whether it is one for this content, the digest tells. */
export function isSignedByKey(signature: SignatureForm, keys: readonly KeyObject[]): boolean {
  const signedInfo = Buffer.from(canonicalize(signature.signedInfo, signature.signedInfoForm));
  return octetsVerify(signedInfo, signature.signatureValue, signature.algorithm, keys);
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
  const [transforms, method, value] = partsOf(reference, 'Transforms', 'DigestMethod', 'DigestValue');
  const signed = signature.parent;
  const id = signed === undefined ? undefined : attributeOf(signed, 'ID');
  const uri = attributeOf(reference, 'URI');
  if (signed === undefined || id === undefined || uri !== `#${id}`)
    return refuse('signature_malformed', { expected: `a Reference to #${id}`, received: uri ?? 'none' });
  const digest = digestAlgorithm(attributeOf(method, 'Algorithm') ?? '', allowSha1);
  return { signed, signedForm: readTransforms(transforms, signed), digest, digestValue: base64Of(value) };
}

function readTransforms(transforms: XmlElement, signed: XmlElement): CanonicalForm {
  const [enveloped, form] = partsOf(transforms, 'Transform', 'Transform?');
  if (attributeOf(enveloped, 'Algorithm') !== ENVELOPED) malformed('the enveloped-signature transform first');
  partsOf(enveloped); // no parameters
  // The default is the inclusive form (xmldsig-core 4.4.3.2).
  return form === undefined
    ? { exclusive: false, prefixes: [] }
    : (readForm(form, signed) ?? malformed('a canonical form as the second transform'));
}

/** Returns undefined if the element does not name a canonical form. */
function readForm(element: XmlElement, signed: XmlElement): CanonicalForm | undefined {
  const form = canonicalForm(attributeOf(element, 'Algorithm') ?? '');
  if (form === undefined) return undefined;
  if (form.withComments && anyElement(signed, ({ commented }) => commented === true))
    refuseForm('a canonical form without comments, because there are comments in what is signed', element);
  if (form.withoutXmlAttributes && hasXmlAttributes(signed))
    refuseForm('Canonical XML 1.0, because there are xml: attributes in what is signed', element);
  const [inclusive, ...more] = elementsOf(element) ?? malformed(NO_TEXT);
  const { exclusive } = form;
  if (inclusive === undefined) return { exclusive, prefixes: [] };
  if (!exclusive || more.length > 0 || !isElement(inclusive, EXC_C14N, 'InclusiveNamespaces'))
    malformed('InclusiveNamespaces');
  const list = (attributeOf(inclusive, 'PrefixList') ?? '').split(/[\t\n\r ]+/).filter((prefix) => prefix !== '');
  if (list.length > MAX_PREFIXES) malformed('a shorter PrefixList');
  return { exclusive, prefixes: list.map((prefix) => (prefix === '#default' ? '' : prefix)) };
}

function refuseForm(expected: string, element: XmlElement): never {
  const received = attributeOf(element, 'Algorithm') ?? 'none';
  return refuse('algorithm_forbidden', { cause: 'canonical_form', expected, received });
}

// Also around it: the form decides what an element takes over from there.
function hasXmlAttributes(signed: XmlElement): boolean {
  const has = ({ attributes }: XmlElement) => attributes.some(({ prefix }) => prefix === 'xml');
  for (let at = signed.parent; at !== undefined; at = at.parent) if (has(at)) return true;
  return anyElement(signed, has);
}

type Parts<Names extends readonly string[]> = {
  [Index in keyof Names]: Names[Index] extends `${string}?` ? XmlElement | undefined : XmlElement;
};

/** Returns the child elements, which must have exactly these names, without the last one if it ends in "?". */
function partsOf<const Names extends readonly string[]>(element: XmlElement, ...names: Names): Parts<Names> {
  const parts = elementsOf(element) ?? malformed(NO_TEXT);
  const fits = names.every((name, at) => {
    const optional = name.endsWith('?');
    return parts[at] === undefined ? optional : isElement(parts[at], DS, optional ? name.slice(0, -1) : name);
  });
  if (!fits || parts.length > names.length) malformed(names.join(', ') || `no content of ${element.local}`);
  return parts as unknown as Parts<Names>;
}

function base64Of(element: XmlElement): Buffer {
  return octetsOf(element) ?? malformed(`base64 in ${element.local}`);
}

function malformed(expected: string): never {
  return refuse('signature_malformed', { expected });
}
