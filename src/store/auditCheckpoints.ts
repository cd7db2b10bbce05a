import type { Db } from '../db/open.ts';
import { prepared } from '../db/query.ts';
import type { AuditCheckpointRow } from '../db/schema.ts';

/** Vouches for the chain up to an entry. `cut`: the entries up to it were deleted by retention. */
export type AuditCheckpoint = Omit<AuditCheckpointRow, 'id' | 'cut'> & { cut: boolean };

/** Adds a checkpoint. Call within changeChain. */
export async function insertCheckpoint(db: Db, id: string, checkpoint: AuditCheckpoint): Promise<void> {
  await db
    .insertInto('auditCheckpoints')
    .values({ ...checkpoint, id, cut: checkpoint.cut ? 1 : 0 })
    .execute();
}

/** Deletes the checkpoints of entries before a number, except cuts with another public key: only someone who knows that key can accept them. */
export async function deleteCheckpointsBefore(db: Db, seq: number, publicKey: string): Promise<void> {
  await db
    .deleteFrom('auditCheckpoints')
    .where('seq', '<', seq)
    .where((e) => e.or([e('cut', '=', 0), e('publicKey', '=', publicKey)]))
    .execute();
}

/** Returns the checkpoint of the highest entry, the newest one if there are several. */
export async function findNewestCheckpoint(db: Db): Promise<AuditCheckpoint | undefined> {
  const [row] = await newest(db);
  return row && fromRow(row);
}

const newest = prepared((db) =>
  db.selectFrom('auditCheckpoints').selectAll().orderBy('seq', 'desc').orderBy('id', 'desc').limit(1),
);

/** Lists checkpoints of entries after one number, up to another, in this order. */
export async function listCheckpoints(db: Db, after: number, upTo: number): Promise<AuditCheckpoint[]> {
  return (await between(db, after, upTo)).map(fromRow);
}

const between = prepared((db, after: number, upTo: number) =>
  db
    .selectFrom('auditCheckpoints')
    .selectAll()
    .where('seq', '>', after)
    .where('seq', '<=', upTo)
    .orderBy('seq')
    .orderBy('id'),
);

/** Lists up to `limit` cuts, that of the highest entry first. */
export async function listCuts(db: Db, limit: number): Promise<AuditCheckpoint[]> {
  return (await cuts(db, limit)).map(fromRow);
}

const cuts = prepared((db, limit: number) =>
  db.selectFrom('auditCheckpoints').selectAll().where('cut', '=', 1).orderBy('seq', 'desc').limit(limit),
);

function fromRow({ id: _, cut, ...row }: AuditCheckpointRow): AuditCheckpoint {
  return { ...row, cut: cut === 1 };
}
