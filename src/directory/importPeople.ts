import { createHash } from 'node:crypto';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Checked, FieldErrors } from '../errors.ts';
import { caseKey } from '../store/caseKey.ts';
import { findUsersByUserNames } from '../store/userNames.ts';
import { findUser, findUsersById, type User } from '../store/users.ts';
import { inSteps } from './bulkPeople.ts';
import { type Cells, type CsvColumn, cellsOf, csvColumns, flagOf, managerIdOf, withCells } from './csvColumns.ts';
import { nobody, readPersonInput } from './personInput.ts';
import { type CsvLimits, type CsvRow, readCsv } from './readCsv.ts';
import type { UserAttributes } from './userAttributes.ts';
import { insertPerson, isLastPowerUser, LAST_POWER_USER, writePerson } from './users.ts';

const LINES_AT_ONCE = 200;
const PEOPLE_AT_ONCE = 100;

/** What an import would do, line by line. Nothing is written. `digest` names exactly this plan. */
export type ImportPlan = {
  ignored: string[]; // headers that are no column's
  lines: PlannedLine[];
  counts: Record<PlannedLine['kind'], number>;
  digest: string;
};

export type PlannedLine = { line: number; userName: string } & (
  | { kind: 'error'; errors: string[] }
  | { kind: 'same' }
  | { kind: 'create'; attributes: UserAttributes; manager: string; changes: CellChange[] }
  | { kind: 'change'; before: User; attributes: UserAttributes; manager: string; changes: CellChange[] }
);
export type CellChange = { column: CsvColumn; before: string; after: string };

/** Reads a CSV file and says what it would do. People are found by their user name; columns that are not in the file, and empty cells, change nothing. */
export async function planImport({ store }: Deps, bytes: Uint8Array, limits?: CsvLimits): Promise<Checked<ImportPlan>> {
  const file = readCsv(bytes, limits);
  if (!file.ok) return file;
  const { ignored, rows } = file.value;
  const names = rows.flatMap(({ cells }) => [cells.userName ?? '', cells.manager ?? '']).filter(Boolean);
  const known = await findUsersByUserNames(store.db, names);
  const managers = await findUsersById(store.db, [...new Set([...known.values()].map(managerIdOf))].filter(Boolean));
  const inFile = new Map<string, number>();
  for (const { line, cells } of rows) {
    const key = caseKey(cells.userName ?? '');
    if (!inFile.has(key)) inFile.set(key, line);
  }
  const lines: PlannedLine[] = [];
  for (const row of rows) {
    lines.push(planLine(row, { known, managers, inFile }));
    if (lines.length % LINES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve)); // others have their turn
  }
  const counts = { create: 0, change: 0, same: 0, error: 0 };
  for (const { kind } of lines) counts[kind] += 1;
  return { ok: true, value: { ignored, lines, counts, digest: digestOf(lines) } };
}

/** What an import did; `refused` are the lines that could not be done when their turn came. */
export type ImportResult = { created: number; changed: number; refused: { line: number; reason: string }[] };

/** Carries a plan out. Lines with errors are left out. */
export async function applyImport(deps: Deps, plan: ImportPlan): Promise<ImportResult> {
  const result: ImportResult = { created: 0, changed: 0, refused: [] };
  const lines = plan.lines.filter((line): line is Doable => line.kind === 'create' || line.kind === 'change');
  const reasons = await inSteps(deps, lines, PEOPLE_AT_ONCE, (trx, line) => writeLine(trx, deps, line));
  for (const [index, { line, kind }] of lines.entries()) {
    const reason = reasons[index];
    if (reason) result.refused.push({ line, reason });
    else result[kind === 'create' ? 'created' : 'changed'] += 1;
  }
  await writeManagers(deps, lines);
  return result;
}

type Around = { known: Map<string, User>; managers: Map<string, User>; inFile: Map<string, number> };

function planLine({ line, cells, fault }: CsvRow, around: Around): PlannedLine {
  const userName = cells.userName ?? '';
  const before = around.known.get(caseKey(userName));
  const at = { line, userName };
  const faults = [...(fault ? [fault] : []), ...faultsOf(line, cells, before, around)];
  if (userName === '') return { ...at, kind: 'error', errors: ['The user name is missing.'] };
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
  return { ...at, kind: 'change', before, attributes, manager, changes };
}

function faultsOf(line: number, cells: Partial<Cells>, before: User | undefined, { known, inFile }: Around): string[] {
  const { userName = '', manager = '', active = '', omitFromSearch = '' } = cells;
  const faults: string[] = [];
  const first = inFile.get(caseKey(userName));
  if (first !== undefined && first !== line) faults.push(`Line ${first} has this user name already.`);
  if (active !== '' && flagOf(active) === undefined) faults.push('active: Enter yes or no.');
  if (omitFromSearch !== '' && flagOf(omitFromSearch) === undefined) faults.push('omitFromSearch: Enter yes or no.');
  if (manager !== '' && !known.has(caseKey(manager)) && !inFile.has(caseKey(manager)))
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

function digestOf(lines: PlannedLine[]): string {
  const hash = createHash('sha256');
  for (const line of lines)
    hash.update(
      JSON.stringify([
        line.line,
        line.kind,
        line.userName,
        line.kind === 'change' ? [line.before.version, line.changes] : 0,
      ]),
    );
  return hash.digest('base64url');
}

type Doable = PlannedLine & { kind: 'create' | 'change' };
/** Why a line could not be written, or undefined. */
async function writeLine(db: Db, deps: Deps, line: Doable): Promise<string | undefined> {
  const [taken] = (await findUsersByUserNames(db, [line.userName])).values();
  if (line.kind === 'create') {
    if (taken) return 'Somebody has this user name already.';
    await insertPerson(db, deps, line.attributes, { sourceId: null, passwordHash: null });
    return undefined;
  }
  const { before, attributes } = line;
  const losesPower = attributes.userType !== 'Power User' || !attributes.active;
  if (losesPower && (await isLastPowerUser(db, before))) return LAST_POWER_USER;
  const changed = await writePerson(db, deps, before, attributes);
  return changed ? undefined : 'Somebody else changed this person meanwhile.';
}

/** Managers come last: they may be people of the same file. */
async function writeManagers(deps: Deps, lines: Doable[]): Promise<void> {
  const named = lines.filter((line) => line.manager !== '');
  for (let start = 0; start < named.length; start += PEOPLE_AT_ONCE) {
    const some = named.slice(start, start + PEOPLE_AT_ONCE);
    await deps.store.db.transaction().execute(async (trx) => {
      const people = await findUsersByUserNames(
        trx,
        some.flatMap(({ userName, manager }) => [userName, manager]),
      );
      for (const { userName, manager } of some) {
        const person = people.get(caseKey(userName));
        const boss = people.get(caseKey(manager));
        if (person && boss && managerIdOf(person) !== boss.id) await writeManager(trx, deps, person.id, boss.id);
      }
    });
  }
}

async function writeManager(db: Db, deps: Deps, id: string, managerId: string): Promise<void> {
  const person = await findUser(db, id);
  if (!person) return;
  const { profile } = person;
  const enterprise = { ...profile.enterprise, manager: { value: managerId } };
  const changes: Partial<UserAttributes> = { profile: { ...profile, enterprise } };
  await writePerson(db, deps, person, changes);
}
