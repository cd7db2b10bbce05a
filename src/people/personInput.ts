import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import type { Address, MultiValue, Profile } from '../store/profile.ts';
import { userTypes } from '../store/users.ts';
import { type PersonText, personTextNames, personTexts, photoFault, textFault, textsOf } from './personFields.ts';
import { primaryEmail, type UserAttributes, withFormatted } from './userAttributes.ts';

/** A person as a form holds them: texts as they are typed, '' for nothing; lists without their empty lines. */
export type PersonInput = {
  texts: Record<PersonText, string>;
  omitFromSearch: boolean;
  forcePasswordReset: boolean;
  lists: Record<ListName, ValueLine[]>;
  addresses: AddressLine[];
  photo: string;
  managerId: string; // '' : nobody
};

export const listNames = ['emails', 'phoneNumbers', 'ims'] as const;
export type ListName = (typeof listNames)[number];
export type ValueLine = { value: string; type: string; primary: boolean };

export const addressParts = [
  'type',
  'streetAddress',
  'postalCode',
  'locality',
  'region',
  'country',
  'formatted', // as it is written; it follows the other parts unless it is changed itself
] as const;
export type AddressLine = Record<(typeof addressParts)[number], string>;

const MAX_LINES = 20;
const MAX_LINE = 254;

/** A person as their form shows them; nobody yet: an empty form. */
export function personInputOf(person: UserAttributes): PersonInput {
  const { profile } = person;
  const emails =
    profile.emails ?? (person.email === null ? [] : [{ value: person.email, type: 'work', primary: true }]);
  return {
    texts: textsOf(person),
    omitFromSearch: profile.interact?.omitFromSearch ?? false,
    forcePasswordReset: profile.interact?.forcePasswordReset ?? false,
    lists: { emails: lines(emails), phoneNumbers: lines(profile.phoneNumbers), ims: lines(profile.ims) },
    addresses: (profile.addresses ?? []).map(addressLine),
    photo: mainPhoto(profile)?.value ?? '',
    managerId: profile.enterprise?.manager?.value ?? '',
  };
}

/** Nobody's attributes: what adding a person starts from. */
export const nobody: UserAttributes = {
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

/**
 * Checks a form against the person it began with. What was not changed is not checked again: a profile source may have sent what
 * nobody would type. What no form shows (roles, certificates and so on) stays as it is.
 * Errors stand under the fields' names, `emails.0` for a line of a list.
 */
export function readPersonInput(input: PersonInput, before: UserAttributes): Checked<UserAttributes> {
  const shown = personInputOf(before);
  const texts = trimmed(input.texts);
  const errors = { ...textErrors(texts, shown), ...listErrors(input, shown) };
  if (input.photo !== shown.photo) addFault(errors, 'photo', photoFault(input.photo));
  if (Object.keys(errors).length > 0) return invalid(errors);
  const profile = profileOf(input, texts, before);
  const text = (name: PersonText) => texts[name] || null;
  return {
    ok: true,
    value: {
      ...before,
      userName: texts.userName,
      userType: texts.userType,
      loginType: text('loginType'),
      externalId: text('externalId'),
      givenName: text('givenName'),
      familyName: text('familyName'),
      displayName: text('displayName'),
      title: text('title'),
      department: text('department'),
      profile,
      email: primaryEmail(profile),
    },
  };
}

function textErrors(texts: PersonInput['texts'], shown: PersonInput): FieldErrors {
  const errors: FieldErrors = {};
  for (const name of personTextNames)
    if (texts[name] !== shown.texts[name]) addFault(errors, name, textFault(name, texts[name]));
  if (texts.userName === '') errors.userName = 'Enter a user name.';
  const types: readonly string[] = [...userTypes, shown.texts.userType];
  if (!types.includes(texts.userType)) errors.userType = 'Choose one of these.';
  return errors;
}

function listErrors(input: PersonInput, shown: PersonInput): FieldErrors {
  const errors: FieldErrors = {};
  for (const name of listNames) {
    const known = new Set(shown.lists[name].map((line) => line.value));
    const seen = new Set<string>();
    for (const [index, line] of input.lists[name].entries()) {
      const key = line.value.toLowerCase();
      if (seen.has(key)) errors[`${name}.${index}`] = 'This one is listed twice.';
      else if (!known.has(line.value)) addFault(errors, `${name}.${index}`, lineFault(name, line.value));
      seen.add(key);
    }
    if (input.lists[name].length > Math.max(MAX_LINES, known.size)) errors[name] = `Use at most ${MAX_LINES}.`;
  }
  for (const [index, line] of input.addresses.entries()) {
    const parts = Object.values(line);
    if (parts.some((part) => part.length > MAX_LINE || /[^\P{Cc}\n]/u.test(part)))
      errors[`addresses.${index}`] = `Use at most ${MAX_LINE} characters in each part.`;
  }
  if (input.addresses.length > Math.max(MAX_LINES, shown.addresses.length))
    errors.addresses = `Use at most ${MAX_LINES}.`;
  return errors;
}

function lineFault(name: ListName, value: string): string | undefined {
  if (value.length > MAX_LINE) return `Use at most ${MAX_LINE} characters.`;
  if (/\p{Cc}/u.test(value)) return 'Control characters are not allowed here.';
  if (name === 'emails' && !/^[^\s@]+@[^\s@]+$/.test(value))
    return 'Enter an e-mail address such as anna.berg@acme.com.';
  return undefined;
}

function profileOf(input: PersonInput, texts: PersonInput['texts'], { profile: before }: UserAttributes): Profile {
  const profile = structuredClone(before) as Record<string, unknown>;
  for (const name of personTextNames) {
    const [first, ...path] = personTexts[name].path;
    if (first === 'profile') setAt(profile, path, texts[name]);
  }
  setAt(profile, ['interact', 'omitFromSearch'], input.omitFromSearch || undefined);
  setAt(profile, ['interact', 'forcePasswordReset'], input.forcePasswordReset || undefined);
  setAt(profile, ['enterprise', 'manager'], input.managerId ? { value: input.managerId } : undefined);
  for (const name of listNames) setAt(profile, [name], values(name, input.lists[name], before[name]));
  setAt(profile, ['addresses'], withFormatted(addresses(input.addresses, before.addresses), before.addresses));
  setAt(profile, ['photos'], photos(input.photo, before));
  return profile as Profile;
}

/** Sets what stands at a path; nothing ('' or undefined) takes it away, with the objects that hold nothing then. */
function setAt(target: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) {
    const inner = { ...((target[key] as Record<string, unknown> | undefined) ?? {}) };
    setAt(inner, rest, value);
    if (Object.keys(inner).length > 0) target[key] = inner;
    else delete target[key];
  } else if (value === '' || value === undefined) delete target[key];
  else target[key] = value;
}

