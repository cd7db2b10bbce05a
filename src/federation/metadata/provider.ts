import type { Endpoint } from '../../store/identityProviders.ts';
import { childrenOf, type Element, isElement, NAMESPACES } from './document.ts';
import { quote, refusalIn, refuse } from './refusal.ts';

/** The identity provider in a document. */
export type FoundProvider = {
  entityId: string;
  entity: Element; // md:EntityDescriptor
  role: Element; // its md:IDPSSODescriptor for SAML 2.0
  containers: readonly Element[]; // the md:EntitiesDescriptor around it, outermost first
  others: number; // of entities in the document that are not used
};

/** The bindings that Anteroom supports (saml-bindings 3.4, 3.5). Endpoints with other bindings are ignored. */
export const HTTP_REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
export const HTTP_POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

const MAX_ENTITY_ID = 1_024; // saml-metadata 2.2.1
const MAX_LOCATION = 2_048;

/**
 * Finds the one identity provider that a document describes (saml-metadata 2.3, 2.4.3).
 * @param expectEntityId the entityID that it must have if the metadata of a known provider is updated
 * @throws a refusal: not_metadata, several_entities, bad_entity_id, other_entity, no_identity_provider, several_roles
 */
export function findProvider(root: Element, expectEntityId: string | undefined): FoundProvider {
  const { entity, containers, others } = findEntity(root, expectEntityId);
  const entityId = readEntityId(entity);
  if (expectEntityId !== undefined && entityId !== expectEntityId)
    refuse(
      'other_entity',
      `This is the metadata of another identity provider: its EntityID is ${quote(entityId)}, not ${quote(expectEntityId)}. ` +
        'Provide the metadata of the same provider, or import the other one as a new provider.',
    );
  return { entityId, entity, containers, others, role: findRole(entity, entityId) };
}

/** Returns the endpoints for single sign-on (saml-metadata 2.4.3), at least one. @throws a refusal: bad_endpoint, no_sso_endpoint */
export function readSingleSignOn(role: Element): Endpoint[] {
  const endpoints = childrenOf(role, 'metadata', 'SingleSignOnService').flatMap(readEndpoint);
  if (endpoints.length === 0)
    refuse(
      'no_sso_endpoint',
      'The provider has no SingleSignOnService with HTTP-Redirect or HTTP-POST. Enable one there.',
    );
  return endpoints;
}

/**
 * Returns the endpoints for single logout (saml-metadata 2.4.2), if any. Logins do not need them: one with an invalid location is left out.
 * @param warnings gets a sentence for each endpoint that is left out
 */
export function readSingleLogout(role: Element, warnings: string[]): Endpoint[] {
  return childrenOf(role, 'metadata', 'SingleLogoutService').flatMap((element) => {
    try {
      return readEndpoint(element);
    } catch (caught) {
      warnings.push(`A logout endpoint is not used. ${refusalIn(caught).message}`);
      return [];
    }
  });
}

type FoundEntity = Pick<FoundProvider, 'entity' | 'containers' | 'others'>;

/** Finds the entity itself, or in a collection the only identity provider, or the one with the expected EntityID. */
function findEntity(root: Element, expectEntityId: string | undefined): FoundEntity {
  const isCollection = isElement(root, 'metadata', 'EntitiesDescriptor');
  if (!isCollection && !isElement(root, 'metadata', 'EntityDescriptor')) refuseOtherDocument(root);
  const all = entitiesIn(root, []);
  const providers = all.filter(({ entity }) => rolesOf(entity).length > 0);
  const expected = providers.filter(({ entity }) => entityIdOf(entity) === expectEntityId);
  const [found, ...more] = expected.length > 0 ? expected : providers.length > 0 ? providers : all;
  if (found === undefined)
    return refuse('no_identity_provider', 'This metadata contains no entity. Provide that of the identity provider.');
  if (more.length > 0 && providers.length === 0)
    refuse(
      'no_identity_provider',
      `This metadata contains ${all.length} entities, and none of them is an identity provider for SAML 2.0. Check that it is the right metadata.`,
    );
  if (more.length > 0) refuseSeveral([found, ...more]);
  return { ...found, others: all.length - 1 };
}

function refuseSeveral(entities: Pick<FoundEntity, 'entity'>[]): never {
  const names = entities.slice(0, 3).map(({ entity }) => quote(entityIdOf(entity)));
  refuse(
    'several_entities',
    `This metadata contains ${entities.length} entities (${names.join(', ')}${entities.length > 3 ? ', …' : ''}). ` +
      'Provide the metadata of one identity provider only: its own metadata URL, or only its EntityDescriptor.',
  );
}

