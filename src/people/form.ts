import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import type { Address, MultiValue, Profile } from '../store/profile.ts';
import type { PersonAttribute, UserAttributes } from './attribute.ts';
import {
  addressAttribute,
  type FlagName,
  flagAttributes,
  type ListName,
  listAttributes,
  type personAttributes,
  type TextName,
  textAttributes,
} from './attributes.ts';
import { addressParts, mainPhoto, primaryEmail, withFormatted } from './contact.ts';
import { textError } from './textError.ts';
import { listOf, setValue, storedValue, textOf } from './values.ts';

/**
 * A person as a form holds them: texts as typed, '' for nothing; lists without their empty lines. The photo is its address, the
 * manager an ID.
 */
export type PersonInput = {
  texts: Record<TextName, string>;
  flags: Record<FlagName, boolean>;
  lists: Record<ListName, ValueLine[]>;
  addresses: AddressLine[];
};
export type ValueLine = { value: string; type: string; primary: boolean };
export type AddressLine = Record<(typeof addressParts)[number], string>;

const MAX_LINES = 20;

/** Returns what a person's form shows. */
export function personInputOf(person: UserAttributes): PersonInput {
  return {
    texts: record(textAttributes, (attribute) => textOf(person, attribute)),
    flags: record(flagAttributes, (attribute) => storedValue(person, attribute) === true),
    lists: record(listAttributes, (attribute) => listOf(person, attribute).map(valueLine)),
    addresses: (person.profile.addresses ?? []).map(addressLine),
  };
}

/**
 * Checks a form against the person as they were. Values that did not change are not checked: a profile source may have sent what the
 * form refuses. Attributes that no form shows stay as they are.
 * Errors are keyed by the field's name, `emails.0` for a line of a list.
 */
export function readPersonInput(input: PersonInput, before: UserAttributes): Checked<UserAttributes> {
  const shown = personInputOf(before);
  const texts = record(textAttributes, ({ name }) => input.texts[name].trim());
  const errors = { ...textErrors(texts, shown), ...listErrors(input, shown), ...addressErrors(input, shown) };
  if (Object.keys(errors).length > 0) return invalid(errors);
  const person = { ...before };
  for (const attribute of textAttributes) {
    const text = texts[attribute.name];
    setValue(person, attribute, attribute.type === 'photo' ? photos(text, before.profile) : text || undefined);
  }
  for (const attribute of flagAttributes)
    setValue(person, attribute, input.flags[attribute.name] || (attribute.isColumn ? false : undefined));
  for (const attribute of listAttributes)
    setValue(person, attribute, values(attribute.name, input.lists[attribute.name], before.profile));
  const addresses = addressesOf(input.addresses, before.profile);
  setValue(person, addressAttribute, withFormatted(addresses, before.profile.addresses));
  return { ok: true, value: { ...person, email: primaryEmail(person.profile) } };
}

/** Returns the value of an attribute in a form. */
export function inputValue(input: PersonInput, { type, name }: (typeof personAttributes)[number]): unknown {
  const { texts, flags, lists, addresses } = input;
  return type === 'addresses' ? addresses : { ...texts, ...flags, ...lists }[name as TextName | FlagName | ListName];
}

/** Returns a person's form with only those changes that may be made although a profile source manages the person. */
export function onlyAlwaysEditable(input: PersonInput, before: UserAttributes): PersonInput {
  const stored = personInputOf(before);
  for (const { name, editable } of textAttributes) if (editable === 'always') stored.texts[name] = input.texts[name];
  for (const { name, editable } of flagAttributes) if (editable === 'always') stored.flags[name] = input.flags[name];
  return stored;
}

function textErrors(texts: PersonInput['texts'], shown: PersonInput): FieldErrors {
  const errors: FieldErrors = {};
  for (const attribute of textAttributes) {
    const { name, label, required } = attribute;
    const error = texts[name] === shown.texts[name] ? undefined : textError(attribute, texts[name]);
    if (error) errors[name] = error;
    if (required && texts[name] === '') errors[name] = `Enter a ${label.toLowerCase()}.`;
  }
  return errors;
}

function listErrors(input: PersonInput, shown: PersonInput): FieldErrors {
  const errors: FieldErrors = {};
  for (const attribute of listAttributes) {
    const { name } = attribute;
    const known = new Set(shown.lists[name].map((line) => line.value));
    const seen = new Set<string>();
    for (const [index, { value }] of input.lists[name].entries()) {
      const key = value.toLowerCase();
      const error = known.has(value) ? undefined : valueError(attribute, value);
      if (seen.has(key) || error) errors[`${name}.${index}`] = error ?? 'This value is listed twice.';
      seen.add(key);
    }
    if (input.lists[name].length > Math.max(MAX_LINES, known.size)) errors[name] = TOO_MANY;
  }
  return errors;
}

function valueError(attribute: PersonAttribute, value: string): string | undefined {
  const isEmail = attribute.name !== 'emails' || /^[^\s@]+@[^\s@]+$/.test(value);
  return textError(attribute, value) ?? (isEmail ? undefined : 'Enter an e-mail address such as anna.berg@acme.com.');
}

function addressErrors({ addresses }: PersonInput, shown: PersonInput): FieldErrors {
  const errors: FieldErrors = {};
  for (const [index, line] of addresses.entries()) {
    const found = Object.values(line).map((part) => textError(addressAttribute, part));
    const error = found.find((one) => one !== undefined);
    if (error) errors[`addresses.${index}`] = error;
  }
  if (addresses.length > Math.max(MAX_LINES, shown.addresses.length)) errors.addresses = TOO_MANY;
  return errors;
}

const TOO_MANY = `Use at most ${MAX_LINES}.`;

/** Only e-mail addresses have their primary value on the form; in other lists it stays as it was. */
function values(name: ListName, lines: ValueLine[], profile: Profile): MultiValue[] | undefined {
  const entered = lines.map(({ value, type, primary }) => {
    const { primary: was = false, type: _, ...known } = profile[name]?.find((one) => one.value === value) ?? {};
    const isPrimary = name === 'emails' ? primary : was;
    return { ...known, value, ...(type ? { type } : {}), ...(isPrimary ? { primary: true } : {}) };
  });
  return entered.length > 0 ? entered : undefined;
}

function addressesOf(lines: AddressLine[], { addresses: before = [] }: Profile): Address[] | undefined {
  const entered = lines.map((line) => {
    const parts = Object.entries(line).filter(([, part]) => part !== '');
    const wasPrimary = before.some(({ type = '', primary }) => primary && type === line.type);
    return { ...Object.fromEntries(parts), ...(wasPrimary ? { primary: true } : {}) };
  });
  return entered.length > 0 ? entered : undefined;
}

function photos(address: string, profile: Profile): MultiValue[] | undefined {
  const main = mainPhoto(profile);
  const others = (profile.photos ?? []).filter((photo) => photo !== main);
  const all = address === '' ? others : [{ type: 'photo', ...main, value: address }, ...others];
  return all.length > 0 ? all : undefined;
}

function valueLine({ value = '', type = '', primary = false }: MultiValue): ValueLine {
  return { value, type, primary };
}

function addressLine(address: Address): AddressLine {
  return Object.fromEntries(addressParts.map((part) => [part, address[part] ?? ''])) as AddressLine;
}

function record<Entry extends { name: string }, Value>(
  attributes: Entry[],
  value: (attribute: Entry) => Value,
): Record<Entry['name'], Value> {
  return Object.fromEntries(attributes.map((one) => [one.name, value(one)])) as Record<Entry['name'], Value>;
}
