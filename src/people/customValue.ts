import type { CustomValue } from '../store/profile.ts';
import type { PersonAttribute } from './attribute.ts';
import { textError } from './textError.ts';

type Custom = Pick<PersonAttribute, 'type' | 'options' | 'custom'>;

/** The most values of one attribute of a person, also in SCIM. */
export const MAX_VALUES = 200;

/** Returns a value as text, one value per line, also if it was stored when the attribute had another type. '' for none. */
export function textOfCustom(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOfCustom).join('\n');
  if (typeof value === 'object' && value !== null) return textOfCustom((value as { value?: unknown }).value);
  if (typeof value === 'number') return textOfNumber(value);
  return typeof value === 'string' ? value : '';
}

/** Returns a number as it is entered: without an exponent, if it has at most 15 digits and 10 decimals. */
export function textOfNumber(value: number): string {
  const text = String(value);
  return /e-/.test(text) ? value.toFixed(10).replace(/0+$/, '') : text;
}

/** Returns the single texts of a text with one value per line, each once. */
export function linesOfCustom({ custom }: Custom, text: string): string[] {
  const lines = custom?.several ? text.split('\n') : [text];
  return [...new Set(lines.map((line) => line.trim()))].filter((line) => line !== '');
}

/** Returns why a text is no value of a custom attribute, as a sentence that names the value, or undefined. */
export function customError(attribute: PersonAttribute, text: string): string | undefined {
  const lines = linesOfCustom(attribute, text);
  if (lines.length > MAX_VALUES) return `Use at most ${MAX_VALUES} values.`;
  for (const line of lines) {
    const error = textError(attribute, line);
    if (error) return attribute.custom?.several ? `“${line.slice(0, 40)}”: ${error}` : error;
  }
  return undefined;
}

/** Returns what is stored for a text without errors, undefined for none. */
export function customOfText(attribute: Custom, text: string): CustomValue | undefined {
  const values = linesOfCustom(attribute, text).map((line) => singleOfText(attribute, line));
  if (values.length === 0) return undefined;
  if (attribute.custom?.several) return values.map((value) => ({ value }));
  const [value = ''] = values;
  return attribute.type === 'person' ? { value: String(value) } : value;
}

/** Returns the value of one text without errors: a number, a choice as it was defined, or the text. */
export function singleOfText({ type, options = [] }: Custom, text: string): string | number {
  if (type === 'number') return Number(text);
  return options.find(([choice]) => choice.toLowerCase() === text.toLowerCase())?.[0] ?? text;
}