function entitiesIn(element: Element, containers: Element[]): Omit<FoundEntity, 'others'>[] {
  if (isElement(element, 'metadata', 'EntityDescriptor')) return [{ entity: element, containers }];
  if (!isElement(element, 'metadata', 'EntitiesDescriptor')) return [];
  return element.children.flatMap((child) => entitiesIn(child, [...containers, element]));
}

function refuseOtherDocument(root: Element): never {
  if (root.namespace === NAMESPACES.protocol)
    refuse('not_metadata', `This is a SAML message (${quote(root.name)}). Provide the metadata of the provider.`);
  return refuse(
    'not_metadata',
    `This is XML, but not SAML 2.0 metadata: its root element is ${quote(root.name)}, not EntityDescriptor of ${NAMESPACES.metadata}. ` +
      'Look for "metadata" in the settings of the application at the identity provider.',
  );
}

/** Returns the EntityID that an entity gives itself, or ''. */
export function entityIdOf({ attributes }: Element): string {
  return attributes.get('entityID')?.trim() ?? '';
}

function readEntityId(entity: Element): string {
  const entityId = entityIdOf(entity);
  if (entityId === '') refuse('bad_entity_id', 'This metadata has no entityID. Ask the provider for all of it.');
  if (Buffer.byteLength(entityId) > MAX_ENTITY_ID)
    refuse('bad_entity_id', `The entityID is longer than ${MAX_ENTITY_ID} characters. Ask the provider to change it.`);
  return entityId;
}

function findRole(entity: Element, entityId: string): Element {
  const [role, ...others] = rolesOf(entity);
  if (role === undefined) return refuseWithoutRole(entity, entityId);
  if (others.length > 0)
    refuse('several_roles', `${quote(entityId)} has more than one IDPSSODescriptor for SAML 2.0. Keep only one.`);
  return role;
}

/** Returns the roles of an entity as an identity provider for SAML 2.0. */
export function rolesOf(entity: Element): Element[] {
  return childrenOf(entity, 'metadata', 'IDPSSODescriptor').filter(supportsSaml2);
}

function supportsSaml2(role: Element): boolean {
  return (role.attributes.get('protocolSupportEnumeration') ?? '').split(/\s+/).includes(NAMESPACES.protocol);
}

function refuseWithoutRole(entity: Element, entityId: string): never {
  if (childrenOf(entity, 'metadata', 'IDPSSODescriptor').length > 0)
    refuse('no_identity_provider', `${quote(entityId)} does not support SAML 2.0. Enable SAML 2.0 at the provider.`);
  if (childrenOf(entity, 'metadata', 'SPSSODescriptor').length > 0)
    refuse(
      'not_metadata',
      `This is the metadata of a service provider (${quote(entityId)}). Provide that of the identity provider.`,
    );
  return refuse(
    'no_identity_provider',
    `${quote(entityId)} is not an identity provider: its metadata has no IDPSSODescriptor. Check that it is the right metadata.`,
  );
}

/** Returns an endpoint, or none if its binding is not supported. */
function readEndpoint({ name, attributes }: Element): Endpoint[] {
  const binding = attributes.get('Binding')?.trim();
  if (binding !== HTTP_REDIRECT && binding !== HTTP_POST) return [];
  const location = readLocation(attributes.get('Location'), name);
  const response = attributes.get('ResponseLocation');
  return [{ binding, location, ...(response === undefined ? {} : { responseLocation: readLocation(response, name) }) }];
}

/** Refuses URLs that a browser or a Content-Security-Policy could read differently: people are redirected and forms are posted there. */
function readLocation(written: string | undefined, name: string): string {
  const location = (written ?? '').trim();
  const url = URL.parse(location);
  const isPlain =
    url !== null &&
    location.length <= MAX_LOCATION &&
    /^https?:\/\/[^\s\\\p{Cc}]+$/iu.test(location) &&
    /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/.test(url.hostname);
  if (!isPlain)
    refuse(
      'bad_endpoint',
      `The location of the provider's ${name}, ${quote(location)}, is not an absolute http or https URL. Correct it there.`,
    );
  if (url.username !== '' || url.password !== '')
    refuse('bad_endpoint', `The location of the provider's ${name} has a user name or password. Correct it there.`);
  return location;
}
