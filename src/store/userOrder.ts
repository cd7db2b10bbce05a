import { type AliasableExpression, type Expression, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { literal } from '../db/query.ts';
import type { Schema } from '../db/schema.ts';

export type UserQuery = SelectQueryBuilder<Schema, 'users', unknown>;

/** What lists of people can be sorted by: each has an index. */
const sortColumns = { name: 'nameKey', userName: 'userNameKey', changed: 'modifiedAt' } as const;

export type UserSort = { by: keyof typeof sortColumns; descending: boolean };

/** Whether people can be sorted by something. */
export function isSortable(by: string): by is UserSort['by'] {
  return Object.hasOwn(sortColumns, by);
}

type KeyValue = string | number;
type Key = { expression: AliasableExpression<KeyValue>; isNumber: boolean };

/** An order of people: by these keys, and then by ID. */
export type UserOrder = { keys: Key[]; descending: boolean };

/** A person's place in an order: the values of its keys, and the ID. */
export type Place = KeyValue[];

const nameColumn: Key = { expression: sql.ref<KeyValue>(sortColumns.name), isNumber: false };

/** Returns an order. By default it is by name, after those whose names have the words of a search. */
export function orderOf(sort: UserSort | undefined, words: string[]): UserOrder {
  const { by, descending } = sort ?? { by: 'name', descending: false };
  const column = { expression: sql.ref<KeyValue>(sortColumns[by]), isNumber: by === 'changed' };
  return { keys: sort || words.length === 0 ? [column] : [rankOf(words), column], descending };
}

/** Returns a query for the people behind one place, up to another one. */
export function within(
  query: UserQuery,
  { keys, descending }: UserOrder,
  from: Place | undefined,
  to: Place | undefined,
  backwards: boolean,
): UserQuery {
  const down = descending !== backwards;
  const columns = [...keys.map(({ expression }) => expression), sql.ref('id')];
  const compare = (operator: string, place: Place) =>
    sql<boolean>`(${sql.join(columns)}) ${sql.raw(operator)} (${sql.join(place)})`;
  let range = query;
  for (const column of columns) range = range.orderBy(column, down ? 'desc' : 'asc');
  if (from) range = range.where(compare(down ? '<' : '>', from));
  return to ? range.where(compare(down ? '>=' : '<=', to)) : range;
}

/** Returns the columns that placeOf reads, besides the ID. */
export function keyColumns({ keys }: UserOrder) {
  return keys.map(({ expression }, index) => expression.as(`key${index}`));
}

/** Returns the place of a row with the keyColumns of an order. */
export function placeOf(row: Record<`key${number}`, KeyValue> & { id: string }, { keys }: UserOrder): Place {
  return [...keys.map((_, index) => row[`key${index}`] ?? ''), row.id];
}

export function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Reads a cursor. One that is malformed, or of another order, returns undefined: the first page. */
export function readCursor(cursor: string | undefined, { keys }: UserOrder): Place | undefined {
  if (cursor === undefined || cursor.length > 1_000) return undefined;
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const isNumber = [...keys.map((key) => key.isNumber), false];
    if (!Array.isArray(place) || place.length !== isNumber.length) return undefined;
    const fits = place.every((value, index) =>
      isNumber[index] ? Number.isSafeInteger(value) : typeof value === 'string' && !value.includes('\0'),
    );
    return fits ? place : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the order by name, after those who meet a condition. */
export function firstIf(condition: Expression<SqlBool>): UserOrder {
  return { keys: [rankKey(condition), nameColumn], descending: false };
}

/** Ranks those first whose names have all words. */
function rankOf(words: string[]): Key {
  const name = sql`' ' || replace(${sql.ref('nameKey')}, '-', ' ')`;
  const tests = words.map((word) => sql`${name} like ${startOfWord(word)} escape '\\'`);
  return rankKey(sql`${sql.join(tests, sql` and `)}`);
}

function rankKey(condition: Expression<unknown>): Key {
  return { expression: sql<KeyValue>`case when ${condition} then 0 else 1 end`, isNumber: true };
}

/** Returns the pattern of texts in which a word starts with these letters after a space. */
export function startOfWord(word: string): string {
  return `% ${literal(word)}%`;
}
