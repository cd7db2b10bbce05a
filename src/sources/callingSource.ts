import ipaddr from 'ipaddr.js';
import type { Deps } from '../deps.ts';
import { hashToken } from '../identifier.ts';
import { findSourceByTokenHash, type ProfileSource } from '../store/profileSources.ts';

export type SourceRefusal = 'no_token' | 'wrong_token' | 'expired_token' | 'inactive_source' | 'wrong_network';

/**
 * The source that a token belongs to, where it may call from an address. The token is looked up by its hash: how long that takes says nothing
 * of how much of a guess was right.
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
  if (!isWithin(address, source.networks)) return { ok: false, reason: 'wrong_network', source };
  return { ok: true, source };
}

/** Whether an address lies in one of some networks; in no list at all it does. */
function isWithin(address: string, networks: string[]): boolean {
  if (networks.length === 0) return true;
  if (!ipaddr.isValid(address)) return false;
  const caller = ipaddr.process(address);
  return networks.some((text) => {
    const [base, bits] = text.includes('/')
      ? ipaddr.parseCIDR(text)
      : [ipaddr.process(text), ipaddr.process(text).kind() === 'ipv4' ? 32 : 128];
    return base.kind() === caller.kind() && caller.match(base, bits);
  });
}
