import type { Deps } from '../deps.ts';
import type { Checked } from '../errors.ts';
import type { Option, Value } from './options.ts';

/** Who imported, approved or started something here, as screens show it. */
export const AUTHOR = 'the command line';

type Options = Record<string, Option<unknown>>;
type Read<Values> = { [Key in keyof Values]: Values[Key] extends Value<infer T> ? T : never };

/** One command of the command line: its words, and what it does with the values of its options and operands. */
export type Command<
  Operands extends readonly Value<unknown>[] = readonly Value<unknown>[],
  Own extends Options = Options,
> = {
  name: string; // 'domain set'
  operands?: Operands;
  rest?: string; // the placeholder of further operands, at least one: 'KEY=VALUE…'
  summary: string;
  options?: Own; // by name: `entityId` is --entity-id
  notes?: string; // more text for --help
  run(call: Call<Partial<Read<Own>>>, ...operands: Read<Operands>): Promise<Output>;
};

/** What a command gets beside its operands. */
export type Call<Given = unknown> = {
  deps: Deps;
  options: Given; // only those of the command line
  rest: string[];
  input(): Promise<Buffer>; // all of standard input
  progress(text: string): void; // a line on standard error; on a terminal, the next one replaces it
};

/**
 * What a command prints: `json` with --json or if there is no text, otherwise `text`. Warnings go to standard error. `exitCode` is 0 if it is
 * not specified.
 */
export type Output = { json: unknown; text?: string; warnings?: string[]; exitCode?: number } | Streamed;

/** Output of any length, read as it is printed: one JSON array of `rows` with --json, otherwise `lines`. */
export type Streamed = { rows: AsyncIterable<unknown>; lines: AsyncIterable<string> };

/** The command failed. The message says why in one sentence. */
export class Refused extends Error {}

/** The command line is invalid. The message says what is wrong. */
export class UsageError extends Error {}

/** Returns a command as it is described. Its types check that `run` takes what the operands and options are read as. */
export function command<
  const Operands extends readonly Value<unknown>[] = [],
  Own extends Options = Record<never, never>,
>(definition: Command<Operands, Own>): Command {
  return definition;
}

/** Returns the value of valid input. `label` names a field as the command line does. @throws Refused for invalid input */
export function accepted<T>(checked: Checked<T>, label: (field: string) => string = () => ''): T {
  if (checked.ok) return checked.value;
  const sentences = Object.entries(checked.errors).map(([field, message]) => {
    const name = field === '' ? '' : label(field);
    return name === '' ? message : `${name}: ${message}`;
  });
  throw new Refused(sentences.join(' '));
}

/** Returns how the command line writes an option: '--user-name' for 'userName'. */
export function optionName(option: string): string {
  return `--${dashed(option)}`;
}

/** Returns a field name as the command line writes it: 'user-name' for 'userName'. */
export function dashed(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