/** Which value is the primary one is asked of e-mail addresses alone; elsewhere it stays as it was. */
function values(name: ListName, entered: ValueLine[], before: MultiValue[] = []): MultiValue[] | undefined {
  const made = entered.map(({ value, type, primary }) => {
    const { primary: was = false, type: _, ...known } = before.find((one) => one.value === value) ?? {};
    const isPrimary = name === 'emails' ? primary : was;
    return { ...known, value, ...(type ? { type } : {}), ...(isPrimary ? { primary: true } : {}) };
  });
  return made.length > 0 ? made : undefined;
}

function addresses(entered: AddressLine[], before: Address[] = []): Address[] | undefined {
  const made = entered.map((line) => {
    const parts = Object.entries(line).filter(([, part]) => part !== '');
    const wasPrimary = before.some(({ type = '', primary }) => primary && type === line.type);
    return { ...Object.fromEntries(parts), ...(wasPrimary ? { primary: true } : {}) };
  });
  return made.length > 0 ? made : undefined;
}

function photos(entered: string, before: Profile): MultiValue[] | undefined {
  const main = mainPhoto(before);
  const others = (before.photos ?? []).filter((photo) => photo !== main);
  const all = entered === '' ? others : [{ type: 'photo', ...main, value: entered }, ...others];
  return all.length > 0 ? all : undefined;
}

function mainPhoto({ photos = [] }: Profile): MultiValue | undefined {
  return photos.find((photo) => photo.primary) ?? photos[0];
}

function lines(entries: MultiValue[] = []): ValueLine[] {
  return entries.map(({ value = '', type = '', primary = false }) => ({ value, type, primary }));
}

function addressLine(address: Address): AddressLine {
  return Object.fromEntries(addressParts.map((part) => [part, address[part] ?? ''])) as AddressLine;
}

function trimmed(texts: PersonInput['texts']): PersonInput['texts'] {
  return Object.fromEntries(personTextNames.map((name) => [name, texts[name].trim()])) as PersonInput['texts'];
}

function addFault(errors: FieldErrors, name: string, fault: string | undefined): void {
  if (fault) errors[name] = fault;
}
