import { type Attribute, complex, reference, text } from './attribute.ts';
import type { Schema } from './schema.ts';

const required = { mutability: 'readOnly', required: true } as const;
const optional = { mutability: 'readOnly' } as const;
const requiredList = { ...required, multiValued: true };
const optionalList = { ...optional, multiValued: true };

function typed(type: Attribute['type'], name: string, description: string, more: Partial<Attribute> = required) {
  return text(name, description, { ...more, type });
}

function link(name: string, description: string, target: string, more: Partial<Attribute> = required) {
  return reference(name, description, [target], more);
}

function feature(name: string, description: string, ...limits: Attribute[]) {
  return complex(name, description, [typed('boolean', 'supported', 'Whether it is supported'), ...limits], required);
}

const serviceProviderConfig = [
  link('documentationUri', 'The URL of the documentation', 'external', optional),
  feature('patch', 'PATCH'),
  feature(
    'bulk',
    'Bulk requests',
    typed('integer', 'maxOperations', 'The maximum number of operations'),
    typed('integer', 'maxPayloadSize', 'The maximum size in bytes'),
  ),
  feature('filter', 'Filters', typed('integer', 'maxResults', 'The maximum number of resources in a response')),
  feature('changePassword', 'Changing passwords'),
  feature('sort', 'Sorting'),
  feature('etag', 'Entity tags'),
  complex(
    'pagination',
    'Paging (RFC 9865)',
    [
      typed('boolean', 'cursor', 'Whether paging by cursor is supported'),
      typed('boolean', 'index', 'Whether paging by startIndex is supported'),
      typed('string', 'defaultPaginationMethod', 'The paging method by default', optional),
      typed('integer', 'defaultPageSize', 'The number of resources of a page by default', optional),
      typed('integer', 'maxPageSize', 'The maximum number of resources of a page', optional),
      typed('integer', 'cursorTimeout', 'The seconds after which a cursor expires', optional),
    ],
    required,
  ),
  complex(
    'authenticationSchemes',
    'How clients authenticate',
    [
      typed('string', 'type', 'The type of the scheme'),
      typed('string', 'name', 'The name of the scheme'),
      typed('string', 'description', 'A description of the scheme'),
      link('specUri', 'The URL of the specification', 'external', optional),
      typed('boolean', 'primary', 'Whether this is the preferred scheme', optional),
    ],
    requiredList,
  ),
];

const named = [
  typed('string', 'id', 'The identifier'),
  typed('string', 'name', 'The name'),
  typed('string', 'description', 'The description', optional),
];
const resourceType = [
  ...named,
  link('endpoint', 'The path below the base URL', 'uri'),
  link('schema', 'The URN of the schema', 'uri'),
  complex(
    'schemaExtensions',
    'The extensions of the schema',
    [link('schema', 'The URN of the extension', 'uri'), typed('boolean', 'required', 'Whether it is required')],
    requiredList,
  ),
];

const characteristics = [
  typed('string', 'name', 'The name of the attribute'),
  typed('string', 'type', 'The type of its values'),
  typed('boolean', 'multiValued', 'Whether it can have several values'),
  typed('string', 'description', 'A description of the attribute', optional),
  typed('boolean', 'required', 'Whether it is required'),
  typed('string', 'canonicalValues', 'The values with a defined meaning', optionalList),
  typed('boolean', 'caseExact', 'Whether values are case-sensitive'),
  typed('string', 'mutability', 'Whether and when it can be written'),
  typed('string', 'returned', 'When it is returned'),
  typed('string', 'uniqueness', 'Whether values are unique'),
  typed('string', 'referenceTypes', 'The types of resources that values refer to', optionalList),
];
const subAttributes = complex('subAttributes', 'The sub-attributes', characteristics, optionalList);
const schema = [...named, complex('attributes', 'The attributes', [...characteristics, subAttributes], requiredList)];

/** The schemas of the discovery endpoints (RFC 7643 8.7.2, RFC 9865 4). */
export const serviceSchemas: readonly Schema[] = [
  { name: 'ServiceProviderConfig', description: 'The features of the server', attributes: serviceProviderConfig },
  { name: 'ResourceType', description: 'A resource type', attributes: resourceType },
  { name: 'Schema', description: 'The attributes of a resource type', attributes: schema },
].map((service) => ({ id: `urn:ietf:params:scim:schemas:core:2.0:${service.name}`, ...service }));
