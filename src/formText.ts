import { z } from 'zod';

const CONTROL = 'Control characters are not allowed here.';

/** Returns the schema of one line of text in a form, of up to `most` characters. */
export function line(most: number) {
  return trimmed(most).regex(/^\P{Cc}*$/u, CONTROL);
}

/** Returns the schema of text of several lines in a form, of up to `most` characters. */
export function lines(most: number) {
  return trimmed(most).regex(/^(?:\P{Cc}|[\n\r\t])*$/u, CONTROL);
}

function trimmed(most: number) {
  return z
    .string()
    .trim()
    .max(most, `Use at most ${most.toLocaleString('en')} characters.`);
}
