import { readFile } from 'node:fs/promises';
import type { Deps } from '../deps.ts';
import { Refused, UsageError } from './command.ts';

/** How the text of an operand or option is read. `value` is its placeholder; an option without one is a switch. */
export type Value<T> = { value?: string; read(text: string, context: ReadContext): T | Promise<T> };

/** An option of a command. */
export type Option<T> = Value<T> & { help: string };

/** What a value may be read with. `name` is that of the option ('--limit') or the placeholder of the operand. */
export type ReadContext = { name: string; deps: Deps; input(): Promise<Buffer> };

/** Returns an operand that is taken as it is written. */
export function operand(value: string): Value<string> {
  return { value, read: (text) => text };
}

/** Returns an option with any text. */
export function text(value: string, help: string): Option<string> {
  return { value, help, read: (entered) => entered };
}

/** Returns an option without a value. */
export function flag(help: string): Option<true> {
  return { help, read: () => true };
}

/** Returns an option that is on or off. */
export function onOff(help: string): Option<boolean> {
  return { value: 'on|off', help, read: (entered, { name }) => onOrOff(name, entered) };
}

/** Returns an option that is one of some words. */
export function oneOf<const Word extends string>(words: readonly Word[], help: string): Option<Word> {
  const read = (entered: string, { name }: ReadContext): Word => {
    const found = words.find((word) => word === entered);
    if (found === undefined)
      throw new UsageError(`${name} must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}.`);
    return found;
  };
  return { value: words.join('|'), help, read };
}

/** Returns an option with words that are separated by commas or spaces. `Word` is what the command checks them to be. */
export function words<Word extends string = string>(value: string, help: string): Option<Word[]> {
  return { value, help, read: (entered) => entered.split(/[\s,]+/).filter(Boolean) as Word[] };
}

/** Returns an option with a number from 1 to `most`. */
export function count(value: string, most: number, help: string): Option<number> {
  const read = (entered: string, { name }: ReadContext): number => {
    const number = /^\d{1,9}$/.test(entered) ? Number(entered) : 0;
    if (number < 1 || number > most) throw new UsageError(`${name} must be a number from 1 to ${most}.`);
    return number;
  };
  return { value, help, read };
}

/** Returns the option --limit of a list. */
export function limit(most: number, usual: number): Option<number> {
  return count('N', most, `How many: 1 to ${most}, ${usual} by default.`);
}

/** The content of a file. */
export const fileContent: Value<Buffer> = { value: 'FILE', read: fileAt };

/** Returns an option with the path of a file, which is read. */
export function file(help: string): Option<Buffer> {
  return { ...fileContent, help };
}

/** Returns the option --password-stdin. The command calls its value to read standard input, without the newline that `echo` adds. */
export function passwordFromInput(help: string): Option<() => Promise<string>> {
  return {
    help,
    read:
      (_, { input }) =>
      async () =>
        (await input()).toString('utf8').replace(/\r?\n$/, ''),
  };
}

/** Returns the content of a file that the command line names. @throws Refused */
export async function fileAt(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refused(error.code === 'ENOENT' ? `File not found: ${path}` : `Cannot read ${path}: ${error.message}`);
  });
}

/** Returns the value of a switch: on, true and yes, or off, false and no. @throws UsageError with the `words` that are accepted */
export function onOrOff(name: string, value: string, words = 'on or off'): boolean {
  if (/^(on|true|yes)$/i.test(value)) return true;
  if (/^(off|false|no)$/i.test(value)) return false;
  throw new UsageError(`${name} must be ${words}.`);
}
