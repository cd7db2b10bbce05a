import { type Kysely, sql } from 'kysely';
import type { Engine } from './open.ts';
import { runStatements } from './statements.ts';

const MAX_NAME_WORDS = 4;
const START = 2; // characters of each word
const READ_AT_ONCE = 1_000;

/** Returns the pairs that a name is found by: the starts of each two of its words, in the order of the alphabet. @param nameKey see nameKeyOf */
export function pairsOfName(nameKey: string): string[] {
  const words = new Set(nameKey.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ''));
  const starts = [...words].slice(0, MAX_NAME_WORDS).map(startOf);
  const pairs = starts.flatMap((one, index) => starts.slice(index + 1).map((other) => pairOf(one, other)));
  return [...new Set(pairs.filter((pair) => pair !== undefined))];
}

/** Returns the pair that finds all names with words that start with these two, or undefined if one is too short. */
export function pairOf(one: string, other: string): string | undefined {
  const starts = [startOf(one), startOf(other)];
  return starts.every((start) => [...start].length === START) ? starts.sort().join(' ') : undefined;
}

/** Adds the table of the pairs of all names: a step of migrations.ts. */
export async function addPairsOfNames(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const storage = engine === 'sqlite' ? ' without rowid' : '';
  await runStatements(db, engine, [
    `create table "userNames" ("pair" KEY not null, "name" KEY not null, "userId" KEY not null,
      constraint "userNamesKey" primary key ("pair", "name", "userId"))${storage}`,
  ]);
  for (let after = '', more = true; more; ) {
    const { rows } = await sql<{ id: string; nameKey: string }>`
      select "id", "nameKey" from "users" where "id" > ${after} order by "id" limit ${READ_AT_ONCE}`.execute(db);
    const pairs = rows.flatMap(({ id, nameKey }) =>
      pairsOfName(nameKey).map((pair) => sql`(${pair}, ${nameKey}, ${id})`),
    );
    if (pairs.length > 0) await sql`insert into "userNames" values ${sql.join(pairs)}`.execute(db);
    after = rows.at(-1)?.id ?? '';
    more = rows.length === READ_AT_ONCE;
  }
}

function startOf(word: string): string {
  return [...word].slice(0, START).join('');
}
