import { isDeepStrictEqual } from 'node:util';
import type { AuditChange } from '../store/audit.ts';
import type { CutValue } from './changes.ts';
import type { References } from './references.ts';

/** A value as it is shown: a text, with a link if it names something that exists, or a time in epoch milliseconds. */
export type ShownValue =
  | { kind: 'text'; text: string; isCode: boolean; href?: string | undefined; note?: string }
  | { kind: 'time'; at: number };

/** One change as it is shown. Of two lists, what is only in one of them; `same` counts the others. */
export type ShownChange = {
  name: string;
  label: string;
  isSecret: boolean;
  before: ShownValue[];
  after: ShownValue[];
  isList: boolean;
  same: number;
};

const TIME_NAME = /(At|Until|Since|From)$/;
const EARLIEST_TIME = 100_000_000_000; // 1973: no count of anything else is as large
const SHORT = 40;
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u200b\u2060\ufeff]/gu;
const FIRST_PICTURE = 0x2400; // of the characters that stand for control characters

/** What screens say of a secret. */
export const SECRET_TEXT = 'changed, value not recorded';

/** Returns a change as it is shown. */
export function shownChange(change: AuditChange, label: string, references: References): ShownChange {
  const { name, before, after, added, removed, secret = false } = change;
  const isDistinct = isReadablyDistinct(given(before), given(after));
  const shown = (values: unknown[]) => values.map((value) => shownValue(name, value, references, isDistinct));
  const common = { name, label, isSecret: secret };
  if (added || removed)
    return { ...common, before: shown(removed ?? []), after: shown(added ?? []), isList: true, same: 0 };
  const [old, now] = [listOf(before), listOf(after)];
  if (!old || !now)
    return { ...common, before: shown(given(before)), after: shown(given(after)), isList: false, same: 0 };
  const gone = old.filter((value) => !now.some((each) => isDeepStrictEqual(each, value)));
  const come = now.filter((value) => !old.some((each) => isDeepStrictEqual(each, value)));
  // The same values in another order.
  if (gone.length + come.length === 0)
    return { ...common, before: shown(old), after: shown(now), isList: false, same: 0 };
  return { ...common, before: shown(gone), after: shown(come), isList: true, same: now.length - come.length };
}

/** Returns a change in a few words: 'Anna → Anne', '3 added, 1 removed'. */
export function summaryOf({ isSecret, before, after, isList }: ShownChange): string {
  if (isSecret) return SECRET_TEXT;
  const [old, now] = [before, after].map((values) => values.map(shortText).join(', '));
  if (!isList) return before.length === 0 ? (now ?? '') : `${old} → ${now || 'none'}`;
  const isShort = before.length <= 1 && after.length <= 1;
  const parts = isShort ? [`${now} added`, `${old} removed`] : [`${after.length} added`, `${before.length} removed`];
  return parts.filter((_, index) => [after, before][index]?.length).join(', ');
}

/** Returns a change in one line without links, for files and the command line. Times are ISO 8601. */
export function changeLine({ label, isSecret, before, after, isList, same }: ShownChange): string {
  if (isSecret) return `${label}: ${SECRET_TEXT}`;
  const texts = (values: ShownValue[]) => values.map(plainText).join(', ');
  if (!isList) return `${label}: ${[before, after].map((values) => texts(values) || 'none').join(' → ')}`;
  const parts = [
    ...(after.length > 0 ? [`added ${texts(after)}`] : []),
    ...(before.length > 0 ? [`removed ${texts(before)}`] : []),
    ...(same > 0 ? [`${same} unchanged`] : []),
  ];
  return `${label}: ${parts.join('; ')}`;
}

/**
 * Returns a text whose control characters and marks of the writing direction can be seen. Values come from others, and the log must show
 * what they are.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    if (character === '\n' || character === '\t') return character;
    if (code < 0x20) return String.fromCharCode(FIRST_PICTURE + code);
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

function shownValue(name: string, value: unknown, references: References, isDistinct: boolean): ShownValue {
  if (typeof value === 'number' && value >= EARLIEST_TIME && TIME_NAME.test(name)) return { kind: 'time', at: value };
  if (typeof value === 'boolean') return textOf(value ? 'yes' : 'no');
  if (typeof value === 'number') return textOf(value.toLocaleString('en'));
  if (typeof value === 'string') {
    const reference = references.get(value);
    return reference ? { ...textOf(reference.name), href: reference.href } : textOf(value === '' ? 'empty' : value);
  }
  if (isCut(value)) {
    const note = `The first ${number(value.start.length)} of ${number(value.length)} characters. SHA-256 of all: ${value.sha256}`;
    return { ...textOf(value.start), isCode: true, note };
  }
  const readable = isDistinct ? readableText(value) : undefined;
  return readable === undefined ? { ...textOf(JSON.stringify(value, undefined, 2)), isCode: true } : textOf(readable);
}

/** A text leaves parts of an object out: two objects that differ must not look the same. */
function isReadablyDistinct(old: unknown[], now: unknown[]): boolean {
  return !old.some((was) => {
    const text = readableText(was);
    return text !== undefined && now.some((is) => readableText(is) === text && !isDeepStrictEqual(was, is));
  });
}

/**
 * Returns an object of simple values as people write it, or undefined for any other value: '+49 30 5550 (work, primary)' for a value of SCIM
 * (RFC 7643 2.4), otherwise its properties by name.
 */
function readableText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parts = Object.entries(value).filter(([, part]) => part !== '' && part !== false);
  if (parts.length === 0 || isCut(value) || parts.some(([, part]) => typeof part === 'object')) return undefined;
  if (!('value' in value || 'type' in value)) return parts.map(([name, part]) => `${name}: ${part}`).join(', ');
  const { type, primary, formatted, ...own } = Object.fromEntries(parts);
  const written = Object.keys(own).length > 0 ? Object.values(own).join(', ') : (formatted ?? '');
  const marks = [type, ...(primary === undefined ? [] : ['primary'])].filter((mark) => mark !== undefined);
  return marks.length > 0 ? `${written} (${marks.join(', ')})`.trim() : String(written);
}

function textOf(text: string): ShownValue & { kind: 'text' } {
  return { kind: 'text', text: visible(text), isCode: false };
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function isCut(value: unknown): value is CutValue {
  return typeof value === 'object' && value !== null && 'sha256' in value && 'start' in value && 'length' in value;
}

/** Returns the values of a list, which are shown one by one, if each of them is a line of text. */
function listOf(value: unknown): unknown[] | undefined {
  const isLine = (each: unknown) => typeof each !== 'object' || readableText(each) !== undefined;
  return Array.isArray(value) && value.every(isLine) ? value : undefined;
}

function given(value: unknown): unknown[] {
  if (value === undefined) return [];
  return listOf(value) ?? [value];
}

function plainText(value: ShownValue): string {
  if (value.kind === 'time') return new Date(value.at).toISOString();
  return value.note ? `${value.text} … (${value.note})` : value.text;
}

function shortText(value: ShownValue): string {
  const text = plainText(value.kind === 'time' ? value : { ...value, note: '' }).replace(/\s+/g, ' ');
  const characters = [...text];
  return characters.length > SHORT ? `${characters.slice(0, SHORT - 1).join('')}…` : text;
}
