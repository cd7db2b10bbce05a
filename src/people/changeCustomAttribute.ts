import { setImmediate } from 'node:timers/promises';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Checked, FieldErrors } from '../errors.ts';
import { type ItemOutcome, type Job, type JobItem, type NewJob, newItems } from '../store/jobs.ts';
import { countMarked, findMarked } from '../store/marked.ts';
import { findUsersById, type User } from '../store/users.ts';
import type { AttributeList, UserAttributes } from './attribute.ts';
import { deleteCustomAttribute, saveCustomAttribute, toPersonAttribute } from './customAttributes.ts';
import { customError, customOfText } from './customValue.ts';
import type { CustomAttribute } from './definition.ts';
import { lockUser, writePerson } from './users.ts';
import { setValue, textOf } from './values.ts';

const PAGE = 500;

/** An attribute, and the job that brings people's values in line with it if there are any to change. */
export type ChangedAttribute = { attribute: CustomAttribute; job: NewJob | undefined };

/**
 * Changes an attribute. Its values must fit the new type and choices: nothing is lost. Errors are keyed by field.
 * @throws NotFound, Conflict
 */
export async function changeCustomAttribute(
  deps: Deps,
  id: string,
  input: Record<string, unknown>,
): Promise<Checked<ChangedAttribute>> {
  const saved = await saveCustomAttribute(deps, id, input, (before, after) => lossErrors(deps, before, after));
  if (!saved.ok) return saved;
  const { before, after } = saved.value;
  const isSame = before.type === after.type && before.several === after.several;
  const job = isSame && before.searchable === after.searchable ? undefined : await jobFor(deps, after, 'change');
  return { ok: true, value: { attribute: after, job } };
}

/** Removes an attribute with its values: they are no longer shown at once, and the job deletes them. @throws NotFound, Conflict */
export async function removeCustomAttribute(deps: Deps, id: string): Promise<ChangedAttribute> {
  const attribute = await deleteCustomAttribute(deps, id);
  return { attribute, job: await jobFor(deps, attribute, 'removal') };
}

/** Returns the next people who have a value for the attribute of a job. */
export async function nextWithValue(db: Db, { input, processed }: Job, limit: number): Promise<JobItem[]> {
  return newItems(await findMarked(db, input.id ?? '', { after: input.after ?? '', limit }), processed);
}

/** Brings people's values in line with the attributes in force, and remembers in the job how far it came. */
export async function rewriteValues(db: Db, deps: Deps, items: JobItem[], job: Job): Promise<ItemOutcome[]> {
  for (const { item } of items) {
    const person = await lockUser(db, String(item));
    if (person) await writePerson(db, deps, person, withValuesInForce(person, deps.attributes.list));
  }
  job.input = { ...job.input, after: String(items.at(-1)?.item ?? '') };
  return items.map(() => ({ outcome: 'done' }));
}

async function jobFor(
  { store }: Deps,
  { id, label }: CustomAttribute,
  after: 'change' | 'removal',
): Promise<NewJob | undefined> {
  const total = await countMarked(store.db, id);
  const input = { id, name: label, reason: after, back: '/settings/attributes' };
  return total === 0 ? undefined : { kind: 'attribute', input, total };
}

/** Returns an error if the values of some people do not fit a changed attribute. */
async function lossErrors(deps: Deps, before: CustomAttribute, after: CustomAttribute): Promise<FieldErrors> {
  const [was, is] = [toPersonAttribute(before), toPersonAttribute(after)];
  const keepsType = before.type === after.type;
  const keepsChoices = before.choices.every((choice) => after.choices.includes(choice));
  if (keepsType && keepsChoices && (after.several || !before.several)) return {};
  const isPerson = !keepsType && (before.type === 'person' || after.type === 'person');
  let [lost, example] = [0, ''];
  for await (const person of peopleWithValue(deps, before.id)) {
    const text = textOf(person, was);
    const fits = !isPerson && customError(is, text) === undefined;
    if (fits) continue;
    lost += 1;
    example ||= text.replaceAll('\n', ', ').slice(0, 40);
  }
  if (lost === 0) return {};
  const people = lost === 1 ? 'The value of 1 person' : `The values of ${lost.toLocaleString('en')} people`;
  const shown = isPerson ? '' : `, such as “${example}”`;
  const field = !keepsType ? 'type' : keepsChoices ? 'several' : 'choices';
  return { [field]: `${people} would be lost${shown}. Change them first, or add another attribute.` };
}

async function* peopleWithValue({ store }: Deps, id: string): AsyncIterableIterator<User> {
  let after: string | undefined = '';
  while (after !== undefined) {
    const ids: string[] = await findMarked(store.db, id, { after, limit: PAGE });
    yield* (await findUsersById(store.db, ids)).values();
    await setImmediate(); // lets other requests run between two pages
    after = ids.length < PAGE ? undefined : ids.at(-1);
  }
}

function withValuesInForce(person: User, attributes: AttributeList): UserAttributes {
  const { custom: _, ...profile } = person.profile;
  const changed: User = { ...person, profile };
  for (const attribute of attributes.filter(({ custom }) => custom)) {
    const text = textOf(person, attribute);
    if (customError(attribute, text) === undefined) setValue(changed, attribute, customOfText(attribute, text));
  }
  return changed;
}
