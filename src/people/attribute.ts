import type { User } from '../store/users.ts';

/** The attributes of a person, whatever their origin. The other properties of User are bookkeeping. */
export type UserAttributes = Omit<
  User,
  'id' | 'sourceId' | 'creatorId' | 'version' | 'createdAt' | 'modifiedAt' | 'lastLoginAt'
>;

/** The profile source that manages a new person, and the source or identity provider that created them, if it is another. */
export type Origin = { sourceId: string | null; creatorId?: string | null; passwordHash: string | null };

/** What a new person starts from. */
export const emptyPerson: UserAttributes = {
  userName: '',
  active: true,
  userType: 'Intranet User',
  loginType: null,
  externalId: null,
  givenName: null,
  familyName: null,
  displayName: null,
  title: null,
  department: null,
  email: null,
  profile: {},
};

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

/**
 * The type of the value: one text (of a photo its address, of a person their ID), yes or no, or a list. Only custom attributes are numbers,
 * and a scimList is on no form.
 */
type AttributeType =
  | ('text' | 'longText' | 'number' | 'choice' | 'date' | 'link' | 'language' | 'timeZone' | 'photo' | 'person')
  | ('boolean' | 'list' | 'addresses' | 'scimList');

/** An attribute of a person: how it is shown, checked, stored, provisioned, imported and found. */
export type PersonAttribute = Options & {
  section: keyof typeof personSections | 'none';
  name: string; // in forms, errors and CSV files
  type: AttributeType;
  label: string; // on screens
  isColumn: boolean; // stored in the column of this name; others are in User.profile
  place: readonly string[]; // of the value in a User: the names of the properties that lead to it
};

type Options = Defaults & {
  aliases?: readonly string[]; // further headers of its CSV column, in lower case and without signs
  required?: boolean;
  help?: string; // below the field
  options?: readonly (readonly [value: string, label: string, help?: string])[]; // of a choice; with help, as radio buttons
  wide?: boolean; // as wide as the form
  one?: string; // of a list: the label of one value
  kinds?: readonly string[]; // of a list and of addresses: the usual types of a value
  linkTo?: 'mailto:' | 'tel:'; // of a list
  identity?: boolean; // who the person is, and what logins are matched by: only the managing source writes it
  selfEditable?: boolean; // people may change it on their own profile
  isLoginName?: boolean; // people log in with it: stored in normalized form (see normalizeLoginName), and unique
  custom?: { id: string; several: boolean }; // of an attribute of the installation, see customAttributes.ts
  searched?: 'words' | 'address'; // found by its words; an address also as a whole, and by the words before its @
};

type Defaults = {
  path: string; // in SCIM and in User.profile, where `enterprise` and `interact` are the extensions. Default: the name
  maxLength: number; // in characters, of each value
  visibleTo: 'everyone' | 'self' | 'powerUsers'; // whose profile page lists it, besides the screens of Power Users
  editable: 'always' | 'unowned' | 'never'; // on a person's form: also if a source owns it, only if none does, or never
  csv: readonly CsvColumn[]; // default: one column of this name, with its aliases
  scim: Characteristics;
};

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

/** All attributes of a person, as they are in force now: those of the table and those of the installation. */
export type AttributeList = readonly PersonAttribute[];

/** Returns a function of the attributes in force that computes its result once for each list: lists are replaced, not changed. */
export function fromAttributes<R>(compute: (attributes: AttributeList) => R): (attributes: AttributeList) => R {
  const results = new WeakMap<AttributeList, R>();
  return (attributes) => {
    const known = results.get(attributes);
    if (known !== undefined) return known;
    const result = compute(attributes);
    results.set(attributes, result);
    return result;
  };
}

/** The most characters of what has an index: PostgreSQL refuses entries over 2,704 bytes. */
export const MAX_INDEXED = 256;

const maxLengths: Partial<Record<AttributeType, number>> = { date: 64, language: 256, timeZone: 256, link: 4_096 };
const MAX_TEXT = 1_024;

/** Returns an entry for the table of attributes. Later options win. */
export function attribute(
  section: PersonAttribute['section'],
  name: string,
  type: AttributeType,
  label: string,
  ...options: Partial<Options>[]
): PersonAttribute {
  const given: Partial<Options> = Object.assign({}, ...options);
  const defaults: Defaults = {
    path: name,
    maxLength: maxLengths[type] ?? MAX_TEXT,
    visibleTo: 'self',
    editable: 'unowned',
    csv: [{ header: name, aliases: given.aliases ?? [] }],
    scim: {},
  };
  const entry = { ...defaults, ...given, section, name, type, label, isColumn: name in emptyPerson };
  return { ...entry, place: entry.isColumn ? [name] : placeInProfile(entry) };
}

/** Returns the place of an attribute that has no column. */
export function placeInProfile({ path, type, custom }: Pick<PersonAttribute, 'path' | 'type' | 'custom'>): string[] {
  return ['profile', ...path.split('.'), ...(type === 'person' && !custom ? ['value'] : [])];
}
