import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Checked, FieldErrors } from '../errors.ts';
import { caseKey } from '../store/caseKey.ts';
import type { ItemOutcome, JobItem, NewJob } from '../store/jobs.ts';
import { findUserByUserName, findUsersById, findUsersByUserNames, type User } from '../store/users.ts';
import { type Cells, type CsvColumn, cellsOf, csvColumns, flagOf, managerIdOf, withCells } from './csvColumns.ts';
import { nobody, readPersonInput } from './personInput.ts';
import { type CsvLimits, type CsvRow, readCsv } from './readCsv.ts';
import type { UserAttributes } from './userAttributes.ts';
import { insertPerson, isLastPowerUser, LAST_POWER_USER, writePerson } from './users.ts';

/** What a line of a file would do. `version` is that of the person whom it changes. */
export type PlannedLine = { line: number; userName: string } & (
  | { kind: 'error'; errors: string[] }
  | { kind: 'same' }
  | (Writable & { kind: 'create' })
  | (Writable & { kind: 'change'; version: number })
);
type Writable = { attributes: UserAttributes; manager: string; changes: CellChange[] };
export type CellChange = { column: CsvColumn; before: string; after: string };

/**
 * Reads a CSV file for a preview, a job that plans each line and changes nothing; createImport then carries it out. People are found by their user name; columns that are not in the file, and empty cells, change nothing.
 */
export async function readImport(bytes: Uint8Array, limits?: CsvLimits): Promise<Checked<NewJob>> {
  const file = await readCsv(bytes, limits);
  if (!file.ok) return file;
  const { ignored, rows } = file.value;
  return { ok: true, value: { kind: 'preview', input: { ignored: ignored.join(', ') }, items: managersFirst(rows) } };
}

/** Says of some lines what they would do. */
export async function planLines(db: Db, items: JobItem[]): Promise<ItemOutcome[]> {
  const rows = items.map(({ item }) => item as Row);
  const names = rows.flatMap(({ cells }) => [cells.userName ?? '', cells.manager ?? '']).filter(Boolean);
  const known = await findUsersByUserNames(db, names);
  const managers = await findUsersById(db, [...new Set([...known.values()].map(managerIdOf))].filter(Boolean));
  return rows.map((row) => {
    const planned = planLine(row, { known, managers });
    const reason = planned.kind === 'error' ? { reason: planned.errors.join(' ') } : {};
    return { outcome: planned.kind, keep: planned, ...reason };
  });
}

/** Does what was planned for some lines, each person as a whole. Lines with errors are kept with them. */
export async function importLines(db: Db, deps: Deps, items: JobItem[]): Promise<ItemOutcome[]> {
  const outcomes: ItemOutcome[] = [];
  for (const { item } of items) outcomes.push(await importLine(db, deps, item as PlannedLine));
  return outcomes;
}

/** A line with what only the whole file tells: the line that has the same user name already, and whether the manager is in the file. */
type Row = CsvRow & { twin?: number; managerListed?: boolean };

/** The lines, with managers before those who report to them, so that everybody is written with their manager at once. */
function managersFirst(rows: CsvRow[]): Row[] {
  const named = new Map<string, CsvRow>();
  for (const row of rows) {
    const key = caseKey(row.cells.userName ?? '');
    if (!named.has(key)) named.set(key, row);
  }
  const managerOf = ({ cells }: CsvRow) => (cells.manager ? named.get(caseKey(cells.manager)) : undefined);
  const ordered = new Set<CsvRow>();
  for (const row of rows) {
    const chain = new Set<CsvRow>();
    for (let at: CsvRow | undefined = row; at && !ordered.has(at) && !chain.has(at); at = managerOf(at)) chain.add(at);
    for (const one of [...chain].reverse()) ordered.add(one);
  }
  return [...ordered].map((row) => {
    const first = named.get(caseKey(row.cells.userName ?? ''));
    const twin = first && first !== row ? { twin: first.line } : {};
    return { ...row, ...twin, managerListed: managerOf(row) !== undefined };
  });
}

type Around = { known: Map<string, User>; managers: Map<string, User> };

