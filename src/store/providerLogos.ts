import type { Db } from '../db/open.ts';
import { inserter } from '../db/query.ts';
import type { ProviderLogoRow } from '../db/schema.ts';

/** Stores the picture of a provider's button. It replaces the one before. */
export async function writeLogo(db: Db, logo: ProviderLogoRow): Promise<void> {
  await replaceLogos(db, [logo]);
}

const replaceLogos = inserter('providerLogos', { key: ['providerId'], existing: 'replace' });

/** Removes the picture of a provider's button. */
export async function deleteLogo(db: Db, providerId: string): Promise<void> {
  await db.deleteFrom('providerLogos').where('providerId', '=', providerId).execute();
}

/** Returns a picture by its digest. */
export async function findLogo(db: Db, digest: string): Promise<ProviderLogoRow | undefined> {
  return db.selectFrom('providerLogos').selectAll().where('digest', '=', digest).limit(1).executeTakeFirst();
}

/** Returns the digests of all pictures, by provider. */
export async function listLogoDigests(db: Db): Promise<Map<string, string>> {
  const rows = await db.selectFrom('providerLogos').select(['providerId', 'digest']).execute();
  return new Map(rows.map(({ providerId, digest }) => [providerId, digest]));
}
