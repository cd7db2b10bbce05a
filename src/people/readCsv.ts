import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { type Checked, invalid } from '../errors.ts';
import type { AttributeList } from './attribute.ts';
import { type Cells, headerOf } from './csv.ts';
import { withoutApostrophes } from './spreadsheet.ts';

/** How large a file may be. */
export type CsvLimits = { bytes: number; rows: number };
/** The limits of an upload. */
export const formLimits: CsvLimits = { bytes: 15 * 1024 * 1024, rows: 100_000 };
const CHUNK = 32_768;

/** A file of people: its unknown columns and its lines. */
type CsvFile = { ignored: string[]; rows: CsvRow[] };
/** A line with its cells by header; `line` counts from 1, the header line. `error` is what is wrong with the line itself. */
export type CsvRow = { line: number; cells: Cells; error?: string };

/** Reads a CSV file (UTF-8; comma, semicolon or tab between the cells). Errors are keyed `file`. */
export async function readCsv(
  bytes: Uint8Array,
  attributes: AttributeList,
  limits: CsvLimits = formLimits,
): Promise<Checked<CsvFile>> {
  if (bytes.length > limits.bytes)
    return invalid({ file: `The file is larger than ${Math.floor(limits.bytes / 1024 / 1024)} MB. Split it.` });
  const text = decoded(bytes);
  if (text === undefined)
    return invalid({ file: 'The file is not UTF-8 text. Save it as “CSV UTF-8” and select it again.' });
  const parsed = await parsedRows(text);
  if (typeof parsed === 'string') return invalid({ file: parsed });
  const [header, ...lines] = parsed;
  if (!header) return invalid({ file: 'The file is empty.' });
  const headers = header.record.map((name) => headerOf(name, attributes));
  const twice = headers.find((one, index) => one !== undefined && headers.indexOf(one) !== index);
  if (twice) return invalid({ file: `The file has two columns ${twice}.` });
  if (!headers.includes('userName'))
    return invalid({ file: 'The first line must name the columns, and one of them must be userName.' });
  if (lines.length > limits.rows)
    return invalid({ file: `The file has more than ${limits.rows.toLocaleString('en')} people. Split it.` });
  return {
    ok: true,
    value: {
      ignored: header.record.filter((name, index) => headers[index] === undefined && name.trim() !== ''),
      rows: lines.map(({ record, info }) => rowOf(headers, record, info.lines)),
    },
  };
}

type Parsed = { record: string[]; info: { lines: number } };

async function parsedRows(text: string): Promise<Parsed[] | string> {
  const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, max_record_size: 200_000 };
  const parser = Readable.from(piecesOf(text)).pipe(parse({ ...options, delimiter: delimiterOf(text) }));
  const rows: Parsed[] = [];
  try {
    for await (const row of parser) rows.push(row);
    return rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return `Line ${Number((error as { lines?: number }).lines ?? 0)} cannot be read: a quotation mark is missing or in the wrong place.`;
  }
}

/** Yields a long text in pieces, so that other requests run in between. */
async function* piecesOf(text: string): AsyncIterableIterator<string> {
  for (let start = 0; start < text.length; start += CHUNK) {
    yield text.slice(start, start + CHUNK);
    await setImmediate();
  }
}

/** Returns the separator that occurs most often in the first line. */
function delimiterOf(text: string): string {
  const [line = ''] = text.split('\n', 1);
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: line.split(mark).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).mark;
}

function rowOf(headers: (string | undefined)[], record: string[], line: number): CsvRow {
  const cells: Cells = {};
  for (const [index, header] of headers.entries())
    if (header) cells[header] = withoutApostrophes((record[index] ?? '').trim());
  return record.length > headers.length
    ? { line, cells, error: 'The line has more cells than the first line has columns.' }
    : { line, cells };
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
