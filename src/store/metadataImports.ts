import type { Db } from '../db/open.ts';
import type { MetadataImportRow } from '../db/schema.ts';
import { findUnexpired } from './expired.ts';

/** Finds previewed metadata that has not expired. */
export function findMetadataImport(db: Db, id: string, now: number): Promise<MetadataImportRow | undefined> {
  return findUnexpired(db, 'metadataImports', { id }, now);
}

export async function insertMetadataImport(db: Db, row: MetadataImportRow): Promise<void> {
  await db.insertInto('metadataImports').values(row).execute();
}

/** Deletes previewed metadata. Returns whether it was there: only one of several requests at once gets it. */
export async function consumeMetadataImport(db: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('metadataImports').where('id', '=', id).executeTakeFirst();
  return numDeletedRows > 0n;
}
