import type { Db } from '../db/open.ts';
import type { ProviderDomainRow } from '../db/schema.ts';
import type { IdentityProvider } from './identityProviders.ts';

/** Lists which provider belongs to which domain. */
export async function listProviderDomains(db: Db): Promise<ProviderDomainRow[]> {
  return db.selectFrom('providerDomains').selectAll().execute();
}

/** Makes a provider belong to exactly these domains. Each must have no other provider with its EntityID. */
export async function writeProviderDomains(
  db: Db,
  { id, entityId }: Pick<IdentityProvider, 'id' | 'entityId'>,
  domainIds: string[],
): Promise<void> {
  await db.deleteFrom('providerDomains').where('providerId', '=', id).execute();
  const rows = domainIds.map((domainId) => ({ providerId: id, domainId, entityId }));
  if (rows.length > 0) await db.insertInto('providerDomains').values(rows).execute();
}

/** Makes a provider belong to a domain, instead of the domain's provider with the same EntityID if there is one. */
export async function moveDomainToProvider(
  db: Db,
  domainId: string,
  { id, entityId }: Pick<IdentityProvider, 'id' | 'entityId'>,
): Promise<void> {
  await db.deleteFrom('providerDomains').where('entityId', '=', entityId).where('domainId', '=', domainId).execute();
  await db.insertInto('providerDomains').values({ providerId: id, domainId, entityId }).execute();
}
