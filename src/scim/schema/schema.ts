import { fromAttributes, MAX_INDEXED } from '../../people/attribute.ts';
import { CUSTOM_URN } from '../../people/definition.ts';
import type { AttributePath } from '../protocol/filter.ts';
import { type Attribute, complex, reference, text } from './attribute.ts';
import {
  coreUserAttributes,
  customAttributes,
  enterpriseAttributes,
  interactAttributes,
  personAliases,
} from './user.ts';

export type Schema = { id: string; name: string; description: string; attributes: readonly Attribute[] };

/** An attribute with its schema, and a sub-attribute of it if a path names one. */
export type Located = { schema: Schema; attribute: Attribute; sub?: Attribute | undefined };

export type ResourceType = {
  name: 'User' | 'Group';
  endpoint: '/Users' | '/Groups';
  description: string;
  schema: Schema;
  extensions: readonly Schema[];
  /** Attributes by URN ('' for all schemas) and by name or alias in lower case. */
  attributes: ReadonlyMap<string, ReadonlyMap<string, Located>>;
};

export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const INTERACT_URN = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';

const readOnly = { mutability: 'readOnly', caseExact: true } as const;
const immutable = { mutability: 'immutable' } as const;

/** The attributes of every resource, which belong to no schema (RFC 7643 3.1). */
const commonAttributes: readonly Attribute[] = [
  reference('schemas', 'The URNs of the schemas', ['uri'], { multiValued: true, returned: 'always' }),
  text('id', 'The identifier', { ...readOnly, returned: 'always', uniqueness: 'server' }),
  complex(
    'meta',
    'Metadata of the resource',
    [
      text('resourceType', 'The name of the resource type', readOnly),
      text('created', 'When the resource was created', { ...readOnly, type: 'dateTime' }),
      text('lastModified', 'When the resource was last changed', { ...readOnly, type: 'dateTime' }),
      reference('location', 'The URL of the resource', ['uri'], readOnly),
      text('version', 'The entity tag of the resource', readOnly),
    ],
    readOnly,
  ),
];

/** RFC 7643 4.2. Members are people and groups. */
const groupAttributes: readonly Attribute[] = [
  text('externalId', "The group's identifier at the client", { caseExact: true, maxLength: MAX_INDEXED }),
  text('displayName', "The group's name", { required: true, uniqueness: 'server', maxLength: MAX_INDEXED }),
  complex(
    'members',
    'The people and groups in the group',
    [
      text('value', "The member's id", { ...immutable, caseExact: true }),
      reference('$ref', "The member's URL", ['User', 'Group'], immutable),
      text('type', 'The type of the member', { ...immutable, canonicalValues: ['User', 'Group'] }),
      text('display', "The member's name", { mutability: 'readOnly' }),
    ],
    { multiValued: true },
  ),
];

export const userType: ResourceType = withAttributes(
  {
    name: 'User',
    endpoint: '/Users',
    description: 'A person in the People Directory',
    schema: { id: USER_URN, name: 'User', description: 'User Account', attributes: coreUserAttributes },
    extensions: [
      {
        id: ENTERPRISE_URN,
        name: 'EnterpriseUser',
        description: "A person's place in the company",
        attributes: enterpriseAttributes,
      },
      {
        id: INTERACT_URN,
        name: 'InteractUser',
        description: "The intranet's profile fields beyond the standard attributes",
        attributes: interactAttributes,
      },
    ],
  },
  personAliases,
);

/** Returns the resource type of people, with an extension for the custom attributes if there are any. */
export const userTypeOf = fromAttributes((all): ResourceType => {
  const attributes = customAttributes(all);
  if (attributes.length === 0) return userType;
  const description = 'Attributes that were added in this installation';
  const { attributes: _, ...type } = userType;
  const extension = { id: CUSTOM_URN, name: 'CustomUser', description, attributes };
  return withAttributes({ ...type, extensions: [...type.extensions, extension] }, personAliases);
});

export const groupType: ResourceType = withAttributes(
  {
    name: 'Group',
    endpoint: '/Groups',
    description: 'A group of people',
    schema: { id: GROUP_URN, name: 'Group', description: 'Group', attributes: groupAttributes },
    extensions: [],
  },
  {},
);

// URNs of SCIM 1.1, which some clients still send.
const oldUrns = new Map([
  ['urn:scim:schemas:core:1.0', USER_URN],
  ['urn:scim:schemas:extension:enterprise:1.0', ENTERPRISE_URN],
]);

/** Finds a resource type's schema by its URN, in any case and also as SCIM 1.1 spells it. */
export function findSchema(type: ResourceType, urn: string): Schema | undefined {
  const wanted = (oldUrns.get(urn.toLowerCase()) ?? urn).toLowerCase();
  return [type.schema, ...type.extensions].find((schema) => schema.id.toLowerCase() === wanted);
}

/**
 * Finds an attribute by its name, in any case; by an alias perhaps a sub-attribute of it. Without a schema, the core schema and the common attributes come before the
 * extensions: clients send the extensions' attributes without their URN.
 */
export function findAttribute(type: ResourceType, name: string, schema?: Schema): Located | undefined {
  return type.attributes.get(schema?.id ?? '')?.get(name.toLowerCase());
}

/** Finds a sub-attribute by its name, in any case. */
export function findSubAttribute({ subAttributes = [] }: Attribute, name: string): Attribute | undefined {
  const exact = subAttributes.find((sub) => sub.name === name);
  return exact ?? subAttributes.find((sub) => sub.name.toLowerCase() === name.toLowerCase());
}

/** Finds the attribute, and the sub-attribute if there is one, of a path as clients write it. */
export function findByPath(type: ResourceType, { urn, name, sub }: AttributePath): Located | undefined {
  const schema = urn === undefined ? undefined : findSchema(type, urn);
  const located = urn === undefined || schema ? findAttribute(type, name, schema) : undefined;
  if (!located || sub === undefined) return located;
  if (located.sub) return undefined;
  const part = findSubAttribute(located.attribute, sub);
  return part && { ...located, sub: part };
}

function withAttributes(type: Omit<ResourceType, 'attributes'>, aliases: Record<string, string>): ResourceType {
  const all = new Map<string, Located>();
  const attributes = new Map([['', all]]);
  for (const schema of [type.schema, ...type.extensions]) {
    const own = new Map<string, Located>();
    attributes.set(schema.id, own);
    const common = schema === type.schema ? commonAttributes : [];
    for (const attribute of [...schema.attributes, ...common])
      for (const [name, located] of namesOf(schema, attribute, aliases)) {
        own.set(name.toLowerCase(), located);
        if (!all.has(name.toLowerCase())) all.set(name.toLowerCase(), located);
      }
  }
  return { ...type, attributes };
}

/** Returns the name and the aliases of an attribute, and the aliases of its sub-attributes. */
function namesOf(schema: Schema, attribute: Attribute, aliases: Record<string, string>): [string, Located][] {
  const aliasesOf = (path: string) => Object.keys(aliases).filter((alias) => aliases[alias] === path);
  const { name, subAttributes = [] } = attribute;
  const names = [name, ...aliasesOf(name)].map((alias): [string, Located] => [alias, { schema, attribute }]);
  const parts = subAttributes.flatMap((sub) =>
    aliasesOf(`${name}.${sub.name}`).map((alias): [string, Located] => [alias, { schema, attribute, sub }]),
  );
  return [...names, ...parts];
}
