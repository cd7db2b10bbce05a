import { type Compilable, type CompiledQuery, PostgresAdapter } from 'kysely';
import type { Db } from './open.ts';

/** Stands for a value while the words of a query are built. */
type Slot = { position: number };

/**
 * A query whose words are built once for each engine; afterwards only its values are new. For what every request asks:
 * building costs several times what SQLite takes to answer.
 * @param build builds the query with the values in their places, and must not look at them
 */
export function prepared<Values extends (string | number | null)[], Row>(
  build: (db: Db, ...values: Values) => Compilable<Row>,
): (db: Db, ...values: Values) => Promise<Row[]> {
  const words: { sqlite?: CompiledQuery<Row>; postgres?: CompiledQuery<Row> } = {};
  return async (db, ...values) => {
    const engine = db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
    words[engine] ??= build(db, ...slots<Values>(build.length - 1)).compile();
    const parameters = words[engine].parameters.map((slot) => (isSlot(slot) ? values[slot.position] : slot));
    return (await db.executeQuery<Row>({ ...words[engine], parameters })).rows;
  };
}

function slots<Values>(count: number): Values {
  return Array.from({ length: count }, (_, position): Slot => ({ position })) as Values;
}

function isSlot(value: unknown): value is Slot {
  return typeof value === 'object' && value !== null && 'position' in value;
}
