import type { KeyObject } from 'node:crypto';
import { canonicalize } from '../../xml/canonicalize.ts';
import { XmlError } from '../../xml/error.ts';
import { attributeOf, isElement, type XmlElement } from '../../xml/tree.ts';
import { Refusal } from './check.ts';
import { DS } from './elements.ts';
import { findSignatureFault, readSignature } from './signature.ts';

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata';

/**
 * What was signed, as the octets that the signature covers: read nothing else. Otherwise why not: there is no signature where it counts, it is
 * of a form or an algorithm that is not accepted, another key made it, or the content was changed.
 */
export type SignedDocument = { ok: true; text: string } | { ok: false; fault: 'unsigned' | 'form' | 'key' | 'content' };

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

/** Returns the signatures that may count: those of the root or, if it has none, of the entities that may be meant. */
function signaturesFor(root: XmlElement, wanted: string | undefined): XmlElement[] {
  const own = signaturesOn(root);
  if (own.length > 0) return own;
  return entitiesIn(root)
    .filter((entity) => wanted === undefined || attributeOf(entity, 'entityID')?.trim() === wanted)
    .flatMap(signaturesOn);
}

function signaturesOn({ children }: XmlElement): XmlElement[] {
  return children.filter((child) => typeof child !== 'string' && isElement(child, DS, 'Signature')) as XmlElement[];
}

function entitiesIn({ children }: XmlElement): XmlElement[] {
  return children.flatMap((child) => {
    if (typeof child === 'string') return [];
    if (isElement(child, MD, 'EntityDescriptor')) return [child];
    return isElement(child, MD, 'EntitiesDescriptor') ? entitiesIn(child) : [];
  });
}
