import type { Db } from '../db/open.ts';
import { changesOne, inserter } from '../db/query.ts';
import type { MetadataRefreshRow } from '../db/schema.ts';
import type { ProviderFacts } from './identityProviders.ts';

/** When and how the metadata of a provider was refreshed, and published metadata that waits for approval. */
export type MetadataRefresh = Omit<MetadataRefreshRow, 'waitingJson'> & { waiting: ProviderFacts | undefined };

/** What is known after metadata was imported: nothing waits, and nothing has failed. */
export const nothingRefreshed = {
  failures: 0,
  failure: null,
  failedAt: null,
  etag: null,
  lastModified: null,
  waitingJson: null,
  waitingXml: null,
  declined: null,
} as const;

export async function findRefresh(db: Db, providerId: string): Promise<MetadataRefresh | undefined> {
  const row = await db
    .selectFrom('metadataRefreshes')
    .selectAll()
    .where('providerId', '=', providerId)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function listRefreshes(db: Db): Promise<MetadataRefresh[]> {
  return (await db.selectFrom('metadataRefreshes').selectAll().execute()).map(fromRow);
}

/** Lists the IDs of enabled providers with a metadata URL whose refresh is due. */
export async function listDueRefreshes(db: Db, now: number): Promise<string[]> {
  const rows = await db
    .selectFrom('identityProviders')
    .leftJoin('metadataRefreshes', 'metadataRefreshes.providerId', 'identityProviders.id')
    .select('identityProviders.id')
    .where('enabled', '=', 1)
    .where('metadataUrl', 'is not', null)
    .where((e) => e.or([e('nextAt', 'is', null), e('nextAt', '<=', now)]))
    .execute();
  return rows.map(({ id }) => id);
}

/** Takes a refresh that is due, until a time. Returns true to only one of several servers. */
export async function takeDueRefresh(db: Db, providerId: string, now: number, until: number): Promise<boolean> {
  await writeIfMissing(db, providerId);
  return changesOne(
    db
      .updateTable('metadataRefreshes')
      .set({ nextAt: until })
      .where('providerId', '=', providerId)
      .where('nextAt', '<=', now),
  );
}

/** Takes an early refresh, if the last one was not after a time. Returns true to only one of several servers. */
export async function takeEarlyRefresh(db: Db, providerId: string, now: number, before: number): Promise<boolean> {
  await writeIfMissing(db, providerId);
  return changesOne(
    db
      .updateTable('metadataRefreshes')
      .set({ earlyAt: now })
      .where('providerId', '=', providerId)
      .where((e) => e.or([e('earlyAt', 'is', null), e('earlyAt', '<=', before)])),
  );
}

/** Writes some of what is known. On PostgreSQL, the row is locked from then on: call it first, and what is read next is the newest. */
export async function writeRefresh(
  db: Db,
  providerId: string,
  changes: Partial<Omit<MetadataRefreshRow, 'providerId'>>,
): Promise<void> {
  await writeIfMissing(db, providerId);
  await db
    .updateTable('metadataRefreshes')
    .set({ providerId, ...changes })
    .where('providerId', '=', providerId)
    .execute();
}

async function writeIfMissing(db: Db, providerId: string): Promise<void> {
  await addMissing(db, [{ providerId, nextAt: 0, earlyAt: null, checkedAt: null, ...nothingRefreshed }]);
}

const addMissing = inserter('metadataRefreshes', { key: ['providerId'], existing: 'keep' });

function fromRow({ waitingJson, ...row }: MetadataRefreshRow): MetadataRefresh {
  return { ...row, waiting: waitingJson === null ? undefined : JSON.parse(waitingJson) };
}
