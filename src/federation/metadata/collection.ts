import { createStreamVerifier, type Fault, type StreamVerifier } from '../../saml/verify/signedDocument.ts';
import { canonicalize } from '../../xml/canonicalize.ts';
import { XmlError } from '../../xml/error.ts';
import { type Piece, readPieces } from '../../xml/pieces.ts';
import { attributeOf, isElement, type XmlElement } from '../../xml/tree.ts';
import { readAbout } from './about.ts';
import { elementOf, METADATA_LIMITS, NAMESPACES, refuseMarkup } from './document.ts';
import { entityIdOf, rolesOf } from './provider.ts';
import { quote, refuse } from './refusal.ts';
import { refuseFault, type Signers } from './signers.ts';

/** An identity provider in a collection, by its EntityID, with the name that it gives itself, or ''. */
export type ListedEntity = { entityId: string; name: string };

/** The identity providers of a collection, or the metadata of the one that is wanted, as a document of its own. */
export type Collection = { entities: ListedEntity[]; wanted: string | undefined };

/** The EntityID that is wanted, or undefined to list all; and whose signature the whole collection must have. */
export type CollectionOptions = { wanted: string | undefined; signers: Signers | undefined };

/** How long a collection may be. That of eduGAIN, the largest federation, has about 100 MB. */
export const MAX_COLLECTION_BYTES = 256 * 1024 * 1024;

const MOST_ENTITIES = 50_000;
const LONGEST_LIST = 8_000_000; // characters of EntityIDs and names
const LONGEST_NAME = 200;
const ROLE = 'IDPSSODescriptor';

/**
 * Reads a collection (md:EntitiesDescriptor, saml-metadata 2.3.1) as it comes, with the memory of one entity. With signers, the signature must be on
 * the root and cover all of it, and nothing is returned before it is verified at the end. Without, entities that are no identity providers are not
 * even parsed, and reading ends with the one that is wanted.
 * @throws a refusal: too_large, too_complex, not_xml, doctype, processing_instruction, not_metadata, not_signed, bad_signature
 */
export async function readCollection(
  source: AsyncIterable<Uint8Array>,
  options: CollectionOptions,
): Promise<Collection> {
  const { wanted, signers } = options;
  const verifier = signers && createStreamVerifier(signers);
  const reader: Reader = { wanted, verifier, containers: [], entities: [], length: 0, found: undefined };
  const limits = { container: 'EntitiesDescriptor', limits: METADATA_LIMITS, octets: MAX_COLLECTION_BYTES };
  try {
    for await (const piece of readPieces(source, limits)) {
      readPiece(reader, piece);
      if (reader.found !== undefined && !reader.verifier) break;
    }
  } catch (error) {
    if (error instanceof XmlError) refuseForm(error);
    throw error;
  }
  return { entities: reader.entities, wanted: reader.found };
}

type Reader = {
  wanted: string | undefined;
  verifier: StreamVerifier | undefined;
  containers: XmlElement[];
  entities: ListedEntity[];
  length: number; // of their EntityIDs and names
  found: string | undefined;
};

function readPiece(reader: Reader, piece: Piece): void {
  const { verifier, containers } = reader;
  if (piece.kind === 'text') check(verifier?.add(piece.text));
  else if (piece.kind === 'open') {
    if (!isElement(piece.element, NAMESPACES.metadata, 'EntitiesDescriptor')) refuseRoot(piece.element);
    containers.push(piece.element);
    check(verifier?.open(piece.element));
  } else if (piece.kind === 'close') {
    containers.pop();
    check(verifier?.close(piece.element));
  } else if (verifier || piece.octets.includes(ROLE)) {
    const element = piece.read();
    check(verifier?.add(element));
    addEntity(reader, element);
  }
}

function check(fault: Fault | undefined): void {
  if (fault !== undefined) refuseFault(fault);
}

function addEntity(reader: Reader, element: XmlElement): void {
  const entity = listedIn(element);
  if (entity === undefined) return;
  if (entity.entityId === reader.wanted) reader.found ??= documentOf(element, reader.containers);
  if (reader.wanted !== undefined) return;
  reader.entities.push(entity);
  reader.length += entity.entityId.length + entity.name.length;
  if (reader.entities.length > MOST_ENTITIES || reader.length > LONGEST_LIST)
    refuse('too_complex', 'This collection has too many identity providers to list. Import one by its EntityID.');
}

function listedIn(element: XmlElement): ListedEntity | undefined {
  if (!isElement(element, NAMESPACES.metadata, 'EntityDescriptor')) return undefined;
  const entity = elementOf(element);
  const [role] = rolesOf(entity);
  const entityId = entityIdOf(entity);
  if (role === undefined || entityId === '') return undefined;
  const { displayName, organization } = readAbout(entity, role);
  return { entityId, name: (displayName ?? organization ?? '').slice(0, LONGEST_NAME) };
}

/** Returns an entity as a document, which ends when its containers end. What is declared around it is declared in it. */
function documentOf(entity: XmlElement, containers: readonly XmlElement[]): string {
  const text = canonicalize(entity, { exclusive: true, prefixes: [] });
  return containers.reduceRight((inner, container) => {
    const limits = ['validUntil', 'cacheDuration'].flatMap((name) => {
      const value = attributeOf(container, name);
      return value === undefined ? [] : [` ${name}="${value.replace(/[^\w:.+-]/g, '?')}"`];
    });
    const name = 'EntitiesDescriptor';
    return limits.length === 0 ? inner : `<${name} xmlns="${NAMESPACES.metadata}"${limits.join('')}>${inner}</${name}>`;
  }, text);
}

function refuseRoot({ local }: XmlElement): never {
  return refuse('not_metadata', `This is XML, but not SAML 2.0 metadata: ${quote(local)} is of another namespace.`);
}

function refuseForm({ reason, detail = '' }: XmlError): never {
  if (reason === 'message_too_large' || detail === 'no root')
    refuse(
      'too_large',
      'This is larger than 1 MB and no collection (EntitiesDescriptor) of at most 256 MB. The metadata of one provider is much smaller: check the URL.',
    );
  if (reason === 'xml_limit') refuse('too_complex', `This collection has ${detail}. Ask its publisher, or use MDQ.`);
  refuseMarkup(detail);
  return refuse('not_xml', `This is not well-formed XML (${detail}). Fetch it again, or ask its publisher.`);
}
