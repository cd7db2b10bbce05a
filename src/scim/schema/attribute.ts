import type { Checked } from '../../errors.ts';

/** One attribute with its characteristics (RFC 7643 7). They drive /Schemas, validation, filters, PATCH and what is returned. */
export type Attribute = Internal & {
  name: string;
  type: 'string' | 'boolean' | 'integer' | 'decimal' | 'dateTime' | 'reference' | 'binary' | 'complex';
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
};

/** What /Schemas does not show. */
type Internal = {
  maxLength: number; // characters
  isLoginName?: boolean; // normalized
  place?: readonly string[]; // in Profile, of a custom attribute
  read?: ReadCustom; // of a custom attribute or its sub-attribute
  person?: string; // the name of the attribute of a person
};

/** The names of what /Schemas does not show. */
export const internalNames: Record<keyof Internal, true> = {
  maxLength: true,
  isLoginName: true,
  place: true,
  read: true,
  person: true,
};

/** Reads the text of one value of a custom attribute. */
export type ReadCustom = (text: string) => Checked<string | number>;

type Characteristics = Partial<Omit<Attribute, 'name' | 'description'>>;

const plain = {
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  maxLength: 1_024,
} as const;

/** Returns a string attribute; by default single-valued, case-insensitive and writable (RFC 7643 2.2). */
export function text(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { ...plain, name, type: 'string', description, ...characteristics };
}

/** Returns a boolean attribute. */
export function flag(name: string, description: string): Attribute {
  return { ...plain, name, type: 'boolean', description };
}

/** Returns an attribute that refers to a resource or a URL. */
export function reference(
  name: string,
  description: string,
  referenceTypes: string[],
  characteristics: Characteristics = {},
): Attribute {
  const defaults = { type: 'reference', caseExact: true, maxLength: 4_096 } as const;
  return { ...plain, ...defaults, name, description, referenceTypes, ...characteristics };
}

/** Returns an attribute with sub-attributes. */
export function complex(
  name: string,
  description: string,
  subAttributes: Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return { ...plain, name, type: 'complex', description, subAttributes, ...characteristics };
}

/** Returns a multi-valued attribute whose values have a type, one of them primary (RFC 7643 2.4). */
export function values(name: string, description: string, value: Attribute, types: string[]): Attribute {
  const subAttributes = [
    value,
    text('display', 'The text to show instead of the value'),
    text('type', 'What the value is used for', types.length > 0 ? { canonicalValues: types } : {}),
    flag('primary', 'Whether this is the preferred value; true at most once'),
  ];
  return complex(name, description, subAttributes, { multiValued: true });
}
