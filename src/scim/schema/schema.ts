import { groupAttributes } from './group.ts';
import { coreUserAttributes, enterpriseAttributes, interactAttributes } from './user.ts';

/** One attribute with its characteristics (RFC 7643 7). This description drives everything: /Schemas, types, filters, PATCH, what is returned. */
export type Attribute = {
  name: string;
  type: 'string' | 'boolean' | 'integer' | 'dateTime' | 'reference' | 'binary' | 'complex';
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact: boolean;
  mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  returned: 'always' | 'never' | 'default' | 'request';
  uniqueness: 'none' | 'server';
  canonicalValues?: readonly string[];
  referenceTypes?: readonly string[];
  subAttributes?: readonly Attribute[];
  maxLength: number; // characters; ours, not shown in /Schemas
};

export type Schema = { id: string; name: string; description: string; attributes: readonly Attribute[] };

export type ResourceType = {
  name: 'User' | 'Group';
  endpoint: '/Users' | '/Groups';
  description: string;
  schema: Schema;
  extensions: readonly Schema[];
  /** Other names under which clients send attributes, in lower case. */
  aliases: ReadonlyMap<string, string>;
};

/** An attribute and the schema it stands in. */
export type Located = { schema: Schema; attribute: Attribute };

export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const INTERACT_URN = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';

export const enterpriseSchema: Schema = {
  id: ENTERPRISE_URN,
  name: 'EnterpriseUser',
  description: 'What a person is to the company',
  attributes: enterpriseAttributes,
};

export const interactSchema: Schema = {
  id: INTERACT_URN,
  name: 'InteractUser',
  description: 'What the intranet holds of a person beside the standard attributes',
  attributes: interactAttributes,
};

export const userType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'A person of the People Directory',
  schema: { id: USER_URN, name: 'User', description: 'User Account', attributes: coreUserAttributes },
  extensions: [enterpriseSchema, interactSchema],
  aliases: new Map([
    ['jobtitle', 'title'],
    ['company', 'organization'],
    ['dob', 'dateOfBirth'],
    ['passwordreset', 'forcePasswordReset'],
  ]),
};

export const groupType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'A group of people',
  schema: { id: GROUP_URN, name: 'Group', description: 'Group', attributes: groupAttributes },
  extensions: [],
  aliases: new Map(),
};

/** The attributes of every resource, which stand in no schema (RFC 7643 3.1). */
const common: readonly Attribute[] = [
  commonAttribute('schemas', 'reference', { multiValued: true, returned: 'always', mutability: 'readWrite' }),
  commonAttribute('id', 'string', { returned: 'always', uniqueness: 'server' }),
  commonAttribute('meta', 'complex', {
    subAttributes: [
      commonAttribute('resourceType', 'string', {}),
      commonAttribute('created', 'dateTime', {}),
      commonAttribute('lastModified', 'dateTime', {}),
      commonAttribute('location', 'reference', {}),
      commonAttribute('version', 'string', {}),
    ],
  }),
];

// URNs of SCIM 1.1, which some clients still send.
const oldUrns = new Map([
  ['urn:scim:schemas:core:1.0', USER_URN],
  ['urn:scim:schemas:extension:enterprise:1.0', ENTERPRISE_URN],
]);

/** The schema of a resource type with a URN, in any case and in the spelling of SCIM 1.1 too. */
export function findSchema(type: ResourceType, urn: string): Schema | undefined {
  const wanted = (oldUrns.get(urn.toLowerCase()) ?? urn).toLowerCase();
  return [type.schema, ...type.extensions].find((schema) => schema.id.toLowerCase() === wanted);
}

/**
 * The attribute with a name, in any case. Without a schema it is looked for in the core schema, the common attributes and then the
 * extensions, because clients send the extensions' attributes bare; with a schema in that one alone.
 */
export function findAttribute(type: ResourceType, name: string, schema?: Schema): Located | undefined {
  const key = type.aliases.get(name.toLowerCase()) ?? name;
  if (schema && schema !== type.schema) return located(schema, key);
  const extensions = schema ? [] : type.extensions;
  const places = [type.schema, { ...type.schema, attributes: common }, ...extensions];
  for (const place of places) {
    const found = located(place, key);
    if (found) return place.attributes === common ? { ...found, schema: type.schema } : found;
  }
  return undefined;
}

/** The sub-attribute with a name, in any case. */
export function findSubAttribute(attribute: Attribute, name: string): Attribute | undefined {
  return byName(attribute.subAttributes ?? []).get(name.toLowerCase());
}

function located(schema: Schema, name: string): Located | undefined {
  const attribute = byName(schema.attributes).get(name.toLowerCase());
  return attribute && { schema, attribute };
}

const indexes = new WeakMap<readonly Attribute[], Map<string, Attribute>>();

function byName(attributes: readonly Attribute[]): Map<string, Attribute> {
  const known = indexes.get(attributes);
  if (known) return known;
  const index = new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
  indexes.set(attributes, index);
  return index;
}

function commonAttribute(name: string, type: Attribute['type'], characteristics: Partial<Attribute>): Attribute {
  return {
    name,
    type,
    multiValued: false,
    description: '',
    required: false,
    caseExact: true,
    mutability: 'readOnly',
    returned: 'default',
    uniqueness: 'none',
    maxLength: 256,
    ...characteristics,
  };
}
