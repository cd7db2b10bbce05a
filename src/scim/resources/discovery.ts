import { fromAttributes } from '../../people/attribute.ts';
import { MAX_BODY_BYTES } from '../http/body.ts';
import type { Call, ScimResponse } from '../http/call.ts';
import { ScimError } from '../http/errors.ts';
import { DEFAULT_COUNT, MAX_COUNT } from '../protocol/listQuery.ts';
import { CURSOR_LIFETIME_MS } from '../protocol/paging.ts';
import { type Attribute, internalNames } from '../schema/attribute.ts';
import type { Json } from '../schema/json.ts';
import { groupType, type ResourceType, type Schema, userTypeOf } from '../schema/schema.ts';
import { serviceSchemas } from '../schema/service.ts';
import { MAX_BULK_OPERATIONS } from './bulk.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const typesOf = fromAttributes((attributes) => [userTypeOf(attributes), groupType]);

/** GET /ServiceProviderConfig (RFC 7643 5, RFC 9865 4). */
export function serviceProviderConfig({ baseUrl }: Call): ScimResponse {
  const location = `${baseUrl}/ServiceProviderConfig`;
  return {
    status: 200,
    headers: { Location: location },
    body: {
      schemas: [`${CORE}:ServiceProviderConfig`],
      documentationUri: 'https://www.rfc-editor.org/rfc/rfc7644',
      patch: { supported: true },
      bulk: { supported: true, maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: MAX_BODY_BYTES },
      filter: { supported: true, maxResults: MAX_COUNT },
      changePassword: { supported: true },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: DEFAULT_COUNT,
        maxPageSize: MAX_COUNT,
        cursorTimeout: CURSOR_LIFETIME_MS / 1_000,
      },
      authenticationSchemes: [
        {
          type: 'oauthbearertoken',
          name: 'Bearer token',
          description: 'The token that Generate Key shows once for the profile source',
          specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
          primary: true,
        },
        {
          type: 'oauth2',
          name: 'OAuth 2.0 client credentials',
          description: `Access tokens from ${new URL('oauth/token', baseUrl).href}, with the token as client secret`,
          specUri: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.4',
          primary: false,
        },
      ],
      meta: { resourceType: 'ServiceProviderConfig', location },
    },
  };
}

/** GET /ResourceTypes and /ResourceTypes/{name} (RFC 7643 6). @throws ScimError 404 */
export function resourceTypes({ deps, baseUrl }: Call, name: string | undefined): ScimResponse {
  const all = typesOf(deps.attributes.list).map((type) => resourceType(type, baseUrl));
  return name === undefined ? listOf(all) : one(all, name);
}

/** GET /Schemas and /Schemas/{URN} (RFC 7643 7). @throws ScimError 404 */
export function schemaList({ deps, baseUrl }: Call, urn: string | undefined): ScimResponse {
  const resources = typesOf(deps.attributes.list).flatMap((type) => [type.schema, ...type.extensions]);
  const all = [...resources, ...serviceSchemas].map((schema) => schemaResource(schema, baseUrl));
  return urn === undefined ? listOf(all) : one(all, urn);
}

function resourceType(type: ResourceType, baseUrl: string): Json {
  return {
    schemas: [`${CORE}:ResourceType`],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    schemaExtensions: type.extensions.map(({ id }) => ({ schema: id, required: false })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.name}` },
  };
}

function schemaResource({ id, name, description, attributes }: Schema, baseUrl: string): Json {
  return {
    schemas: [`${CORE}:Schema`],
    id,
    name,
    description,
    attributes: attributes.map(attributeResource),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  };
}

function attributeResource({ subAttributes, ...attribute }: Attribute): Json {
  const shown = Object.fromEntries(Object.entries(attribute).filter(([name]) => !(name in internalNames)));
  return { ...shown, ...(subAttributes ? { subAttributes: subAttributes.map(attributeResource) } : {}) };
}

function listOf(resources: Json[]): ScimResponse {
  return {
    status: 200,
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: resources.length,
      itemsPerPage: resources.length,
      startIndex: 1,
      Resources: resources,
    },
  };
}

function one(resources: Json[], id: string): ScimResponse {
  const found = resources.find((resource) => String(resource.id).toLowerCase() === id.toLowerCase());
  if (!found) throw new ScimError(404, undefined, 'There is no such resource.');
  const { location } = found.meta as { location: string };
  return { status: 200, headers: { Location: location }, body: found };
}
