import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Checked } from '../errors.ts';
import type { ItemOutcome, JobItem, NewJob } from '../store/jobs.ts';
import { loginKey, normalizeLoginName } from '../store/loginName.ts';
import { listSources, type ProfileSource } from '../store/profileSources.ts';
import { findEmailOwners, findUserByUserName, findUsersById, findUsersByUserNames, type User } from '../store/users.ts';
import { type AttributeList, emptyPerson, type UserAttributes } from './attribute.ts';
import { type Cells, cellsOf, csvHeaders, lockedError, managerIdOf, withCells } from './csv.ts';
import { type PeopleByName, peopleIn, withPeople, withStoredSpelling } from './csvReferences.ts';
import { readPersonInput } from './form.ts';
import { type Directory, errorIn, errorsInLine, invalidCells, type LineError, sentenceOf } from './importErrors.ts';
import { namedFirst, type Row } from './importOrder.ts';
import { LastPowerUser } from './lastPowerUser.ts';
import { addNameOwner, findNameOwners, type NameOwners, takenNames, USER_NAME_TAKEN } from './loginNames.ts';
import { type CsvLimits, type CsvRow, readCsv } from './readCsv.ts';
import { referencesOf, withManager } from './references.ts';
import { CHANGED_MEANWHILE, insertPerson, writePerson } from './users.ts';

/** What importing a line would do. `version` is that of the person it changes. */
export type PlannedLine = { line: number; userName: string } & (
  | { kind: 'error'; errors: LineError[] }
  | { kind: 'same' }
  | (Writable & { kind: 'create' })
  | (Writable & { kind: 'change'; version: number })
);
type Writable = { attributes: UserAttributes; manager: string; people?: PeopleByName; changes: CellChange[] };
type CellChange = { column: string; before: string; after: string };

/**
 * Reads a CSV file and returns the job that previews its import; createImport then carries it out. People are found by user name; missing columns and
 * empty cells change nothing.
 */
export async function readImport(
  bytes: Uint8Array,
  attributes: AttributeList,
  limits?: CsvLimits,
): Promise<Checked<NewJob>> {
  const file = await readCsv(bytes, attributes, limits);
  if (!file.ok) return file;
  const { ignored, rows } = file.value;
  const items = namedFirst(rows.map(withLoginNames), attributes);
  return { ok: true, value: { kind: 'preview', input: { ignored: ignored.join(', ') }, items } };
}

/** Finds out what importing some lines would do. */
export async function planLines(db: Db, deps: Deps, items: JobItem[]): Promise<ItemOutcome[]> {
  const rows = items.map(({ item }) => item as Row);
  const { list } = deps.attributes;
  const namesIn = ({ cells }: Row) => [
    cells.userName ?? '',
    cells.manager ?? '',
    cells.email ?? '',
    ...Object.values(peopleIn(cells, list)).flat(),
  ];
  const names = rows.flatMap(namesIn).filter(Boolean);
  const known = await findUsersByUserNames(db, names);
  const owners = await findEmailOwners(db, rows.map(({ cells }) => cells.userName ?? '').filter(Boolean));
  const named = [...known.values()].flatMap((person) => [managerIdOf(person), ...referencesOf(person, list)]);
  const managers = await findUsersById(db, [...new Set(named)].filter(Boolean));
  const sources = await listSources(db);
  return rows.map((row) => {
    const planned = planLine(row, { known, managers, owners, sources, attributes: list });
    const reason = planned.kind === 'error' ? { reason: sentenceOf(planned.errors) } : {};
    return { outcome: planned.kind, keep: planned, ...reason };
  });
}

/** Imports some lines as planned. Lines that cannot be imported are kept with the reason. */
export async function importLines(db: Db, deps: Deps, items: JobItem[]): Promise<ItemOutcome[]> {
  const lines = items.map(({ item }) => item as PlannedLine);
  const writable = lines.filter((line) => 'attributes' in line);
  const named = writable.flatMap(({ manager, people = {} }) => [manager, ...Object.values(people).flat()]);
  const owners = await findNameOwners(
    db,
    writable.map(({ attributes }) => attributes),
    named.filter(Boolean),
  );
  const sources = await listSources(db);
  const outcomes: ItemOutcome[] = [];
  for (const line of lines) outcomes.push(await importLine(db, deps, line, { owners, sources }));
  return outcomes;
}

