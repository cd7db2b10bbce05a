import type { Db } from '../db/open.ts';
import type { MetadataCollectionRow } from '../db/schema.ts';
import { findUnexpired } from './expired.ts';

/** Finds a collection that was read and has not expired. */
export function findMetadataCollection(db: Db, id: string, now: number): Promise<MetadataCollectionRow | undefined> {
  return findUnexpired(db, 'metadataCollections', { id }, now);
}

export async function insertMetadataCollection(db: Db, row: MetadataCollectionRow): Promise<void> {
  await db.insertInto('metadataCollections').values(row).execute();
}
