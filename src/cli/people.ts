import { readFile } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { applyImport } from '../directory/applyImport.ts';
import { csvColumns, exportPeople } from '../directory/csvColumns.ts';
import { planImport } from '../directory/planImport.ts';
import type { CsvLimits } from '../directory/readCsv.ts';
import { accepted, type Call, type Command, type Output, Refused } from './command.ts';

const limits: CsvLimits = { bytes: 1024 ** 3, rows: 1_000_000 };
const WARNINGS_SHOWN = 100;

export const peopleCommands: Command[] = [
  {
    words: 'people import',
    operands: 'FILE',
    summary: 'Add and change people from a CSV file. Lines with errors are left out and named.',
    options: { 'dry-run': { help: 'Only say what the file would do.' } },
    notes: `The first line names the columns: ${csvColumns.join(', ')}.\nOnly userName has to be there. Missing columns and empty cells change nothing.`,
    run: importFile,
  },
  {
    words: 'people export',
    operands: '',
    summary: 'Print everybody as CSV, in the form that people import takes.',
    options: {},
    run: exportAll,
  },
];

async function importFile({ deps, operands: [path = ''], has }: Call): Promise<Output> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refused(
      error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${error.message}`,
    );
  });
  const plan = accepted(await planImport(deps, bytes, limits));
  const { counts } = plan;
  const errors = plan.lines.flatMap((line) =>
    line.kind === 'error' ? [{ line: line.line, reason: line.errors.join(' ') }] : [],
  );
  const applied = has('dry-run')
    ? { created: counts.create, changed: counts.change, refused: [] }
    : await applyImport(deps, plan);
  const { created, changed } = applied;
  const refused = [...errors, ...applied.refused];
  return {
    json: { created, changed, same: counts.same, refused, ignoredColumns: plan.ignored },
    text: has('dry-run')
      ? `Would add ${created}, change ${changed} and leave ${counts.same} as they are.`
      : `Added ${created}, changed ${changed}, left ${counts.same} as they are.`,
    warnings: [
      ...(plan.ignored.length > 0 ? [`Unknown columns are left out: ${plan.ignored.join(', ')}.`] : []),
      ...refused.slice(0, WARNINGS_SHOWN).map(({ line, reason }) => `Line ${line} was left out: ${reason}`),
      ...(refused.length > WARNINGS_SHOWN ? [`${refused.length} lines were left out in all; --json names each.`] : []),
    ],
  };
}

async function exportAll({ deps }: Call): Promise<Output> {
  const people = await Array.fromAsync(exportPeople(deps, { includeOmitted: true }));
  const text = stringify(people, { header: true, columns: [...csvColumns], escape_formulas: true });
  return { json: people, text: text.trimEnd() };
}
