import { sql } from 'kysely';
import type { Db, Store } from '../db/open.ts';
import { countRows, prepared } from '../db/query.ts';
import type { AuditEntryRow } from '../db/schema.ts';

/** An entry that is in the chain. */
export type SealedRow = AuditEntryRow & { seq: number };

/**
 * Runs a transaction that extends or cuts the chain; such transactions run one after another. PostgreSQL takes the snapshot of a serializable
 * transaction after this lock, so that it sees what the one before it wrote. The lock hinders no reads, and no entries that are recorded.
 */
export function changeChain<T>(
  { db, engine }: Pick<Store, 'db' | 'engine'>,
  work: (trx: Db) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    if (engine === 'postgres') await sql`lock table "auditCheckpoints" in share row exclusive mode`.execute(trx);
    return work(trx);
  });
}

/** Returns up to `limit` entries that are not sealed yet, the oldest first. */
export const listUnsealedEntries = prepared((db, limit: number) =>
  db.selectFrom('auditEntries').selectAll().where('seq', 'is', null).orderBy('id').limit(limit),
);

/** Returns the number and the hash of the last entry of the chain. One with an impossible number, which `audit verify` names, is not in it. */
export async function findChainHead(db: Db): Promise<{ seq: number; hash: string | null } | undefined> {
  const [row] = await lastSealed(db);
  return row && { ...row, seq: row.seq ?? 0 };
}

const lastSealed = prepared((db) =>
  db
    .selectFrom('auditEntries')
    .select(['seq', 'hash'])
    .where('seq', '<=', Number.MAX_SAFE_INTEGER)
    .orderBy('seq', 'desc')
    .limit(1),
);

/** Returns up to `limit` entries of the chain after one, in the order of the chain. `after` is the number of that entry, 0 for none. */
export async function listSealedEntries(db: Db, after: number, limit: number): Promise<SealedRow[]> {
  return (await sealedAfter(db, after, limit)) as SealedRow[];
}

const sealedAfter = prepared((db, after: number, limit: number) =>
  db.selectFrom('auditEntries').selectAll().where('seq', '>', after).orderBy('seq').limit(limit),
);

/** Counts the entries of the chain after a number, up to another. */
export function countSealedEntries(db: Db, after: number, upTo: number): Promise<number> {
  return countRows(db.selectFrom('auditEntries').where('seq', '>', after).where('seq', '<=', upTo));
}

/** Of an entry in the chain: its number, its time and its hash. */
export type SealedTime = { seq: number; at: number; hash: string };

/** Returns the times of up to `limit` entries after a number, in the order of the chain. */
export async function listSealedTimes(db: Db, after: number, limit: number): Promise<SealedTime[]> {
  return (await timesAfter(db, after, limit)) as SealedTime[];
}

const timesAfter = prepared((db, after: number, limit: number) =>
  db.selectFrom('auditEntries').select(['seq', 'at', 'hash']).where('seq', '>', after).orderBy('seq').limit(limit),
);
