import type { Deps } from '../deps.ts';
import type { Checked } from '../errors.ts';

/** One command of the command line. */
export type Command = {
  words: string; // 'domain set'
  operands: string; // 'URL', 'IDP KEY=VALUE…' (the last one once or more), '' for none
  summary: string;
  options: Record<string, Option>;
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
