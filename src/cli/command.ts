import type { Deps } from '../deps.ts';
import type { Checked } from '../errors.ts';
import type { Job } from '../store/jobs.ts';

/** One command of the command line. */
export type Command = {
  words: string; // 'domain set'
  operands: string; // 'URL', 'IDP KEY=VALUE…' (the last one once or more), '' for none
  summary: string;
  options?: Record<string, Option>; // none where it is left out
  notes?: string; // more for --help
  run(call: Call): Promise<Output>;
};

/** An option with a value has its placeholder in `value`; one without is a switch. */
export type Option = { value?: string; help: string };

/** What a command was called with. */
export type Call = {
  deps: Deps;
  operands: string[];
  text(option: string): string | undefined;
  has(option: string): boolean;
  input(): Promise<Buffer>; // all of standard input
};

/** What a command prints: with --json the one thing, otherwise the text. Warnings go to standard error. */
export type Output = { json: unknown; text: string; warnings?: string[] };

/** What was asked for cannot be done; the message says why in one sentence. */
export class Refused extends Error {}

/** The command was not understood; the message says what is wrong with it. */
export class Misused extends Error {}

/** The value, where the input was good. `label` names a field as the command line does. @throws Refused */
export function accepted<T>(checked: Checked<T>, label: (field: string) => string = () => ''): T {
  if (checked.ok) return checked.value;
  const sentences = Object.entries(checked.errors).map(([field, message]) => {
    const name = field === '' ? '' : label(field);
    return name === '' ? message : `${name}: ${message}`;
  });
  throw new Refused(sentences.join(' '));
}

/** Returns a job that ran to its end. @throws Refused if it failed or someone paused it */
export function finished(job: Job): Job {
  if (job.state === 'done') return job;
  throw new Refused(job.failure ?? 'The job was paused in Application Settings. Resume it there.');
}

/** 'userName' as the command line writes it: 'user-name'. */
export function dashed(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** on or off, in the words that people use for it. @throws Misused */
export function onOrOff(name: string, value: string): boolean {
  if (/^(on|true|yes)$/i.test(value)) return true;
  if (/^(off|false|no)$/i.test(value)) return false;
  throw new Misused(`${name} is on or off.`);
}

/** A time (epoch milliseconds) as JSON carries it. */
export function isoTime(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : new Date(time).toISOString();
}

/** Rows in columns that line up, below their titles. Without a row it is the sentence in `empty`. */
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

/** Names and values, one below the other. */
export function list(entries: [string, string][]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd()).join('\n');
}

/** Text from elsewhere must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');
}
