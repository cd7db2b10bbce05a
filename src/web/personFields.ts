import type { Request } from 'express';
import type { Db } from '../db/open.ts';
import type { FieldErrors } from '../errors.ts';
import type { PersonAttribute } from '../people/attribute.ts';
import { linesOfCustom } from '../people/customValue.ts';
import { type PersonInput, textIn } from '../people/form.ts';
import type { UserSearch } from '../store/userPlan.ts';
import { searchUsers } from '../store/userSearch.ts';
import { findUser, findUserByUserName, findUsersByEmail, findUsersById, type User } from '../store/users.ts';
import { field } from './form.ts';

const MAX_CHOICES = 8;

/** What was typed to find people, by the attribute's name, with the people to choose from and errors. */
export type SentPeople = { typed: Record<string, string>; choices: Record<string, User[]>; errors: FieldErrors };

/** The ID of a person ('' for none), or an error and the people to choose from. */
type Found = { id: string; error?: string; choices?: User[] };

/**
 * Finds the people that a form names, and writes their IDs into its input.
 * @param among the people to search, besides exact user names and e-mail addresses
 */
export async function findPeopleIn(
  db: Db,
  req: Request,
  attributes: PersonAttribute[],
  input: PersonInput,
  among: UserSearch,
): Promise<SentPeople> {
  const sent: SentPeople = { typed: {}, choices: {}, errors: {} };
  for (const attribute of attributes.filter(({ type }) => type === 'person')) {
    const { name, custom } = attribute;
    const typed = field(req, name).replaceAll('\r\n', '\n').trim();
    sent.typed[name] = typed;
    const ids: string[] = [];
    for (const line of linesOfCustom(attribute, typed)) {
      const found = await findPerson(db, line, custom?.several ? '' : field(req, `${name}.id`), among);
      if (found.error) sent.errors[name] ??= custom?.several ? `“${line.slice(0, 40)}”: ${found.error}` : found.error;
      if (found.choices && !custom?.several) sent.choices[name] = found.choices;
      ids.push(found.id);
    }
    input[name] = ids.filter(Boolean).join('\n');
  }
  return sent;
}

/** Returns the people that a form names, by ID. */
export async function peopleNamedIn(
  db: Db,
  attributes: readonly PersonAttribute[],
  input: PersonInput,
): Promise<Map<string, User>> {
  const references = attributes.filter(({ type }) => type === 'person');
  return findUsersById(
    db,
    [...new Set(references.flatMap((one) => textIn(input, one.name).split('\n')))].filter(Boolean),
  );
}

/** Finds a person by user name, e-mail address, or words that only one person has. `chosen` is one of the choices shown before. */
async function findPerson(db: Db, typed: string, chosen: string, among: UserSearch): Promise<Found> {
  if (chosen !== '' && (await findUser(db, chosen))) return { id: chosen };
  const named = await findUserByUserName(db, typed);
  if (named) return { id: named.id };
  const [mailed, another] = await findUsersByEmail(db, typed);
  if (mailed && !another) return { id: mailed.id };
  const found = await searchUsers(db, { ...among, text: typed }, { limit: MAX_CHOICES });
  const [first, second] = found.rows;
  if (!first)
    return { id: '', error: 'No person matches. Enter a user name, an e-mail address or the start of a name.' };
  if (!second) return { id: first.id };
  const more = found.total > found.rows.length ? ' There are more: enter more of the name to find them.' : '';
  return { id: '', error: `Several people match. Select one.${more}`, choices: found.rows };
}
