import { badRequest, type ScimError } from '../http/errors.ts';

/** An attribute name as a client writes it: `urn:…:User:name.familyName`. The attribute may not exist. */
export type AttributePath = { urn?: string; name: string; sub?: string };

export type Comparator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type FilterValue = string | boolean | null;

/** A parsed filter (RFC 7644 3.4.2.2). `and` and `or` have at least two items. */
export type Filter =
  | { kind: 'and' | 'or'; items: Filter[] }
  | { kind: 'not'; item: Filter }
  | { kind: 'present'; path: AttributePath }
  | { kind: 'compare'; path: AttributePath; comparator: Comparator; value: FilterValue }
  | { kind: 'values'; path: AttributePath; item: Filter };

/** A PATCH path: `members`, `name.givenName`, `emails[type eq "work"].value`, a URN alone (then `name` is ''). */
export type PatchPath = AttributePath & { filter?: Filter };

const MAX_LENGTH = 20_000;
const MAX_DEPTH = 40;
const MAX_TERMS = 500;

/** Parses a filter, in linear time, and two more forms that clients send: a text without quotes, and a comparison of a value path. @throws ScimError invalidFilter, with the position */
export function parseFilter(source: string): Filter {
  const reader = startReading(source);
  const filter = readOr(reader, 0);
  skipSpace(reader);
  if (reader.at < source.length) throw unexpected(reader, 'the filter should end here');
  return filter;
}

/**
 * Parses a PATCH path (RFC 7644 3.5.2).
 * @param urns URNs, in lower case, that are a path on their own
 * @throws ScimError invalidPath or invalidFilter
 */
export function parsePath(source: string, urns: readonly string[]): PatchPath {
  const text = source.trim();
  const lower = text.toLowerCase();
  const urn = urns.find((candidate) => lower === candidate || lower === `${candidate}:`);
  if (urn) return { urn: text.slice(0, urn.length), name: '' };
  const reader = startReading(text);
  const path: PatchPath = readPath(reader, 'invalidPath');
  if (text[reader.at] === '[') {
    if (path.sub !== undefined)
      throw badRequest('invalidPath', 'A filter must follow the attribute, not its sub-attribute.');
    path.filter = readBracket(reader, 0);
    if (text[reader.at] === '.') {
      reader.at += 1;
      path.sub = readWord(reader, /[A-Za-z0-9_$-]+/y, 'invalidPath');
    }
  }
  if (reader.at < text.length) throw badRequest('invalidPath', `This is not a valid path: ${shortened(text)}`);
  return path;
}

/** Returns an attribute name as a client writes it. */
export function printPath({ urn, name, sub }: AttributePath): string {
  return `${urn === undefined ? '' : `${urn}:`}${name}${sub === undefined ? '' : `.${sub}`}`;
}

/** Returns the conditions that `and`, `or` and `not` join. */
export function leavesOf(filter: Filter): Filter[] {
  if (filter.kind === 'not') return leavesOf(filter.item);
  return 'items' in filter ? filter.items.flatMap(leavesOf) : [filter];
}

type Reader = { source: string; at: number; terms: number };

function startReading(source: string): Reader {
  if (source.length > MAX_LENGTH)
    throw badRequest('invalidFilter', `The filter is longer than ${MAX_LENGTH} characters.`);
  return { source, at: 0, terms: 0 };
}

function readOr(reader: Reader, depth: number): Filter {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readTerm(reader, depth)));
}

function readChain(reader: Reader, kind: 'and' | 'or', readItem: () => Filter): Filter {
  const items = [readItem()];
  while (acceptWord(reader, kind)) items.push(readItem());
  const [first] = items;
  return first && items.length === 1 ? first : { kind, items };
}

function readTerm(reader: Reader, depth: number): Filter {
  if (depth > MAX_DEPTH) throw badRequest('invalidFilter', `The filter is nested more than ${MAX_DEPTH} levels deep.`);
  countTerm(reader);
  skipSpace(reader);
  if (accept(reader, '(')) return readGroup(reader, depth);
  const start = reader.at;
  if (acceptWord(reader, 'not')) {
    skipSpace(reader);
    if (accept(reader, '(')) return { kind: 'not', item: readGroup(reader, depth) };
    reader.at = start; // an attribute called 'not'
  }
  const path = readPath(reader, 'invalidFilter');
  return reader.source[reader.at] === '[' ? readValues(reader, path, depth) : readComparison(reader, path);
}

function countTerm(reader: Reader): void {
  reader.terms += 1;
  if (reader.terms > MAX_TERMS) throw badRequest('invalidFilter', `The filter has more than ${MAX_TERMS} terms.`);
}

