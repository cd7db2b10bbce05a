import { type Compilable, type CompiledQuery, PostgresAdapter, SelectQueryNode } from 'kysely';
import type { Db } from './open.ts';

/** Stands for a value while the words of a query are built. */
type Slot = { position: number };
type Words<Row> = { query: CompiledQuery<Row>; reads: boolean };

/** Answers queries of the words and values that are given, at once. */
export type Reader = {
  ask(words: string, values: unknown[]): unknown[];
  /** Answers as it did before, as long as nothing was written that could change the answer. */
  recall(words: string, values: unknown[]): unknown[];
};

const readers = new WeakMap<Db, Reader>();

/** Has prepared queries that only read go to a reader, past Kysely's way to a connection, where they are not part of a transaction. */
export function readAtOnce(db: Db, reader: Reader): void {
  readers.set(db, reader);
}

/**
 * A query whose words are built once for each engine; afterwards only its values are new. For what every request asks:
 * building costs several times what SQLite takes to answer.
 * @param build builds the query with the values in their places, and must not look at them
 */
export function prepared<Values extends Value[], Row>(build: Build<Values, Row>): Prepared<Values, Row> {
  return preparedWith(build, (reader) => reader.ask);
}

/**
 * The same for what every request asks and seldom changes: on SQLite the answer is remembered until one of its tables is written to, by
 * whatever process. The rows that it gives are everybody's, and must not be changed.
 */
export function remembered<Values extends Value[], Row>(build: Build<Values, Row>): Prepared<Values, Row> {
  return preparedWith(build, (reader) => reader.recall);
}

type Value = string | number | null;
type Build<Values extends Value[], Row> = (db: Db, ...values: Values) => Compilable<Row>;
type Prepared<Values extends Value[], Row> = (db: Db, ...values: Values) => Promise<Row[]>;

function preparedWith<Values extends Value[], Row>(
  build: Build<Values, Row>,
  way: (reader: Reader) => Reader['ask'],
): Prepared<Values, Row> {
  const known: { sqlite?: Words<Row>; postgres?: Words<Row> } = {};
  return async (db, ...values) => {
    const engine = db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
    known[engine] ??= wordsOf(build(db, ...slots<Values>(build.length - 1)));
    const { query, reads } = known[engine];
    const parameters = query.parameters.map((slot) => (isSlot(slot) ? values[slot.position] : slot));
    const reader = reads ? readers.get(db) : undefined;
    if (reader) return way(reader)(query.sql, parameters) as Row[];
    return (await db.executeQuery<Row>({ ...query, parameters })).rows;
  };
}

function wordsOf<Row>(built: Compilable<Row>): Words<Row> {
  const query = built.compile();
  return { query, reads: SelectQueryNode.is(query.query) };
}

function slots<Values>(count: number): Values {
  return Array.from({ length: count }, (_, position): Slot => ({ position })) as Values;
}

function isSlot(value: unknown): value is Slot {
  return typeof value === 'object' && value !== null && 'position' in value;
}
