import type { FieldErrors } from '../errors.ts';
import { loginKey } from '../store/loginName.ts';
import type { ProfileSource } from '../store/profileSources.ts';
import type { User } from '../store/users.ts';
import type { AttributeList } from './attribute.ts';
import { errorsByHeader, flagHeaders, flagOf } from './csv.ts';
import { peopleIn } from './csvReferences.ts';
import type { Row } from './importOrder.ts';
import { EMAIL_IS_USER_NAME, USER_NAME_IS_EMAIL } from './loginNames.ts';
import { OWN_MANAGER } from './users.ts';

const MOST_QUOTED = 60;
const UNKNOWN = 'No person with this user name is in the People Directory or the file.';

/** Why a line of a file is not imported: the header of the column ('' for the line), the value there, and a sentence. */
export type LineError = { column: string; value: string; sentence: string };

/**
 * The people of the directory that some lines name, by loginKey; the people named by these, by ID; who has a user name as e-mail
 * address; the profile sources; and the attributes that a person may have.
 */
export type Directory = {
  known: Map<string, User>;
  managers: Map<string, User>;
  owners: Map<string, string[]>;
  attributes: AttributeList;
  sources: ProfileSource[];
};

/** Returns an error in a column of a line. */
export function errorIn({ cells }: Row, column: string, sentence: string): LineError {
  return { column, value: cells[column] ?? '', sentence };
}

/** Returns the errors of a line as text: each names the column and quotes the value. */
export function sentenceOf(errors: LineError[]): string {
  return errors.map((error) => placeOf(error) + error.sentence).join(' ');
}

function placeOf({ column, value, sentence }: LineError): string {
  if (value === '') return '';
  if (sentence.startsWith('“')) return `${column}: `; // it quotes one of several values
  const shown = value.replace(/\s+/g, ' ');
  return `${column} “${shown.length > MOST_QUOTED ? `${shown.slice(0, MOST_QUOTED)}…` : shown}”: `;
}

/** Returns the errors of cells whose values the form refuses. */
export function invalidCells(row: Row, errors: FieldErrors, { attributes }: Directory): LineError[] {
  return Object.entries(errorsByHeader(errors, attributes)).map(([header, error]) => errorIn(row, header, error));
}

/** Returns what is wrong with a line besides the values of its cells. */
export function errorsInLine(
  row: Row,
  before: User | undefined,
  { known, owners, attributes }: Directory,
): LineError[] {
  const { cells, error, twin, namesake, listed = [] } = row;
  const { userName = '', manager = '', email = '' } = cells;
  const errors: LineError[] = [];
  const add = (header: string, sentence: string) => errors.push(errorIn(row, header, sentence));
  if (error) add('', error);
  if (twin !== undefined) add('userName', `Line ${twin} has the same user name.`);
  if (!before && owners.has(loginKey(userName))) add('userName', USER_NAME_IS_EMAIL);
  if (namesake !== undefined) add('email', `Line ${namesake} has this user name.`);
  else if (email !== '' && (known.get(loginKey(email)) ?? before) !== before) add('email', EMAIL_IS_USER_NAME);
  for (const header of flagHeaders(attributes))
    if (cells[header] && flagOf(cells[header]) === undefined) add(header, 'Enter yes or no.');
  const isUnknown = (name: string) => !known.has(loginKey(name)) && !listed.includes(loginKey(name));
  if (manager !== '' && isUnknown(manager)) add('manager', UNKNOWN);
  for (const [header, names] of Object.entries(peopleIn(cells, attributes)))
    for (const name of names.filter(isUnknown)) errors.push({ column: header, value: name, sentence: UNKNOWN });
  if (manager !== '' && loginKey(manager) === loginKey(before?.userName ?? userName)) add('manager', OWN_MANAGER);
  return errors;
}
