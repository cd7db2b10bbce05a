import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import { normalizeLoginName } from '../store/loginName.ts';
import type { Address, MultiValue, Profile } from '../store/profile.ts';
import { type AttributeList, fromAttributes, type PersonAttribute, type UserAttributes } from './attribute.ts';
import { addressParts, mainPhoto, primaryEmail, withFormatted } from './contact.ts';
import { customError, customOfText } from './customValue.ts';
import { textError } from './textError.ts';
import { listOf, setValue, storedValue, textOf } from './values.ts';

/**
 * A person as a form holds them, by the names of attributes: a text as typed, yes or no, or the lines of a list or of addresses
 * without empty lines. The photo is its address, the manager an ID.
 */
export type PersonInput = Record<string, FormValue>;
export type FormValue = string | boolean | FormLine[];

/** A value of a list (`value`, `type`, and `primary` if it is), or the parts of an address. */
export type FormLine = Record<string, string>;

const MAX_LINES = 20;

/** The attributes that a form can hold. */
const onForms = fromAttributes((attributes) => attributes.filter(({ type }) => type !== 'scimList'));

/** Returns what a person's form shows. */
export function personInputOf(person: UserAttributes, attributes: AttributeList): PersonInput {
  return Object.fromEntries(onForms(attributes).map((attribute) => [attribute.name, formValueOf(person, attribute)]));
}

/** Returns a text of a form, '' if there is none. */
export function textIn(input: PersonInput, name: string): string {
  const value = input[name];
  return typeof value === 'string' ? value.trim() : '';
}

/**
 * Checks a form against the person as they were. User name and e-mail addresses are normalized. Values that did not change are not checked: a profile source may have sent what the
 * form refuses. Attributes that no form shows stay as they are.
 * Errors are keyed by the field's name, `emails.0` for a line of a list.
 */
export function readPersonInput(
  entered: PersonInput,
  before: UserAttributes,
  attributes: AttributeList,
): Checked<UserAttributes> {
  const input = withLoginNames(entered, attributes);
  const shown = personInputOf(before, attributes);
  const errors: FieldErrors = Object.assign({}, ...onForms(attributes).map((one) => errorsOf(one, input, shown)));
  if (Object.keys(errors).length > 0) return invalid(errors);
  const person = { ...before };
  for (const attribute of onForms(attributes))
    setValue(person, attribute, toStored(attribute, input[attribute.name], before.profile));
  return { ok: true, value: { ...person, email: primaryEmail(person.profile) } };
}

/** Returns a person's form with the changes of some attributes only. */
export function onlyChangesOf(
  changing: AttributeList,
  input: PersonInput,
  before: UserAttributes,
  attributes: AttributeList,
): PersonInput {
  const changes = changing.map(({ name }) => [name, input[name]]);
  return { ...personInputOf(before, attributes), ...Object.fromEntries(changes) };
}

function formValueOf(person: UserAttributes, attribute: PersonAttribute): FormValue {
  switch (attribute.type) {
    case 'boolean':
      return storedValue(person, attribute) === true;
    case 'list':
      return listOf(person, attribute).map(({ value = '', type = '', primary }) => ({
        value,
        type,
        ...(primary ? { primary: 'yes' } : {}),
      }));
    case 'addresses':
      return (person.profile.addresses ?? []).map((address) =>
        Object.fromEntries(addressParts.map((part) => [part, address[part] ?? ''])),
      );
    default:
      return textOf(person, attribute);
  }
}

function withLoginNames(input: PersonInput, attributes: AttributeList): PersonInput {
  const names = onForms(attributes)
    .filter(({ isLoginName }) => isLoginName)
    .map(({ name }) => name);
  return { ...input, ...Object.fromEntries(names.map((name) => [name, normalized(input[name] ?? '')])) };
}

function normalized(value: FormValue): FormValue {
  if (typeof value === 'string') return normalizeLoginName(value);
  if (!Array.isArray(value)) return value;
  return value.map((line) => ({ ...line, value: normalizeLoginName(line.value ?? '') }));
}

function errorsOf(attribute: PersonAttribute, input: PersonInput, shown: PersonInput): FieldErrors {
  const { name, label, required } = attribute;
  const [value, before] = [input[name], shown[name]];
  if (Array.isArray(value)) return lineErrors(attribute, value, Array.isArray(before) ? before : []);
  const text = textIn(input, name);
  if (required && text === '') return { [name]: `Enter a ${label.toLowerCase()}.` };
  const check = attribute.custom ? customError : textError;
  const error = text === before ? undefined : check(attribute, text);
  return error ? { [name]: error } : {};
}

function lineErrors(attribute: PersonAttribute, lines: FormLine[], before: FormLine[]): FieldErrors {
  const { name } = attribute;
  const errors: FieldErrors = {};
  const known = new Set(before.map(({ value }) => value));
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const { value } = line;
    const key = value?.toLowerCase() ?? `${index}`; // addresses have no value, and may be equal
    const error = value !== undefined && known.has(value) ? undefined : lineError(attribute, line);
    if (seen.has(key) || error) errors[`${name}.${index}`] = error ?? 'This value is listed twice.';
    seen.add(key);
  }
  if (lines.length > Math.max(MAX_LINES, before.length)) errors[name] = `Use at most ${MAX_LINES}.`;
  return errors;
}

function lineError(attribute: PersonAttribute, line: FormLine): string | undefined {
  const errors = Object.values(line).map((part) => textError(attribute, part));
  const isEmail = attribute.name !== 'emails' || /^[^\s@]+@[^\s@]+$/.test(line.value ?? '');
  return errors.find(Boolean) ?? (isEmail ? undefined : 'Enter an e-mail address such as anna.berg@acme.com.');
}

function toStored(attribute: PersonAttribute, value: FormValue | undefined, before: Profile): unknown {
  if (Array.isArray(value))
    return attribute.type === 'addresses' ? addresses(value, before) : values(attribute, value, before);
  if (typeof value === 'boolean') return value || (attribute.isColumn ? false : undefined);
  const text = value?.trim() ?? '';
  if (attribute.custom) return customOfText(attribute, text);
  return attribute.type === 'photo' ? photos(text, before) : text || undefined;
}

/** Only e-mail addresses have their primary value on the form; in other lists it stays as it was. */
function values({ name }: PersonAttribute, lines: FormLine[], profile: Profile): MultiValue[] | undefined {
  const stored = (profile as Record<string, MultiValue[] | undefined>)[name] ?? [];
  const entered = lines.map(({ value = '', type, primary }) => {
    const { primary: was = false, type: _, ...known } = stored.find((one) => one.value === value) ?? {};
    const isPrimary = name === 'emails' ? Boolean(primary) : was;
    return { ...known, value, ...(type ? { type } : {}), ...(isPrimary ? { primary: true } : {}) };
  });
  return entered.length > 0 ? entered : undefined;
}

function addresses(lines: FormLine[], { addresses: before = [] }: Profile): Address[] | undefined {
  const entered = lines.map((line) => {
    const parts = Object.entries(line).filter(([, part]) => part !== '');
    const wasPrimary = before.some(({ type = '', primary }) => primary && type === line.type);
    return { ...Object.fromEntries(parts), ...(wasPrimary ? { primary: true } : {}) };
  });
  return withFormatted(entered, before);
}

function photos(address: string, profile: Profile): MultiValue[] | undefined {
  const main = mainPhoto(profile);
  const others = (profile.photos ?? []).filter((photo) => photo !== main);
  const all = address === '' ? others : [{ type: 'photo', ...main, value: address }, ...others];
  return all.length > 0 ? all : undefined;
}