/** The names that people log in with, as they are stored. */
function withLoginNames(row: CsvRow): CsvRow {
  const names = ['userName', 'email', 'manager'].filter((header) => row.cells[header]);
  const cells = names.map((header) => [header, normalizeLoginName(row.cells[header] ?? '')]);
  return { ...row, cells: { ...row.cells, ...Object.fromEntries(cells) } };
}

function planLine(row: Row, directory: Directory): PlannedLine {
  const { line, cells } = row;
  const { userName = '', manager = '' } = cells;
  const before = directory.known.get(loginKey(userName));
  const at = { line, userName };
  if (userName === '') return { ...at, kind: 'error', errors: [errorIn(row, 'userName', 'The user name is missing.')] };
  const input = withCells(before ?? emptyPerson, cells, directory.attributes);
  const read = readPersonInput(input, before ?? emptyPerson, directory.attributes);
  const errors = [
    ...errorsInLine(row, before, directory),
    ...(read.ok ? [] : invalidCells(row, read.errors, directory)),
  ];
  if (!read.ok || errors.length > 0) return { ...at, kind: 'error', errors };
  const attributes = read.value;
  const changes = changesOf(before, attributes, cells, directory);
  const people = peopleIn(cells, directory.attributes);
  if (!before) return { ...at, kind: 'create', attributes, manager, people, changes };
  if (changes.length === 0) return { ...at, kind: 'same' };
  const locked = lockedError(before, changes, directory);
  if (locked) return { ...at, kind: 'error', errors: [errorIn(row, locked.header, locked.sentence)] };
  return { ...at, kind: 'change', version: before.version, attributes, manager, people, changes };
}

/** The defaults of a new person are not changes. */
function changesOf(
  before: User | undefined,
  after: UserAttributes,
  cells: Cells,
  { managers, attributes }: Directory,
): CellChange[] {
  const manager = before ? (managers.get(managerIdOf(before))?.userName ?? '') : '';
  const named = cells.manager || manager;
  const was = cellsOf(before ?? emptyPerson, manager, attributes, managers);
  const is = {
    ...cellsOf(after, loginKey(named) === loginKey(manager) ? manager : named, attributes, managers),
    ...withStoredSpelling(peopleIn(cells, attributes), was),
  };
  return csvHeaders(attributes)
    .filter((column) => was[column] !== is[column])
    .map((column) => ({ column, before: (before && was[column]) ?? '', after: is[column] ?? '' }));
}

/** Who has the names of these lines, kept up to date, and the profile sources. */
type Owners = { owners: NameOwners; sources: ProfileSource[] };

async function importLine(db: Db, deps: Deps, planned: PlannedLine, owners: Owners): Promise<ItemOutcome> {
  const { kind, line, userName } = planned;
  if (kind === 'same') return { outcome: kind };
  if (planned.kind === 'error') return { outcome: kind, keep: planned, reason: sentenceOf(planned.errors) };
  const reason = await writeLine(db, deps, planned, owners);
  return reason ? { outcome: 'refused', keep: { line, userName }, reason } : { outcome: kind };
}

/** Writes a line. Returns why it could not be written, or undefined. */
async function writeLine(
  db: Db,
  deps: Deps,
  line: PlannedLine & { kind: 'create' | 'change' },
  { owners, sources }: Owners,
): Promise<string | undefined> {
  const before = await findUserByUserName(db, line.userName);
  const manager = owners.userNames.get(loginKey(line.manager));
  if (line.manager !== '' && !manager) return `Their manager ${line.manager} is not in the People Directory.`;
  const managed = manager ? withManager(line.attributes, manager.id) : line.attributes;
  const attributes = withPeople(managed, line.people ?? {}, owners, deps.attributes.list);
  if (typeof attributes === 'string') return attributes;
  if (line.kind === 'create') {
    if (before) return USER_NAME_TAKEN;
    const [taken] = Object.values(takenNames(owners, attributes));
    if (!taken) addNameOwner(owners, await insertPerson(db, deps, attributes, { sourceId: null, passwordHash: null }));
    return taken;
  }
  if (before?.version !== line.version) return CHANGED_MEANWHILE;
  const [taken] = Object.values(takenNames(owners, attributes, before));
  if (taken) return taken;
  const locked = lockedError(before, line.changes, { sources, attributes: deps.attributes.list });
  if (locked) return `${locked.header}: ${locked.sentence}`;
  try {
    const changed = await writePerson(db, deps, before, attributes);
    if (changed) addNameOwner(owners, changed);
    return changed ? undefined : CHANGED_MEANWHILE;
  } catch (error) {
    if (error instanceof LastPowerUser) return error.message;
    throw error;
  }
}
