import type { Db } from '../db/open.ts';
import type { MetadataCollectionRow } from '../db/schema.ts';

/** Finds a collection that was read and has not expired. */
export async function findMetadataCollection(
  db: Db,
  id: string,
  now: number,
): Promise<MetadataCollectionRow | undefined> {
  return db
    .selectFrom('metadataCollections')
    .selectAll()
    .where('id', '=', id)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
}

export async function insertMetadataCollection(db: Db, row: MetadataCollectionRow): Promise<void> {
  await db.insertInto('metadataCollections').values(row).execute();
}
