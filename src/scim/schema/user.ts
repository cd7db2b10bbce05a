import { invalid } from '../../errors.ts';
import type { AttributeList, PersonAttribute } from '../../people/attribute.ts';
import { personAttributes } from '../../people/attributes.ts';
import { singleOfText } from '../../people/customValue.ts';
import { textError } from '../../people/textError.ts';
import { type Attribute, complex, flag, type ReadCustom, reference, text, values } from './attribute.ts';

const readOnly = { mutability: 'readOnly' } as const;
const external = ['external'];

/** Attributes with sub-attributes that are in the table one by one. */
const parents: Record<string, string> = { name: 'The parts of the name', 'interact.name': 'More parts of the name' };

/** RFC 7643 4.1, as far as a People Directory goes. */
export const coreUserAttributes: readonly Attribute[] = [
  ...attributesBelow(''),
  text('password', 'The password for Local Login', { mutability: 'writeOnly', returned: 'never', caseExact: true }),
  complex(
    'groups',
    'The groups that the person is a member of',
    [
      text('value', "The group's id", { ...readOnly, caseExact: true }),
      reference('$ref', "The group's URL", ['Group'], readOnly),
      text('display', "The group's name", readOnly),
      text('type', 'The kind of membership', { ...readOnly, canonicalValues: ['direct', 'indirect'] }),
    ],
    { multiValued: true, ...readOnly },
  ),
];

/** RFC 7643 4.3. */
export const enterpriseAttributes: readonly Attribute[] = attributesBelow('enterprise.');

/** The extension of the intranet's vendor, and the further profile fields of the intranet. */
export const interactAttributes: readonly Attribute[] = attributesBelow('interact.');

/** Returns the attributes of the installation, as the schema of their extension describes them. */
export function customAttributes(attributes: AttributeList): Attribute[] {
  return attributes.flatMap((attribute) => (attribute.custom ? [customSchemaOf(attribute, attribute.custom)] : []));
}

/** The columns of the attributes that have one, by the schema's name and the attribute's path: `EnterpriseUser:department`. */
export const personColumns: Record<string, string> = Object.fromEntries(
  personAttributes
    .filter(({ isColumn }) => isColumn)
    .map(({ name, path }) => {
      const schemaPath = `User:${path}`.replace('User:enterprise.', 'EnterpriseUser:');
      return [schemaPath.replace('User:interact.', 'InteractUser:'), `users.${name}`];
    }),
);

/** Other names under which clients send an attribute, with its path below the schema: `initials` for `name.initials`. */
export const personAliases: Record<string, string> = Object.fromEntries(
  personAttributes.flatMap(({ path, scim: { alias } }) =>
    alias ? [[alias, path.replace(/^(enterprise|interact)\./, '')]] : [],
  ),
);

/** The attributes of the table below a path, as a schema describes them. */
function attributesBelow(prefix: string): Attribute[] {
  const found = new Map<string, Attribute>();
  for (const attribute of personAttributes) {
    if (!attribute.path.startsWith(prefix) || (prefix === '' && /^(enterprise|interact)\./.test(attribute.path)))
      continue;
    const [name = '', sub] = attribute.path.slice(prefix.length).split('.');
    if (sub === undefined) found.set(name, schemaOf(name, attribute));
    else {
      const { subAttributes = [] } = found.get(name) ?? {};
      found.set(name, complex(name, parents[prefix + name] ?? '', [...subAttributes, schemaOf(sub, attribute)]));
    }
  }
  return [...found.values()];
}

function schemaOf(name: string, attribute: PersonAttribute): Attribute {
  return { ...typed(name, attribute), person: attribute.name };
}

function typed(name: string, attribute: PersonAttribute): Attribute {
  const { type, label, one = label, kinds = [], maxLength, options, isLoginName = false, scim } = attribute;
  const { description = label, binary, alias: _, ...characteristics } = scim;
  switch (type) {
    case 'boolean':
      return flag(name, description);
    case 'link':
      return reference(name, description, external, { caseExact: false, maxLength });
    case 'list':
    case 'scimList': {
      const value = text('value', one, { ...characteristics, maxLength, isLoginName });
      return values(name, description, binary ? { ...value, type: 'binary' } : value, [...kinds]);
    }
    case 'photo':
      return values(name, description, reference('value', "The picture's URL", external, { maxLength }), [...kinds]);
    case 'addresses':
      return addresses(name, description, attribute);
    case 'person':
      return complex(name, description, [
        text('value', "The person's id", { caseExact: true, maxLength }),
        reference('$ref', "The person's URL", ['User'], readOnly),
        text('displayName', "The person's name", readOnly),
      ]);
    default: {
      const canonicalValues = options?.map(([value]) => value).filter((value) => value !== '');
      return text(name, description, {
        ...characteristics,
        maxLength,
        isLoginName,
        ...(canonicalValues ? { canonicalValues } : {}),
      });
    }
  }
}

function customSchemaOf(
  attribute: PersonAttribute,
  { id, several }: NonNullable<PersonAttribute['custom']>,
): Attribute {
  const { name, label, type } = attribute;
  const description = type === 'date' ? `${label}, such as 2026-03-31` : label;
  const place = ['custom', id];
  const isWhole = !several && type !== 'person';
  const value = customValueOf(attribute, isWhole ? name : 'value', type === 'person' ? "The person's id" : description);
  if (isWhole) return { ...value, place, person: name };
  const person = [
    reference('$ref', "The person's URL", ['User'], readOnly),
    text(several ? 'display' : 'displayName', "The person's name", readOnly),
  ];
  const parts = type === 'person' ? [value, ...person] : [value];
  return complex(name, description, parts, { multiValued: several, place, person: name });
}

/** A value is checked as on the form. */
function customValueOf(attribute: PersonAttribute, name: string, description: string): Attribute {
  const { type, maxLength, options } = attribute;
  const choices = options?.map(([choice]) => choice).filter((choice) => choice !== '');
  const read: ReadCustom = (given) => {
    const error = textError(attribute, given);
    return error === undefined ? { ok: true, value: singleOfText(attribute, given) } : invalid({ [name]: error });
  };
  const value = text(name, description, { maxLength, read, ...(choices ? { canonicalValues: choices } : {}) });
  if (type === 'number') return { ...value, type: 'decimal' };
  if (type === 'link') return { ...value, type: 'reference', referenceTypes: external };
  return type === 'person' ? { ...value, caseExact: true } : value;
}

function addresses(name: string, description: string, { maxLength, kinds = [] }: PersonAttribute): Attribute {
  const subAttributes = [
    text('formatted', 'The full address', { maxLength }),
    text('streetAddress', 'The street and number', { maxLength }),
    text('locality', 'The city', { maxLength }),
    text('region', 'The state or region', { maxLength }),
    text('postalCode', 'The postal code', { maxLength }),
    text('country', 'The country', { maxLength }),
    text('type', 'The kind of address', { canonicalValues: kinds }),
    flag('primary', 'Whether this is the preferred address; true at most once'),
  ];
  return complex(name, description, subAttributes, { multiValued: true });
}
