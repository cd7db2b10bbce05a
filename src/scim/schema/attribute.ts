import type { Attribute } from './schema.ts';

type Characteristics = Partial<Omit<Attribute, 'name' | 'type' | 'description'>>;

const plain = {
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  maxLength: 1_024,
} as const;

/** A string; without further words one value, any case, readable and writable (RFC 7643 2.2). */
export function text(name: string, description: string, characteristics: Characteristics = {}): Attribute {
  return { ...plain, name, type: 'string', description, ...characteristics };
}

export function flag(name: string, description: string): Attribute {
  return { ...plain, name, type: 'boolean', description };
}

export function reference(
  name: string,
  description: string,
  referenceTypes: string[],
  more: Characteristics = {},
): Attribute {
  return { ...plain, name, type: 'reference', description, caseExact: true, referenceTypes, maxLength: 4_096, ...more };
}

export function complex(
  name: string,
  description: string,
  subAttributes: Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return { ...plain, name, type: 'complex', description, subAttributes, ...characteristics };
}

/** An attribute with several values, each with its kind and one of them primary (RFC 7643 2.4). */
export function values(
  name: string,
  description: string,
  value: Attribute,
  kinds: string[],
  more: Characteristics = {},
): Attribute {
  const subAttributes = [
    value,
    text('display', 'What to show in its place'),
    text('type', 'What it is for', kinds.length > 0 ? { canonicalValues: kinds } : {}),
    flag('primary', 'Whether it is the preferred one; true once at most'),
  ];
  return complex(name, description, subAttributes, { multiValued: true, ...more });
}
