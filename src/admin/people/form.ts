import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../../errors.ts';
import { personSections, type UserAttributes } from '../../people/attribute.ts';
import { flagAttributes, listAttributes, personAttributes, textAttributes } from '../../people/attributes.ts';
import { addressParts } from '../../people/contact.ts';
import {
  type AddressLine,
  inputValue,
  type PersonInput,
  personInputOf,
  readPersonInput,
  type ValueLine,
} from '../../people/form.ts';
import { searchUsers } from '../../store/userSearch.ts';
import { findUser, findUserByUserName, findUsersByEmail, type User } from '../../store/users.ts';
import { field, ticked } from '../../web/form.ts';

const MAX_LINES = 100;
const MAX_CHOICES = 8;

/** A person's form as it was sent. `manager` is the text in the search for one, with the people to choose from. */
export type SentForm = { input: PersonInput; manager?: string; choices?: User[]; errors?: FieldErrors };

const editable = personAttributes.filter((attribute) => attribute.editable !== 'never');
const formSections = Object.entries(personSections).map(([id, title]) => ({
  title,
  attributes: editable.filter(({ section }) => section === id),
}));

/** Returns the form that a browser sent for a person. @param before the person, or emptyPerson */
export async function sentForm(deps: Deps, req: Request, before: UserAttributes): Promise<SentForm> {
  const input = inputIn(req, before);
  const manager = field(req, 'manager').trim();
  const found = await findManager(deps, manager, field(req, 'managerId'));
  input.texts.manager = found.id;
  return { input, manager, ...(found.error ? { choices: found.choices, errors: { manager: found.error } } : {}) };
}

/** Returns all errors of a form together with those that were found already. */
export function allErrors({ input, errors }: SentForm, before: UserAttributes): Checked<never> {
  const read = readPersonInput(input, before);
  return invalid({ ...(read.ok ? {} : read.errors), ...errors });
}

/** Returns what settings/people/fields.ejs needs besides the person's source. */
export async function formView({ store }: Deps, { input, manager, choices = [], errors = {} }: SentForm) {
  const managerId = input.texts.manager;
  const managerPerson = managerId === '' ? undefined : await findUser(store.db, managerId);
  return {
    sections: formSections,
    input,
    errors,
    manager: manager ?? managerPerson?.userName ?? managerId,
    managerPerson,
    choices,
  };
}

/** Returns the labels of the attributes that differ, for use in a sentence. */
export function changedLabels(before: PersonInput, after: PersonInput): string[] {
  const differs = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  return editable
    .filter((attribute) => differs(inputValue(before, attribute), inputValue(after, attribute)))
    .map(({ label }) => inSentence(label));
}

function inputIn(req: Request, before: UserAttributes): PersonInput {
  const input = personInputOf(before);
  for (const { name, editable } of textAttributes)
    if (editable !== 'never') input.texts[name] = withoutCarriageReturns(field(req, name));
  for (const { name, editable } of flagAttributes) if (editable !== 'never') input.flags[name] = ticked(req, name);
  for (const { name } of listAttributes) input.lists[name] = listIn(req, name);
  input.addresses = addressesIn(req);
  return input;
}

function listIn(req: Request, name: string): ValueLine[] {
  const primary = field(req, `${name}.primary`);
  return indexes(req, `${name}.lines`)
    .map((index) => ({
      value: field(req, `${name}.${index}.value`).trim(),
      type: field(req, `${name}.${index}.type`).trim().slice(0, 64),
      primary: primary === String(index),
    }))
    .filter((line) => line.value !== '');
}

function addressesIn(req: Request): AddressLine[] {
  return indexes(req, 'addresses.lines')
    .map((index) => {
      const partIn = (part: string) => withoutCarriageReturns(field(req, `addresses.${index}.${part}`)).trim();
      return Object.fromEntries(addressParts.map((part) => [part, partIn(part)])) as AddressLine;
    })
    .filter((line) => addressParts.some((part) => part !== 'type' && line[part] !== ''));
}

/** The form sends how many lines it has. */
function indexes(req: Request, name: string): number[] {
  const count = Math.min(Number(field(req, name)) || 0, MAX_LINES);
  return Array.from({ length: count }, (_, index) => index);
}

/** Browsers send line breaks as CR LF. */
function withoutCarriageReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** The manager's ID ('' for none), or an error and the people to choose from. */
type FoundManager = { id: string; error?: string; choices?: User[] };

/** Finds a manager by user name, e-mail address, or words that only one person has. `chosen` is one of the choices shown before. */
async function findManager({ store }: Deps, typed: string, chosen: string): Promise<FoundManager> {
  if (typed === '') return { id: '' };
  if (chosen !== '' && (await findUser(store.db, chosen))) return { id: chosen };
  const named = await findUserByUserName(store.db, typed);
  if (named) return { id: named.id };
  const [mailed, another] = await findUsersByEmail(store.db, typed);
  if (mailed && !another) return { id: mailed.id };
  const found = await searchUsers(store.db, { text: typed, includeOmitted: true }, { limit: MAX_CHOICES });
  const [first, second] = found.rows;
  if (!first)
    return { id: '', error: 'No person matches. Enter a user name, an e-mail address or the start of a name.' };
  if (!second) return { id: first.id };
  const more = found.total > found.rows.length ? ' There are more: enter more of the name to find them.' : '';
  return { id: '', error: `Several people match. Select one.${more}`, choices: found.rows };
}

/** 'Job title' becomes 'job title'; names and abbreviations stay as they are. */
function inSentence(label: string): string {
  return /^(LinkedIn|Facebook|Instagram|X )/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}
