import { createHash, type Hash, type KeyObject } from 'node:crypto';
import { type CanonicalStream, canonicalize, canonicalStream } from '../../xml/canonicalize.ts';
import { XmlError } from '../../xml/error.ts';
import { attributeOf, childrenOf, isElement, type XmlElement } from '../../xml/tree.ts';
import { Refusal } from './check.ts';
import { DS } from './elements.ts';
import { findSignatureFault, isSignedByKey, readSignature, type SignatureForm } from './signature.ts';

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata';

/**
 * What was signed, as the octets that the signature covers: read nothing else. Otherwise why not: there is no signature where it counts, it is
 * of a form or an algorithm that is not accepted, another key made it, or the content was changed.
 */
export type SignedDocument = { ok: true; text: string } | { ok: false; fault: Fault };
export type Fault = 'unsigned' | 'form' | 'key' | 'content';

/**
 * Verifies the enveloped signature of a metadata document with keys that are known already; a key in the document proves nothing. It must be
 * on the root, or on the one entity that is wanted, and the rules for its form and algorithms are those of SAML responses, without SHA-1.
 * @param wanted the EntityID of the entity that is read, if it is known
 */
export function readSignedDocument(
  root: XmlElement,
  keys: readonly KeyObject[],
  wanted: string | undefined,
): SignedDocument {
  try {
    const signatures = signaturesFor(root, wanted);
    const [element] = signatures;
    if (element === undefined || signatures.length > 1) return { ok: false, fault: 'unsigned' };
    const signature = readSignature(element, false);
    const fault = findSignatureFault(signature, keys);
    if (fault !== undefined) return { ok: false, fault };
    return { ok: true, text: canonicalize(signature.signed, signature.signedForm, signature.element) };
  } catch (error) {
    if (error instanceof Refusal || error instanceof XmlError) return { ok: false, fault: 'form' };
    throw error;
  }
}

/**
 * Verifies the signature on the root of a document that is read in pieces, which may be too long to be held. Each method is called for the
 * pieces in their order; nothing may be used before `close` has returned undefined for the root. The signature must be the first child
 * of the root, as the schema has it (saml-metadata 2.3.1): what comes after it is hashed as it comes.
 */
export type StreamVerifier = {
  open(container: XmlElement): Fault | undefined;
  add(child: XmlElement | string): Fault | undefined;
  close(container: XmlElement): Fault | undefined;
};

/** Returns a verifier for one document, with keys that are known already. */
export function createStreamVerifier(keys: readonly KeyObject[]): StreamVerifier {
  let stream: { canonical: CanonicalStream; digest: Hash; expected: Buffer } | undefined;
  let root: XmlElement | undefined;
  const before: string[] = []; // white space in front of the signature
  const write = (text: string) => void stream?.digest.update(text);
  const start = (element: XmlElement, container: XmlElement): Fault | undefined => {
    if (element.parent !== container || !isElement(element, DS, 'Signature')) return 'unsigned';
    const read = readStreamedSignature(element, keys);
    if (typeof read === 'string') return read;
    const canonical = canonicalStream(read.signedForm);
    stream = { canonical, digest: createHash(read.digest), expected: read.digestValue };
    canonical.open(container);
    for (const text of before) canonical.add(text);
    return undefined;
  };
  return {
    open(container) {
      if (root === undefined) root = container;
      else if (stream === undefined) return 'unsigned';
      else stream.canonical.open(container);
      return undefined;
    },
    add(child) {
      if (stream === undefined && root && typeof child !== 'string') return start(child, root);
      if (stream === undefined) before.push(String(child));
      else stream.canonical.add(child);
      if (stream) write(stream.canonical.take());
      return undefined;
    },
    close(container) {
      if (stream === undefined) return 'unsigned';
      stream.canonical.close(container);
      write(stream.canonical.take());
      if (container !== root) return undefined;
      return stream.digest.digest().equals(stream.expected) ? undefined : 'content';
    },
  };
}

function readStreamedSignature(element: XmlElement, keys: readonly KeyObject[]): SignatureForm | Fault {
  try {
    const signature = readSignature(element, false);
    return isSignedByKey(signature, keys) ? signature : 'key';
  } catch (error) {
    if (error instanceof Refusal) return 'form';
    throw error;
  }
}

/** Returns the signatures that may count: those of the root or, if it has none, of the entities that may be meant. */
function signaturesFor(root: XmlElement, wanted: string | undefined): XmlElement[] {
  const own = childrenOf(root, DS, 'Signature');
  if (own.length > 0) return own;
  return entitiesIn(root)
    .filter((entity) => wanted === undefined || attributeOf(entity, 'entityID')?.trim() === wanted)
    .flatMap((entity) => childrenOf(entity, DS, 'Signature'));
}

function entitiesIn(root: XmlElement): XmlElement[] {
  const inside = childrenOf(root, MD, 'EntitiesDescriptor').flatMap(entitiesIn);
  return [...childrenOf(root, MD, 'EntityDescriptor'), ...inside];
}
