import { childrenOf, type Element, isElement, NAMESPACES } from './metadataElement.ts';
import { quote, refuse } from './metadataError.ts';

/** Where the identity provider stands in the document. */
export type FoundProvider = {
  entityId: string;
  entity: Element; // md:EntityDescriptor
  role: Element; // its md:IDPSSODescriptor for SAML 2.0
  containers: readonly Element[]; // the md:EntitiesDescriptor around it, from the outside
};

const MAX_ENTITY_ID = 1_024; // characters of a URI, which are octets (saml-metadata 2.2.1)
const MAX_NAME = 100;

/**
 * Finds the one identity provider that the document describes (saml-metadata 2.3, 2.4.3).
 * @param expectEntityId where the metadata of a known provider is read anew: the entity that it has to be
 * @throws a refusal: not_metadata, several_entities, bad_entity_id, other_entity, no_identity_provider, several_roles
 */
export function findProvider(root: Element, expectEntityId: string | undefined): FoundProvider {
  const { entity, containers } = findEntity(root);
  const entityId = readEntityId(entity);
  if (expectEntityId !== undefined && entityId !== expectEntityId) {
    refuse(
      'other_entity',
      `This is the metadata of another identity provider: it says ${quote(entityId)}, and this one is ${quote(expectEntityId)}. ` +
        'Give the metadata of the same provider, or import the other one as a new provider.',
    );
  }
  return { entityId, entity, containers, role: findRole(entity, entityId) };
}

/**
 * What the provider calls itself: mdui:DisplayName of the role (saml-metadata-ui 2.1.2), else the organization's display name
 * (saml-metadata 2.3.2.1); in English where it is given in several languages.
 * @returns undefined where it says nothing
 */
export function readProviderName(entity: Element, role: Element): string | undefined {
  const displayNames = childrenOf(role, 'metadata', 'Extensions')
    .flatMap((extensions) => childrenOf(extensions, 'ui', 'UIInfo'))
    .flatMap((info) => childrenOf(info, 'ui', 'DisplayName'));
  const organizationNames = [role, entity]
    .flatMap((element) => childrenOf(element, 'metadata', 'Organization'))
    .flatMap((organization) => childrenOf(organization, 'metadata', 'OrganizationDisplayName'));
  return preferEnglish(displayNames) ?? preferEnglish(organizationNames);
}

/**
 * Until when the metadata may be used: the earliest `validUntil` of the elements it stands in (saml-metadata 2.3.1, 2.3.2, 2.4.1).
 * @param elements the EntityDescriptor, its role, and all EntitiesDescriptors around them
 * @param now epoch milliseconds
 * @returns epoch milliseconds, or undefined where it has no end
 * @throws a refusal: bad_date, expired
 */
export function readValidUntil(elements: readonly Element[], now: number): number | undefined {
  const ends = elements.flatMap(({ attributes }) => {
    const written = attributes.get('validUntil');
    return written === undefined ? [] : [readDateTime(written.trim())];
  });
  if (ends.length === 0) return undefined;
  const end = Math.min(...ends);
  if (end <= now) {
    refuse(
      'expired',
      `This metadata was valid until ${new Date(end).toISOString().slice(0, 10)} and may not be used any more. Get the metadata anew from the provider.`,
    );
  }
  return end;
}

type FoundEntity = Pick<FoundProvider, 'entity' | 'containers'>;

function findEntity(root: Element): FoundEntity {
  const isCollection = isElement(root, 'metadata', 'EntitiesDescriptor');
  if (!isCollection && !isElement(root, 'metadata', 'EntityDescriptor')) refuseOtherDocument(root);
  const [found, ...others] = entitiesIn(root, []);
  if (found === undefined)
    return refuse(
      'no_identity_provider',
      'This metadata describes no entity at all. Get the metadata of the identity provider.',
    );
  if (others.length > 0) {
    const names = [found, ...others].slice(0, 3).map(({ entity }) => quote(entity.attributes.get('entityID') ?? ''));
    refuse(
      'several_entities',
      `This metadata describes ${others.length + 1} entities (${names.join(', ')}${others.length > 2 ? ', …' : ''}). ` +
        'Give the metadata of the one identity provider alone: its own metadata address, or only its EntityDescriptor.',
    );
  }
  return found;
}

