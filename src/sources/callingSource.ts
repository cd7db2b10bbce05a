import type { Deps } from '../deps.ts';
import { hashToken } from '../identifier.ts';
import { isInNetworks } from '../network.ts';
import { findSourceByTokenHash, type ProfileSource } from '../store/profileSources.ts';
import { issueAccessToken, readAccessToken } from './accessTokens.ts';

export type SourceRefusal =
  | 'no_token'
  | 'wrong_token'
  | 'expired_token'
  | 'expired_access_token'
  | 'inactive_source'
  | 'wrong_network'
  | 'no_client'
  | 'wrong_client';

type Refused = { ok: false; reason: SourceRefusal; source?: ProfileSource };
type Found = { source: ProfileSource; expiresAt: number | null };

/**
 * Returns the source that a token or an access token belongs to, if it may send requests from an address. The token is looked up by its
 * hash, so that the time this takes reveals nothing about the token.
 */
export async function findCallingSource(
  deps: Deps,
  token: string | undefined,
  address: string,
): Promise<{ ok: true; source: ProfileSource } | Refused> {
  if (!token) return { ok: false, reason: 'no_token' };
  const access = token.includes('.') ? readAccessToken(deps, token) : undefined;
  const found = await findSourceByTokenHash(deps.store.db, access?.secretHash ?? hashToken(token));
  if (!found) return { ok: false, reason: 'wrong_token' };
  if (access && access.expiresAt <= deps.now())
    return { ok: false, reason: 'expired_access_token', source: found.source };
  return refusalOf(deps, found, address) ?? { ok: true, source: found.source };
}

/** Returns an access token for a Client ID and a client secret, which is a token of the source (RFC 6749 4.4). */
export async function grantAccess(
  deps: Deps,
  client: { id: string; secret: string } | undefined,
  address: string,
): Promise<{ ok: true; source: ProfileSource; token: string; lifetimeMs: number } | Refused> {
  if (!client) return { ok: false, reason: 'no_client' };
  const secretHash = hashToken(client.secret);
  const found = await findSourceByTokenHash(deps.store.db, secretHash);
  if (found?.source.id !== client.id) return { ok: false, reason: 'wrong_client' };
  const refused = refusalOf(deps, found, address);
  return refused ?? { ok: true, source: found.source, ...issueAccessToken(deps, secretHash, found.expiresAt) };
}

function refusalOf({ now }: Deps, { source, expiresAt }: Found, address: string): Refused | undefined {
  if (expiresAt !== null && expiresAt <= now()) return { ok: false, reason: 'expired_token', source };
  if (!source.active) return { ok: false, reason: 'inactive_source', source };
  if (source.networks.length > 0 && !isInNetworks(address, source.networks))
    return { ok: false, reason: 'wrong_network', source };
  return undefined;
}
