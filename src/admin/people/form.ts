import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../../errors.ts';
import type { UserAttributes } from '../../people/attribute.ts';
import { type PersonInput, personInputOf, readPersonInput, textIn } from '../../people/form.ts';
import { editableBy, type Locks, offeredTo } from '../../people/ownership.ts';
import { searchUsers } from '../../store/userSearch.ts';
import { findUser, findUserByUserName, findUsersByEmail, type User } from '../../store/users.ts';
import { field } from '../../web/form.ts';
import { formSections, personInputIn } from '../../web/personForm.ts';

const MAX_CHOICES = 8;

/** A person's form as it was sent. `manager` is the text in the search for one, with the people to choose from. */
export type SentForm = { input: PersonInput; manager?: string; choices?: User[]; errors?: FieldErrors };

const noLocks: Locks = new Map();

/** Returns the form that a browser sent for a person. @param before the person, or emptyPerson */
export async function sentForm(deps: Deps, req: Request, before: UserAttributes, locks = noLocks): Promise<SentForm> {
  const input = personInputIn(req, editableBy('powerUser', deps.attributes.list, locks), before, deps.attributes.list);
  if (locks.has('manager')) return { input };
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

/** Returns what settings/people/fields.ejs needs. @param locks what profile sources own of the person */
export async function formView(
  { store, attributes }: Deps,
  { input, manager, choices = [], errors = {} }: SentForm,
  locks = noLocks,
) {
  const managerId = textIn(input, 'manager');
  const managerPerson = managerId === '' ? undefined : await findUser(store.db, managerId);
  return {
    sections: formSections('powerUser', attributes.list, locks),
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
  return offeredTo('powerUser', attributes.list)
    .filter(({ name }) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map(({ label }) => inSentence(label));
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
