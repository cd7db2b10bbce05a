import type { User } from '../store/users.ts';

/** Everything that the directory knows about a person, from whatever source. The rest of User is bookkeeping. */
export type UserAttributes = Omit<User, 'id' | 'sourceId' | 'version' | 'createdAt' | 'modifiedAt' | 'lastLoginAt'>;

/** Types whose value is one text in a form. A photo is its address, a person their ID. */
export const textTypes = [
  'text',
  'longText',
  'choice',
  'date',
  'link',
  'language',
  'timeZone',
  'photo',
  'person',
] as const;
export type TextType = (typeof textTypes)[number];
type AttributeType = TextType | 'boolean' | 'list' | 'addresses' | 'scimList';

/** The sections of a person's form and profile page, in order. */
export const personSections = {
  name: 'Name',
  login: 'Login',
  contact: 'Contact',
  work: 'Work',
  nameParts: 'More parts of the name',
  about: 'About',
  elsewhere: 'Elsewhere',
  intranet: 'Intranet',
};
export type Section = keyof typeof personSections;

/** An attribute of a person: how it is shown, checked, stored, provisioned, imported and found. */
export type PersonAttribute<Name extends string = string, Type extends AttributeType = AttributeType> = Options & {
  section: Section | 'none';
  name: Name; // in forms, errors and CSV files
  type: Type;
  label: string; // on screens
  path: string;
  maxLength: number;
  visibleTo: Audience;
  editable: 'always' | 'unmanaged' | 'never';
  csv: readonly CsvColumn[];
  scim: Characteristics;
};

type Options = {
  path?: string; // in SCIM, where `enterprise` and `interact` are the extensions; and in User.profile. Default: the name
  column?: boolean; // stored in the column of this name, not in User.profile
  maxLength?: number; // in characters, of each value
  visibleTo?: Audience; // whose profile page lists it, besides the screens of Power Users. Default: self
  editable?: 'always' | 'unmanaged' | 'never'; // on a person's form: also if a source manages them, only if none does (default), or never
  required?: boolean;
  help?: string; // below the field
  options?: readonly (readonly [value: string, label: string, help?: string])[]; // of a choice; with help, as radio buttons
  wide?: boolean; // as wide as the form
  one?: string; // of a list: the label of one value
  kinds?: readonly string[]; // of a list and of addresses: the usual types of a value
  linkTo?: 'mailto:' | 'tel:'; // of a list
  searched?: 'words' | 'address'; // found by its words; an address also as a whole, and by the words before its @
  aliases?: readonly string[]; // further names of its CSV column, in lower case and without signs
  csv?: readonly CsvColumn[]; // default: one column of this name
  scim?: Characteristics;
};

type Audience = 'everyone' | 'self' | 'powerUsers';

/** A column of a CSV file. `of` is the type of a value in a list ('' for the primary one), or a part of the work address. */
export type CsvColumn = { header: string; of?: string; aliases?: readonly string[] };

/** Characteristics in /Schemas (RFC 7643 2.2, 7) that do not follow from the type. */
type Characteristics = {
  alias?: string; // another name under which clients send it
  description?: string; // default: the label
  required?: boolean;
  caseExact?: boolean;
  uniqueness?: 'server';
  binary?: boolean;
};

const maxLengths: Partial<Record<AttributeType, number>> = { date: 64, language: 256, timeZone: 256, link: 4_096 };
const MAX_TEXT = 1_024;
/** The longest text in a column with an index: PostgreSQL refuses index entries over 2,704 bytes. */
export const MAX_INDEXED = 256;

/** Returns an entry for the table of attributes. */
export function attribute<const Name extends string, const Type extends AttributeType>(
  section: Section | 'none',
  name: Name,
  type: Type,
  label: string,
  options: Options = {},
): PersonAttribute<Name, Type> {
  const { aliases = [] } = options;
  return {
    path: name,
    maxLength: maxLengths[type] ?? MAX_TEXT,
    visibleTo: 'self',
    editable: 'unmanaged',
    csv: [{ header: name, aliases }],
    scim: {},
    ...options,
    section,
    name,
    type,
    label,
  };
}
