import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, invalid } from '../../errors.ts';
import type { UserAttributes } from '../../people/attribute.ts';
import { type PersonInput, personInputOf, readPersonInput } from '../../people/form.ts';
import { editableBy, type Locks, offeredTo } from '../../people/ownership.ts';
import { findPeopleIn, peopleNamedIn, type SentPeople } from '../../web/personFields.ts';
import { formSections, personInputIn } from '../../web/personForm.ts';

/** A person's form as it was sent. */
export type SentForm = { input: PersonInput } & Partial<SentPeople>;

const noLocks: Locks = new Map();

/** Returns the form that a browser sent for a person. @param before the person, or emptyPerson */
export async function sentForm(deps: Deps, req: Request, before: UserAttributes, locks = noLocks): Promise<SentForm> {
  const { list } = deps.attributes;
  const changing = editableBy('powerUser', list, locks);
  const input = personInputIn(req, changing, before, list);
  return { input, ...(await findPeopleIn(deps.store.db, req, changing, input, { includeOmitted: true })) };
}

/** Whether people named in a form were not found. */
export function hasErrors({ errors = {} }: SentForm): boolean {
  return Object.keys(errors).length > 0;
}

/** Returns all errors of a form together with those that were found already. */
export function allErrors(
  { attributes }: Deps,
  { input, errors = {} }: SentForm,
  before: UserAttributes,
): Checked<never> {
  const read = readPersonInput(input, before, attributes.list);
  return invalid({ ...(read.ok ? {} : read.errors), ...errors });
}

/** Returns what settings/people/fields.ejs needs. @param locks what profile sources own of the person */
export async function formView(
  { store, attributes: { list } }: Deps,
  { input, typed = {}, choices = {}, errors = {} }: SentForm,
  locks = noLocks,
) {
  const named = await peopleNamedIn(store.db, list, input);
  return { sections: formSections('powerUser', list, locks), input, errors, typed, named, choices };
}

/** Returns the labels of the attributes that differ, for use in a sentence. */
export function changedLabels({ attributes }: Deps, before: UserAttributes, after: UserAttributes): string[] {
  const [was, is] = [personInputOf(before, attributes.list), personInputOf(after, attributes.list)];
  return offeredTo('powerUser', attributes.list)
    .filter(({ name }) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map(({ label }) => inSentence(label));
}

/** 'Job title' becomes 'job title'; names and abbreviations stay as they are. */
function inSentence(label: string): string {
  return /^(LinkedIn|Facebook|Instagram|X )/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}
