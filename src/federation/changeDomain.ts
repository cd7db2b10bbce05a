import { type AuditTarget, recordDifference } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Domain, listDomains, updateDomain } from '../store/domains.ts';
import { findProvider } from '../store/identityProviders.ts';

/** Changes some values of a domain, and records what differs. Returns the domain as it is then. */
export async function changeDomain(
  deps: Deps,
  trx: Db,
  before: Domain,
  changes: Partial<Omit<Domain, 'id'>>,
): Promise<Domain> {
  const after = { ...before, ...changes };
  await updateDomain(trx, before.id, changes);
  const [was, is] = [await recordedDomain(trx, before), await recordedDomain(trx, after)];
  await recordDifference(trx, deps, 'domain.updated', domainTarget(before), was, is);
  return after;
}

/** Removes a provider from the domains that default to it, or from one of them, and turns their Auto Login off. */
export async function clearDefaultProvider(deps: Deps, trx: Db, providerId: string, domainId?: string): Promise<void> {
  const cleared = { autoLogin: false, autoLoginPausedAt: null, defaultProviderId: null };
  for (const domain of await listDomains(trx))
    if (domain.defaultProviderId === providerId && (domainId ?? domain.id) === domain.id)
      await changeDomain(deps, trx, domain, cleared);
}

/** Returns a domain as what a recorded change is about. */
export function domainTarget({ id, url }: Domain): AuditTarget {
  return { kind: 'domain', id, name: url };
}

/** Returns what is recorded of a domain. */
export async function recordedDomain(db: Db, domain: Domain): Promise<object> {
  const { url, defaultProviderId, autoLogin, autoLoginPausedAt, emailFirst, ...others } = domain;
  const { spEntityId, acsPath, idleMinutes, longestMinutes } = others;
  const defaultProvider = defaultProviderId === null ? null : (await findProvider(db, defaultProviderId))?.name;
  return {
    ...{ url, spEntityId, acsPath, defaultProvider, autoLogin, autoLoginPaused: autoLoginPausedAt !== null },
    ...{ emailFirst: emailFirst === 1, idleMinutes, longestMinutes },
  };
}
