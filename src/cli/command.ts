import { readFile } from 'node:fs/promises';
import type { Deps } from '../deps.ts';
import type { Checked } from '../errors.ts';
import { runJob } from '../jobs/worker.ts';
import type { Job } from '../store/jobs.ts';

const PROGRESS_FROM = 1_000;

/** One command of the command line. */
export type Command = {
  name: string; // 'domain set'
  operands: string; // 'URL', 'IDP KEY=VALUE…' (the last one may repeat), '' for none
  summary: string;
  options?: Record<string, Option>;
  notes?: string; // more text for --help
  run(call: Call): Promise<Output>;
};

/** An option. `value` is the placeholder of its value; an option without one is a switch. */
export type Option = { value?: string; help: string };

/** The operands, options and input of one call. */
export type Call = {
  deps: Deps;
  operands: string[];
  text(option: string): string | undefined;
  has(option: string): boolean;
  input(): Promise<Buffer>; // all of standard input
  progress(text: string): void; // a line on standard error; on a terminal, the next one replaces it
};

/** What a command prints: `json` with --json, otherwise `text`. Warnings go to standard error. `exitCode` is 0 if it is not specified. */
export type Output = { json: unknown; text: string; warnings?: string[]; exitCode?: number } | Streamed;

/** Output of any length, read as it is printed: one JSON array of `rows` with --json, otherwise `lines`. */
export type Streamed = { rows: AsyncIterable<unknown>; lines: AsyncIterable<string> };

/** The command failed. The message says why in one sentence. */
export class Refused extends Error {}

/** The command line is invalid. The message says what is wrong. */
export class UsageError extends Error {}

/** Returns the value of valid input. `label` names a field as the command line does. @throws Refused for invalid input */
export function accepted<T>(checked: Checked<T>, label: (field: string) => string = () => ''): T {
  if (checked.ok) return checked.value;
  const sentences = Object.entries(checked.errors).map(([field, message]) => {
    const name = field === '' ? '' : label(field);
    return name === '' ? message : `${name}: ${message}`;
  });
  throw new Refused(sentences.join(' '));
}

/** Returns the content of a file that the command line names. @throws Refused */
export async function fileAt(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refused(error.code === 'ENOENT' ? `File not found: ${path}` : `Cannot read ${path}: ${error.message}`);
  });
}

/** Returns a job that ran to its end. @throws Refused if it failed, was interrupted, or someone paused it */
export function finished(job: Job): Job {
  if (job.state === 'done') return job;
  const resume = `Completed changes are kept. Resume with: anteroom job resume ${job.id}`;
  if (job.failure !== null) throw new Refused(job.failure);
  const done = `${job.processed.toLocaleString('en')} of ${job.total.toLocaleString('en')}`;
  throw new Refused(`${job.state === 'paused' ? 'Paused' : 'Interrupted'} after ${done}. ${resume}`);
}

/** Runs a job to its end, and shows its progress in steps of 5 %. @throws Refused as `finished` does */
export async function runShown({ deps, progress }: Call, { id, total }: Job, doing: string): Promise<Job> {
  let shown = 0;
  const job = await runJob(deps, id, ({ processed }) => {
    const percent = Math.floor((100 * processed) / total);
    if (total < PROGRESS_FROM || percent < shown + 5) return;
    shown = percent;
    progress(`${doing}: ${processed.toLocaleString('en')} of ${total.toLocaleString('en')} (${percent} %)`);
  });
  return finished(job);
}

/** Returns a field name as the command line writes it: 'user-name' for 'userName'. */
export function dashed(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Returns the value of a switch: on, true and yes, or off, false and no. @throws UsageError */
export function onOrOff(name: string, value: string): boolean {
  if (/^(on|true|yes)$/i.test(value)) return true;
  if (/^(off|false|no)$/i.test(value)) return false;
  throw new UsageError(`${name} must be on or off.`);
}

/** Returns the number of an option, from 1 to `most`. @throws UsageError */
export function numberIn(option: string, text: string, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > most) throw new UsageError(`--${option} must be a number from 1 to ${most}.`);
  return number;
}

/** Returns a time (epoch milliseconds) in ISO 8601. */
export function isoTime(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : new Date(time).toISOString();
}

/** Returns rows as aligned columns below their titles, or the sentence `empty` if there are no rows. */
export function table(titles: string[], rows: string[][], empty: string): string {
  if (rows.length === 0) return empty;
  const lines = [titles, ...rows].map((row) => row.map(printable));
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Returns names and values, one pair per line. */
export function list(entries: [string, string][]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd()).join('\n');
}

/** Replaces control characters, because text from others must not control the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');
}
