import type { Deps } from '../deps.ts';
import { hashToken } from '../identifier.ts';
import { isInNetworks } from '../network.ts';
import { findSourceByTokenHash, type ProfileSource } from '../store/profileSources.ts';

export type SourceRefusal = 'no_token' | 'wrong_token' | 'expired_token' | 'inactive_source' | 'wrong_network';

/**
 * Returns the source that a token belongs to, if it may send requests from an address. The token is looked up by its hash, so that the time
 * this takes reveals nothing about the token.
 */
export async function findCallingSource(
  deps: Deps,
  token: string | undefined,
  address: string,
): Promise<{ ok: true; source: ProfileSource } | { ok: false; reason: SourceRefusal; source?: ProfileSource }> {
  if (!token) return { ok: false, reason: 'no_token' };
  const found = await findSourceByTokenHash(deps.store.db, hashToken(token));
  if (!found) return { ok: false, reason: 'wrong_token' };
  const { source, expiresAt } = found;
  if (expiresAt !== null && expiresAt <= deps.now()) return { ok: false, reason: 'expired_token', source };
  if (!source.active) return { ok: false, reason: 'inactive_source', source };
  if (source.networks.length > 0 && !isInNetworks(address, source.networks))
    return { ok: false, reason: 'wrong_network', source };
  return { ok: true, source };
}