function planLine(row: Row, around: Around): PlannedLine {
  const { line, cells } = row;
  const userName = cells.userName ?? '';
  const before = around.known.get(caseKey(userName));
  const at = { line, userName };
  if (userName === '') return { ...at, kind: 'error', errors: ['The user name is missing.'] };
  const faults = faultsOf(row, before, around);
  const read = readPersonInput(withCells(before ?? nobody, cells), before ?? nobody);
  if (!read.ok || faults.length > 0)
    return { ...at, kind: 'error', errors: [...faults, ...(read.ok ? [] : sentences(read.errors))] };
  const attributes = { ...read.value, active: flagOf(cells.active ?? '') ?? read.value.active };
  const manager = cells.manager ?? '';
  const changes = changesOf(before, attributes, cells, managerName(before, around));
  if (!before) return { ...at, kind: 'create', attributes, manager, changes };
  if (changes.length === 0) return { ...at, kind: 'same' };
  if (before.sourceId !== null)
    return { ...at, kind: 'error', errors: ['A profile source manages this person. Change them there.'] };
  return { ...at, kind: 'change', version: before.version, attributes, manager, changes };
}

function faultsOf({ cells, fault, twin, managerListed }: Row, before: User | undefined, { known }: Around): string[] {
  const { userName = '', manager = '', active = '', omitFromSearch = '' } = cells;
  const faults = fault ? [fault] : [];
  if (twin !== undefined) faults.push(`Line ${twin} has this user name already.`);
  if (active !== '' && flagOf(active) === undefined) faults.push('active: Enter yes or no.');
  if (omitFromSearch !== '' && flagOf(omitFromSearch) === undefined) faults.push('omitFromSearch: Enter yes or no.');
  if (manager !== '' && !known.has(caseKey(manager)) && !managerListed)
    faults.push('manager: Nobody has this user name, neither here nor in the file.');
  if (manager !== '' && caseKey(manager) === caseKey(before?.userName ?? userName))
    faults.push('manager: Nobody is their own manager.');
  return faults;
}

/** What everybody begins with is no news of a new person. */
function changesOf(
  before: User | undefined,
  after: UserAttributes,
  cells: Partial<Cells>,
  manager: string,
): CellChange[] {
  const sameManager =
    cells.manager === undefined || cells.manager === '' || caseKey(cells.manager) === caseKey(manager);
  const was = cellsOf(before ?? nobody, manager);
  const is = cellsOf(after, sameManager ? manager : (cells.manager ?? ''));
  return csvColumns
    .filter((column) => was[column] !== is[column])
    .map((column) => ({ column, before: before ? was[column] : '', after: is[column] }));
}

function managerName(before: User | undefined, { managers }: Around): string {
  return before ? (managers.get(managerIdOf(before))?.userName ?? '') : '';
}

function sentences(errors: FieldErrors): string[] {
  return Object.entries(errors).map(([name, sentence]) => `${columnName(name)}: ${sentence}`);
}

function columnName(field: string): string {
  if (field.startsWith('emails')) return 'email';
  if (field.startsWith('phoneNumbers')) return 'phone';
  return field.startsWith('addresses') ? 'address' : field;
}

async function importLine(db: Db, deps: Deps, planned: PlannedLine): Promise<ItemOutcome> {
  const { kind, line, userName } = planned;
  const left = (outcome: string, reason: string) => ({ outcome, keep: { line, userName }, reason });
  if (planned.kind === 'same') return { outcome: kind };
  if (planned.kind === 'error') return left(kind, planned.errors.join(' '));
  const reason = await writeLine(db, deps, planned);
  return reason ? left('refused', reason) : { outcome: kind };
}

/** Why a line could not be written, or undefined. */
async function writeLine(
  db: Db,
  deps: Deps,
  line: PlannedLine & { kind: 'create' | 'change' },
): Promise<string | undefined> {
  const before = await findUserByUserName(db, line.userName);
  const boss = line.manager === '' ? undefined : await findUserByUserName(db, line.manager);
  if (line.manager !== '' && !boss) return `Their manager ${line.manager} is not in the People Directory.`;
  const attributes = boss ? withManager(line.attributes, boss.id) : line.attributes;
  if (line.kind === 'create') {
    if (before) return 'Somebody has this user name already.';
    await insertPerson(db, deps, attributes, { sourceId: null, passwordHash: null });
    return undefined;
  }
  if (before?.version !== line.version) return 'Somebody else changed this person meanwhile.';
  const losesPower = attributes.userType !== 'Power User' || !attributes.active;
  if (losesPower && (await isLastPowerUser(db, before))) return LAST_POWER_USER;
  const changed = await writePerson(db, deps, before, attributes);
  return changed ? undefined : 'Somebody else changed this person meanwhile.';
}

function withManager(attributes: UserAttributes, managerId: string): UserAttributes {
  const { profile } = attributes;
  return {
    ...attributes,
    profile: { ...profile, enterprise: { ...profile.enterprise, manager: { value: managerId } } },
  };
}
