import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { hashToken, newToken } from '../identifier.ts';
import { insertSourceToken, type ProfileSource, type SourceToken } from '../store/profileSources.ts';
import { recordNewToken } from './recordSource.ts';

const HINT_LENGTH = 4;
const WARN_MS = 30 * 86_400_000;

/** The state of a source's tokens; `at` is in epoch milliseconds. */
export type TokenState = { kind: 'valid' } | { kind: 'expiresSoon' | 'expired'; at: number } | { kind: 'none' };

/** Gives a source another token and returns it; only its hash is stored. @param expiresAt epoch milliseconds, null for never */
export async function createToken(
  db: Db,
  deps: Deps,
  source: ProfileSource,
  expiresAt: number | null,
): Promise<string> {
  const token = newToken(deps);
  const hint = token.slice(-HINT_LENGTH);
  const shown = { sourceId: source.id, hint, createdAt: deps.now(), expiresAt };
  await insertSourceToken(db, { ...shown, tokenHash: hashToken(token) });
  await recordNewToken(db, deps, source, shown);
  return token;
}

/** Returns the state of the token that is valid longest. */
export function tokenStateOf(tokens: SourceToken[], now: number): TokenState {
  if (tokens.length === 0) return { kind: 'none' };
  if (tokens.some(({ expiresAt }) => expiresAt === null)) return { kind: 'valid' };
  const at = Math.max(...tokens.map(({ expiresAt }) => expiresAt ?? 0));
  if (at <= now) return { kind: 'expired', at };
  return at - now < WARN_MS ? { kind: 'expiresSoon', at } : { kind: 'valid' };
}
