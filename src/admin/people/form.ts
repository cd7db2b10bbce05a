import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../../errors.ts';
import {
  type AttributeList,
  fromAttributes,
  type PersonAttribute,
  personSections,
  type UserAttributes,
} from '../../people/attribute.ts';
import { addressParts } from '../../people/contact.ts';
import {
  type FormLine,
  type FormValue,
  type PersonInput,
  personInputOf,
  readPersonInput,
  textIn,
} from '../../people/form.ts';
import { searchUsers } from '../../store/userSearch.ts';
import { findUser, findUserByUserName, findUsersByEmail, type User } from '../../store/users.ts';
import { field, ticked } from '../../web/form.ts';

const MAX_LINES = 100;
const MAX_CHOICES = 8;

/** A person's form as it was sent. `manager` is the text in the search for one, with the people to choose from. */
export type SentForm = { input: PersonInput; manager?: string; choices?: User[]; errors?: FieldErrors };

const editable = fromAttributes((attributes) => attributes.filter((attribute) => attribute.editable !== 'never'));
const formSections = fromAttributes((attributes) =>
  Object.entries(personSections).map(([id, title]) => ({
    title,
    attributes: editable(attributes).filter(({ section }) => section === id),
  })),
);

/** Returns the form that a browser sent for a person. @param before the person, or emptyPerson */
export async function sentForm(deps: Deps, req: Request, before: UserAttributes): Promise<SentForm> {
  const input = inputIn(req, before, deps.attributes.list);
  const manager = field(req, 'manager').trim();
  const found = await findManager(deps, manager, field(req, 'managerId'));
  input.manager = found.id;
  return { input, manager, ...(found.error ? { choices: found.choices, errors: { manager: found.error } } : {}) };
}

/** Returns all errors of a form together with those that were found already. */
export function allErrors({ attributes }: Deps, { input, errors }: SentForm, before: UserAttributes): Checked<never> {
  const read = readPersonInput(input, before, attributes.list);
  return invalid({ ...(read.ok ? {} : read.errors), ...errors });
}

/** Returns what settings/people/fields.ejs needs besides the person's source. */
export async function formView({ store, attributes }: Deps, { input, manager, choices = [], errors = {} }: SentForm) {
  const managerId = textIn(input, 'manager');
  const managerPerson = managerId === '' ? undefined : await findUser(store.db, managerId);
  return {
    sections: formSections(attributes.list),
    input,
    errors,
    manager: manager ?? managerPerson?.userName ?? managerId,
    managerPerson,
    choices,
  };
}

/** Returns the labels of the attributes that differ, for use in a sentence. */
export function changedLabels({ attributes }: Deps, before: UserAttributes, after: UserAttributes): string[] {
  const [was, is] = [personInputOf(before, attributes.list), personInputOf(after, attributes.list)];
  return editable(attributes.list)
    .filter(({ name }) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map(({ label }) => inSentence(label));
}

function inputIn(req: Request, before: UserAttributes, attributes: AttributeList): PersonInput {
  const sent = editable(attributes).map((one) => [one.name, valueIn(req, one)]);
  return { ...personInputOf(before, attributes), ...Object.fromEntries(sent) };
}

function valueIn(req: Request, { name, type }: PersonAttribute): FormValue {
  switch (type) {
    case 'boolean':
      return ticked(req, name);
    case 'list':
      return linesIn(req, name, ['value', 'type'])
        .map((line, index) => (field(req, `${name}.primary`) === String(index) ? { ...line, primary: 'yes' } : line))
        .filter(({ value }) => value !== '');
    case 'addresses':
      return linesIn(req, name, addressParts).filter(({ type: _, ...parts }) => Object.values(parts).some(Boolean));
    default:
      return withoutCarriageReturns(field(req, name));
  }
}

/** The form sends how many lines it has. */
function linesIn(req: Request, name: string, parts: readonly string[]): FormLine[] {
  const count = Math.min(Number(field(req, `${name}.lines`)) || 0, MAX_LINES);
  const partIn = (index: number, part: string) => withoutCarriageReturns(field(req, `${name}.${index}.${part}`)).trim();
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(parts.map((part) => [part, partIn(index, part)])),
  );
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