/** Clients also compare a value path: `emails[type eq "work"] eq "x"`, or `….value eq "x"`. Both belong within the brackets. */
function readValues(reader: Reader, path: AttributePath, depth: number): Filter {
  const item = readBracket(reader, depth);
  const sub = accept(reader, '.') ? readWord(reader, /[A-Za-z0-9_$-]+/y, 'invalidFilter') : undefined;
  if (sub === undefined && !isComparison(reader)) return { kind: 'values', path, item };
  countTerm(reader);
  return {
    kind: 'values',
    path,
    item: { kind: 'and', items: [item, readComparison(reader, { name: sub ?? 'value' })] },
  };
}

/** Whether an operator comes next. */
function isComparison(reader: Reader): boolean {
  const operator = /[ \t]+(?:pr|eq|ne|co|[es]w|[gl][et])\b/iy;
  operator.lastIndex = reader.at;
  return operator.test(reader.source);
}

function readGroup(reader: Reader, depth: number): Filter {
  const filter = readOr(reader, depth + 1);
  skipSpace(reader);
  if (!accept(reader, ')')) throw unexpected(reader, "')' is missing");
  return filter;
}

function readBracket(reader: Reader, depth: number): Filter {
  reader.at += 1;
  const filter = readOr(reader, depth + 1);
  skipSpace(reader);
  if (!accept(reader, ']')) throw unexpected(reader, "']' is missing");
  return filter;
}

function readComparison(reader: Reader, path: AttributePath): Filter {
  skipSpace(reader);
  const word = readWord(reader, /[A-Za-z]+/y, 'invalidFilter').toLowerCase();
  if (word === 'pr') return { kind: 'present', path };
  if (!isComparator(word)) throw unexpected(reader, `'${shortened(word)}' is not an operator`);
  skipSpace(reader);
  return { kind: 'compare', path, comparator: word, value: readComparisonValue(reader) };
}

/** A text without quotes ends at a blank or a bracket (authentik, Microsoft's collection). No attribute is a number. */
function readComparisonValue(reader: Reader): FilterValue {
  const first = reader.source[reader.at] ?? '';
  if (first === '"') return readString(reader);
  if (/['\u2018-\u201f]/.test(first)) throw unexpected(reader, 'a text with quotes needs double quotes (")');
  const word = readWord(reader, /[^\s()[\]"\p{Cc}]+/uy, 'invalidFilter');
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  return lower === 'null' ? null : word;
}

function readString(reader: Reader): string {
  const start = reader.at;
  reader.at += 1;
  while (reader.at < reader.source.length && reader.source[reader.at] !== '"')
    reader.at += reader.source[reader.at] === '\\' ? 2 : 1;
  if (!accept(reader, '"')) throw unexpected(reader, 'the string is not closed');
  try {
    const value: string = JSON.parse(reader.source.slice(start, reader.at));
    if (value.includes('\0')) throw new Error('PostgreSQL cannot store it');
    return value;
  } catch {
    throw unexpected(reader, 'the string is not valid JSON');
  }
}

/** `urn:a:b:2.0:User:name.sub`: the URN ends at the last colon and may contain dots. */
function readPath(reader: Reader, scimType: 'invalidFilter' | 'invalidPath'): AttributePath {
  const word = readWord(reader, /[A-Za-z][A-Za-z0-9:._$-]*/y, scimType);
  const colon = word.lastIndexOf(':');
  const [name = '', sub, more] = word.slice(colon + 1).split('.');
  if (name === '' || sub === '' || more !== undefined)
    throw badRequest(scimType, `'${shortened(word)}' is not an attribute name.`);
  return {
    ...(colon < 0 ? {} : { urn: word.slice(0, colon) }),
    name,
    ...(sub === undefined ? {} : { sub }),
  };
}

function readWord(reader: Reader, pattern: RegExp, scimType: 'invalidFilter' | 'invalidPath'): string {
  pattern.lastIndex = reader.at;
  const word = pattern.exec(reader.source)?.[0];
  if (word === undefined) throw unexpected(reader, 'unexpected character or end', scimType);
  reader.at += word.length;
  return word;
}

/** Consumes `and`, `or` or `not` if it is the next word, and not just the beginning of one. */
function acceptWord(reader: Reader, word: string): boolean {
  const start = reader.at;
  skipSpace(reader);
  const next = reader.source.slice(reader.at, reader.at + word.length + 1).toLowerCase();
  if (next.startsWith(word) && !/[a-z0-9:._$-]/.test(next.slice(word.length))) {
    reader.at += word.length;
    return true;
  }
  reader.at = start;
  return false;
}

function accept(reader: Reader, character: string): boolean {
  if (reader.source[reader.at] !== character) return false;
  reader.at += 1;
  return true;
}

function skipSpace(reader: Reader): void {
  while (reader.source[reader.at] === ' ' || reader.source[reader.at] === '\t') reader.at += 1;
}

function isComparator(word: string): word is Comparator {
  return ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'].includes(word);
}

function unexpected(
  reader: Reader,
  what: string,
  scimType: 'invalidFilter' | 'invalidPath' = 'invalidFilter',
): ScimError {
  return badRequest(scimType, `At character ${reader.at + 1}: ${what}.`);
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