function entitiesIn(element: Element, containers: Element[]): FoundEntity[] {
  if (isElement(element, 'metadata', 'EntityDescriptor')) return [{ entity: element, containers }];
  if (!isElement(element, 'metadata', 'EntitiesDescriptor')) return [];
  return element.children.flatMap((child) => entitiesIn(child, [...containers, element]));
}

function refuseOtherDocument(root: Element): never {
  if (root.namespace === NAMESPACES.protocol) {
    refuse(
      'not_metadata',
      `This is a SAML message (${quote(root.name)}), not metadata. Give the metadata of the identity provider.`,
    );
  }
  return refuse(
    'not_metadata',
    `This is XML, but not SAML 2.0 metadata: its first element is ${quote(root.name)}, not EntityDescriptor of ${NAMESPACES.metadata}. ` +
      'Look for "metadata" in the settings of the application at the identity provider.',
  );
}

function readEntityId(entity: Element): string {
  const entityId = (entity.attributes.get('entityID') ?? '').trim();
  if (entityId === '')
    refuse('bad_entity_id', 'This metadata has no entityID. Ask the provider for complete metadata.');
  if (Buffer.byteLength(entityId) > MAX_ENTITY_ID) {
    refuse(
      'bad_entity_id',
      `The entityID in this metadata is longer than ${MAX_ENTITY_ID} characters, which SAML forbids. Ask the provider to change it.`,
    );
  }
  return entityId;
}

function findRole(entity: Element, entityId: string): Element {
  const [role, ...others] = childrenOf(entity, 'metadata', 'IDPSSODescriptor').filter(supportsSaml2);
  if (role === undefined) return refuseWithoutRole(entity, entityId);
  if (others.length > 0) {
    refuse(
      'several_roles',
      `${quote(entityId)} describes itself as an identity provider more than once. Leave only the IDPSSODescriptor that is to be used.`,
    );
  }
  return role;
}

function supportsSaml2(role: Element): boolean {
  return (role.attributes.get('protocolSupportEnumeration') ?? '').split(/\s+/).includes(NAMESPACES.protocol);
}

function refuseWithoutRole(entity: Element, entityId: string): never {
  if (childrenOf(entity, 'metadata', 'IDPSSODescriptor').length > 0) {
    refuse(
      'no_identity_provider',
      `${quote(entityId)} is an identity provider, but not for SAML 2.0. Turn SAML 2.0 on at the provider.`,
    );
  }
  if (childrenOf(entity, 'metadata', 'SPSSODescriptor').length > 0) {
    refuse(
      'not_metadata',
      `This is the metadata of a service provider (${quote(entityId)}), perhaps of this intranet itself. Give the metadata of the identity provider.`,
    );
  }
  return refuse(
    'no_identity_provider',
    `${quote(entityId)} is not an identity provider: its metadata has no IDPSSODescriptor. Check that it is the right metadata.`,
  );
}

function preferEnglish(names: Element[]): string | undefined {
  const given = names.filter(({ text }) => text !== '');
  const chosen = given.find(isEnglish) ?? given[0];
  return chosen?.text.replace(/\s+/g, ' ').slice(0, MAX_NAME);
}

function isEnglish({ attributes }: Element): boolean {
  return /^en(-|$)/i.test(attributes.get(`{${NAMESPACES.xml}}lang`) ?? '');
}

/** xs:dateTime; SAML's are in UTC also where they do not say so (saml-core 1.3.3). */
function readDateTime(written: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(written);
  const time = match ? Date.parse(`${match[1]}${match[3] ?? 'Z'}`) : Number.NaN;
  if (Number.isNaN(time)) {
    refuse(
      'bad_date',
      `This metadata has a validUntil that is not a date: ${quote(written)}. Ask the provider to correct it.`,
    );
  }
  return time;
}
