import { type Attribute, complex, text } from './attribute.ts';
import type { Schema } from './schema.ts';

type More = Partial<Attribute>;

const required = { mutability: 'readOnly', required: true } as const;
const optional = { mutability: 'readOnly' } as const;
const several = { multiValued: true } as const;

const own = (type: Attribute['type'], name: string, description: string, more: More = required): Attribute => ({
  ...text(name, description, more),
  type,
});
const link = (name: string, description: string, kind: string, more: More = required): Attribute =>
  own('reference', name, description, { ...more, caseExact: true, referenceTypes: [kind] });
const parts = (name: string, description: string, subAttributes: Attribute[], more: More = required): Attribute =>
  complex(name, description, subAttributes, more);
const feature = (name: string, description: string, ...limits: Attribute[]): Attribute =>
  parts(name, description, [own('boolean', 'supported', 'Whether the server can do it'), ...limits]);

const serviceProviderConfig = [
  link('documentationUri', 'Where to read about the server', 'external', optional),
  feature('patch', 'PATCH'),
  feature(
    'bulk',
    'Bulk requests',
    own('integer', 'maxOperations', 'How many operations one may have'),
    own('integer', 'maxPayloadSize', 'How many bytes one may have'),
  ),
  feature('filter', 'Filters', own('integer', 'maxResults', 'How many resources an answer has at most')),
  feature('changePassword', 'Passwords that are changed'),
  feature('sort', 'Sorting'),
  feature('etag', 'Entity tags'),
  parts('pagination', 'Pages (RFC 9865)', [
    own('boolean', 'cursor', 'Whether a cursor turns pages'),
    own('boolean', 'index', 'Whether startIndex turns pages'),
    own('string', 'defaultPaginationMethod', 'What turns them where nothing is said', optional),
    own('integer', 'defaultPageSize', 'How many resources a page has where nothing is said', optional),
    own('integer', 'maxPageSize', 'How many resources a page has at most', optional),
    own('integer', 'cursorTimeout', 'How many seconds a cursor is good for', optional),
  ]),
  parts(
    'authenticationSchemes',
    'How a client says who it is',
    [
      own('string', 'type', 'The kind of scheme'),
      own('string', 'name', 'The name of the scheme'),
      own('string', 'description', 'What the scheme is'),
      link('specUri', 'Where the scheme is specified', 'external', optional),
      own('boolean', 'primary', 'Whether it is the preferred one', optional),
    ],
    { ...required, ...several },
  ),
];

const named = [
  own('string', 'id', 'The identifier'),
  own('string', 'name', 'The name'),
  own('string', 'description', 'What it is', optional),
];
const resourceType = [
  ...named,
  link('endpoint', 'The path below the base URL', 'uri'),
  link('schema', 'The URN of the schema', 'uri'),
  parts(
    'schemaExtensions',
    'The extensions of the schema',
    [link('schema', 'The URN of the extension', 'uri'), own('boolean', 'required', 'Whether it has to be there')],
    { ...required, ...several },
  ),
];

const qualities = [
  own('string', 'name', 'The name of the attribute'),
  own('string', 'type', 'The type of its values'),
  own('boolean', 'multiValued', 'Whether it has several values'),
  own('string', 'description', 'What the attribute is', optional),
  own('boolean', 'required', 'Whether it has to be there'),
  own('string', 'canonicalValues', 'The values that mean something', { ...optional, ...several }),
  own('boolean', 'caseExact', 'Whether the case of its letters matters'),
  own('string', 'mutability', 'Who may write it, and when'),
  own('string', 'returned', 'When it is returned'),
  own('string', 'uniqueness', 'Where no two have the same value'),
  own('string', 'referenceTypes', 'What its values refer to', { ...optional, ...several }),
];
const subAttributes = parts('subAttributes', 'The parts of the attribute', qualities, { ...optional, ...several });
const schema = [
  ...named,
  parts('attributes', 'The attributes', [...qualities, subAttributes], { ...required, ...several }),
];

/** What the server describes itself with (RFC 7643 8.7.2, RFC 9865 4). */
export const serviceSchemas: readonly Schema[] = [
  { name: 'ServiceProviderConfig', description: 'What the server can do', attributes: serviceProviderConfig },
  { name: 'ResourceType', description: 'A type of resources', attributes: resourceType },
  { name: 'Schema', description: 'The attributes of resources', attributes: schema },
].map((own) => ({ id: `urn:ietf:params:scim:schemas:core:2.0:${own.name}`, ...own }));
