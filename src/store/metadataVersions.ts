import type { Db } from '../db/open.ts';
import type { MetadataVersionRow } from '../db/schema.ts';
import type { ProviderFacts } from './identityProviders.ts';

/** What replaced the metadata of a provider. */
export type VersionOrigin = 'import' | 'refresh' | 'approval' | 'rollback';

/** The metadata of a provider as it was from a time on, without the document. */
export type MetadataVersion = {
  id: string;
  providerId: string;
  at: number;
  origin: VersionOrigin;
  author: string; // who did it; '' if it was not recorded
  facts: ProviderFacts;
  metadataUrl: string | null;
};

const columns = ['id', 'providerId', 'at', 'origin', 'author', 'metadataJson', 'metadataUrl'] as const;

export async function insertVersion(db: Db, version: MetadataVersion, metadataXml: string): Promise<void> {
  const { facts, ...row } = version;
  await db
    .insertInto('metadataVersions')
    .values({ ...row, metadataJson: JSON.stringify(facts), metadataXml })
    .execute();
}

/** Lists the versions of a provider, the newest first. */
export async function listVersions(db: Db, providerId: string): Promise<MetadataVersion[]> {
  const rows = await db
    .selectFrom('metadataVersions')
    .select(columns)
    .where('providerId', '=', providerId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(fromRow);
}

/** Returns the document of a version. */
export async function readVersionXml(db: Db, id: string): Promise<string> {
  const found = db.selectFrom('metadataVersions').select('metadataXml').where('id', '=', id);
  return (await found.executeTakeFirstOrThrow()).metadataXml;
}

/** Replaces the metadata of a version by another document that says the same. */
export async function updateVersion(db: Db, id: string, facts: ProviderFacts, metadataXml: string): Promise<void> {
  const changes = { metadataJson: JSON.stringify(facts), metadataXml };
  await db.updateTable('metadataVersions').set(changes).where('id', '=', id).execute();
}

export async function deleteVersions(db: Db, ids: string[]): Promise<void> {
  if (ids.length > 0) await db.deleteFrom('metadataVersions').where('id', 'in', ids).execute();
}

function fromRow({ metadataJson, ...row }: Omit<MetadataVersionRow, 'metadataXml'>): MetadataVersion {
  return { ...row, origin: row.origin as VersionOrigin, facts: JSON.parse(metadataJson) };
}
