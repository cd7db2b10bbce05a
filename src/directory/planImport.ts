import { createHash } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { Checked, FieldErrors } from '../errors.ts';
import { caseKey } from '../store/caseKey.ts';
import { findUsersByUserNames } from '../store/userNames.ts';
import { findUsersById, type User } from '../store/users.ts';
import { type Cells, type CsvColumn, cellsOf, csvColumns, flagOf, managerIdOf, withCells } from './csvColumns.ts';
import { nobody, readPersonInput } from './personInput.ts';
import { type CsvLimits, type CsvRow, readCsv } from './readCsv.ts';
import type { UserAttributes } from './userAttributes.ts';

const LINES_AT_ONCE = 200;

/** What an import would do, line by line. Nothing is written. `digest` names exactly this plan. */
export type ImportPlan = {
  columns: CsvColumn[];
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
  const { columns, ignored, rows } = file.value;
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
  return { ok: true, value: { columns, ignored, lines, counts, digest: digestOf(lines) } };
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

function changesOf(
  before: User | undefined,
  after: UserAttributes,
  cells: Partial<Cells>,
  manager: string,
): CellChange[] {
  const sameManager =
    cells.manager === undefined || cells.manager === '' || caseKey(cells.manager) === caseKey(manager);
  const was = before ? cellsOf(before, manager) : undefined;
  const is = cellsOf(after, sameManager ? manager : (cells.manager ?? ''));
  return csvColumns
    .filter((column) => (was?.[column] ?? '') !== is[column] && !(was === undefined && isInitial(column, is)))
    .map((column) => ({ column, before: was?.[column] ?? '', after: is[column] }));
}

/** What everybody begins with is no news of a new person. */
function isInitial(column: CsvColumn, cells: Cells): boolean {
  const initial = cellsOf(nobody, '');
  return cells[column] === initial[column];
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
