import { z } from 'zod';

/** One line of text from a form: trimmed, without control characters, up to 2,000 characters. */
export const line = z
  .string()
  .default('')
  .transform((text) => text.trim())
  .pipe(
    z
      .string()
      .max(2000, 'Use at most 2,000 characters.')
      .regex(/^\P{Cc}*$/u, 'Remove the control characters.'),
  );

/** A checkbox: true if it was ticked. */
export const checkbox = z
  .string()
  .optional()
  .transform((value) => value === 'on');

/** A field that may be absent, single or repeated. */
export const list = z
  .union([z.string().transform((one) => [one]), z.array(z.string())])
  .default([])
  .pipe(z.array(z.string().max(2000)).max(5000));

/** Returns the first error message of each invalid field. */
export function fieldErrors(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(error.issues.toReversed().map((issue) => [String(issue.path[0] ?? 'form'), issue.message]));
}

/** Returns a query parameter as one string, or '' if it is absent or repeated. */
export function queryText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
