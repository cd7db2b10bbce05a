import type { Db } from '../db/open.ts';
import type { MetadataFetchRow } from '../db/schema.ts';

/** The providerId of who fetched by the domain's own metadata URL. */
export const UNKNOWN_PROVIDER = '';

/** Lists who fetched the metadata of a domain, and who was given it. */
export async function listMetadataFetches(db: Db, domainId: string): Promise<MetadataFetchRow[]> {
  return db.selectFrom('metadataFetches').selectAll().where('domainId', '=', domainId).execute();
}

/** Records a fetch from an address, unless a later one than `before` is recorded already. */
export async function recordMetadataFetch(
  db: Db,
  fetch: { domainId: string; providerId: string; at: number; from: string },
  before: number,
): Promise<void> {
  const { domainId, providerId, at: fetchedAt, from: fetchedFrom } = fetch;
  await db
    .insertInto('metadataFetches')
    .values({ domainId, providerId, fetchedAt, fetchedFrom, givenAt: null })
    .onConflict((conflict) =>
      conflict
        .columns(['domainId', 'providerId'])
        .doUpdateSet({ fetchedAt, fetchedFrom })
        .where((e) => e.or([e('metadataFetches.fetchedAt', 'is', null), e('metadataFetches.fetchedAt', '<', before)])),
    )
    .execute();
}

/** Notes when a provider was given the metadata by hand, or with null that it was not. */
export async function writeMetadataGiven(
  db: Db,
  domainId: string,
  providerId: string,
  givenAt: number | null,
): Promise<void> {
  await db
    .insertInto('metadataFetches')
    .values({ domainId, providerId, fetchedAt: null, fetchedFrom: null, givenAt })
    .onConflict((conflict) => conflict.columns(['domainId', 'providerId']).doUpdateSet({ givenAt }))
    .execute();
}

/** Deletes the rows of a provider that is removed. */
export async function deleteMetadataFetches(db: Db, providerId: string): Promise<void> {
  await db.deleteFrom('metadataFetches').where('providerId', '=', providerId).execute();
}
