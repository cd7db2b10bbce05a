import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { Conflict, NotFound } from '../errors.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { findProviderByEntityId, type IdentityProvider } from '../store/identityProviders.ts';
import { inTransaction } from '../store/oneTransaction.ts';
import { moveDomainToProvider, writeProviderDomains } from '../store/providerDomains.ts';
import { deleteAllSessions } from '../store/sessions.ts';
import { clearDefaultProvider } from './changeDomain.ts';
import { domainsOfProviders, getProvider } from './providers.ts';
import { recordDomains } from './recordProvider.ts';

/**
 * Makes a provider belong to exactly these domains. Where it no longer does, it ends its sessions and is not the Default Provider.
 * @throws NotFound, Conflict if a domain has another provider with its EntityID
 */
export async function setProviderDomains(deps: Deps, id: string, domainIds: string[]): Promise<void> {
  await inTransaction(deps.store.db, async (trx) => {
    const provider = await getProvider(trx, id);
    const domains = await listDomains(trx);
    const wanted = domains.filter((domain) => domainIds.includes(domain.id));
    if (wanted.length < new Set(domainIds).size) throw new NotFound('There is no such domain.');
    for (const domain of wanted) await checkFree(trx, domain, provider);
    const before = (await domainsOfProviders(trx))(id);
    const removed = before.filter((domain) => !domainIds.includes(domain.id));
    for (const domain of removed) {
      await clearDefaultProvider(deps, trx, id, domain.id);
      await deleteAllSessions(trx, { providerId: id, domainId: domain.id });
    }
    await writeProviderDomains(
      trx,
      provider,
      wanted.map((domain) => domain.id),
    );
    const added = wanted.filter((domain) => !before.some((one) => one.id === domain.id));
    await recordDomains(deps, trx, provider, { added, removed });
  });
}

/** Makes a domain use a provider, instead of the one with the same EntityID that it may have. */
export async function moveDomain(deps: Deps, trx: Db, domain: Domain, provider: IdentityProvider): Promise<void> {
  const before = await findProviderByEntityId(trx, domain.id, provider.entityId);
  if (before?.id === provider.id) return;
  await moveDomainToProvider(trx, domain.id, provider);
  if (before) await recordDomains(deps, trx, before, { removed: [domain] });
  await recordDomains(deps, trx, provider, { added: [domain] });
}

async function checkFree(db: Db, { id, url }: Domain, provider: IdentityProvider): Promise<void> {
  const other = await findProviderByEntityId(db, id, provider.entityId);
  if (other && other.id !== provider.id)
    throw new Conflict(
      `${url} uses ${other.name}, which has the same EntityID. Take the domain from ${other.name} first.`,
    );
}
