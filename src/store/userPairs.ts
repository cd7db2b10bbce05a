import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import { pairOf } from '../db/namePairs.ts';
import type { Db } from '../db/open.ts';
import type { Schema } from '../db/schema.ts';
import { startOfWord } from './userOrder.ts';

const users = expressionBuilder<Schema, 'users'>();

/** Two words of a search that names have, and the pair that finds these names. */
export type NamePair = { key: string; words: string[] };

/** Returns the two longest words of a search that can be the words of a name, or undefined if there are fewer. */
export function namePairOf(words: string[]): NamePair | undefined {
  const [one = '', other = ''] = words.filter((word) => !word.includes('@')).toSorted((a, b) => b.length - a.length);
  const key = pairOf(one, other);
  return key === undefined ? undefined : { key, words: [one, other] };
}

/** Whether readPair finds a person. Not all pairs of a very long name are stored. */
export function isOfPair({ key, words }: NamePair): Expression<SqlBool> {
  const stored = users
    .selectFrom('userNames')
    .select('pair')
    .where('pair', '=', key)
    .whereRef('name', '=', 'users.nameKey')
    .whereRef('userId', '=', 'users.id');
  const inName = words.map(
    (word) => sql<boolean>`' ' || ${users.ref('nameKey')} like ${startOfWord(word)} escape '\\'`,
  );
  return users.and([...inName, users.exists(stored)]);
}

type Name = { name: string; userId: string };

/** Reads up to `limit` names of a pair in the order of names. Returns those with its words, and the last one if there may be more. */
export async function readPair(
  db: Db,
  { key, words }: NamePair,
  { from, backwards, limit }: { from: Name | undefined; backwards: boolean; limit: number },
): Promise<{ ids: string[]; last: Name | undefined }> {
  const direction = backwards ? 'desc' : 'asc';
  let query = db.selectFrom('userNames').select(['name', 'userId']).where('pair', '=', key);
  if (from)
    query = query.where(
      sql<boolean>`("name", "userId") ${sql.raw(backwards ? '<' : '>')} (${from.name}, ${from.userId})`,
    );
  const names = await query.orderBy('name', direction).orderBy('userId', direction).limit(limit).execute();
  const having = names.filter(({ name }) => words.every((word) => ` ${name}`.includes(` ${word}`)));
  return { ids: having.map(({ userId }) => userId), last: names.length < limit ? undefined : names.at(-1) };
}
