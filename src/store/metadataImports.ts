import type { Db } from '../db/open.ts';
import type { MetadataImportRow } from '../db/schema.ts';

/** Finds previewed metadata that has not expired. */
export async function findMetadataImport(db: Db, id: string, now: number): Promise<MetadataImportRow | undefined> {
  return db
    .selectFrom('metadataImports')
    .selectAll()
    .where('id', '=', id)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
}

export async function insertMetadataImport(db: Db, row: MetadataImportRow): Promise<void> {
  await db.insertInto('metadataImports').values(row).execute();
}

export async function deleteMetadataImport(db: Db, id: string): Promise<void> {
  await db.deleteFrom('metadataImports').where('id', '=', id).execute();
}
