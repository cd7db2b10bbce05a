import type { Db } from '../../db/open.ts';
import { hashToken } from '../../identifier.ts';
import { findLoggedOutSessions, insertLoggedOutSessions } from '../../store/loggedOutSessions.ts';
import { found, type LoginContext, refuse, type Writing } from './check.ts';

const LONGEST_MS = 10 * 60_000; // an assertion that was issued before the logout is no longer accepted then

/** A session at a provider, as an assertion names it. `authnAt`: when the provider authenticated the person, in epoch milliseconds. */
export type SessionAtProvider = {
  providerId: string;
  nameId: string | undefined;
  sessionIndex: string | undefined;
  authnAt: number;
};

/** A LogoutRequest: whose sessions end, and which of them (none: all). Times are epoch milliseconds. */
export type LogoutOfName = {
  providerId: string;
  nameId: string;
  sessionIndexes: readonly string[];
  issuedAt: number;
  expiresAt: number;
};

/**
 * Remembers for a few minutes which sessions a LogoutRequest ended: the assertion of one may arrive later (saml-core 3.7.3.1). Must be committed
 * before sessions are deleted: a login writes its session and then calls isLoggedOut, so one of the two sees the other.
 */
export async function rememberLogout(db: Db, now: number, logout: LogoutOfName): Promise<void> {
  const { providerId, nameId, sessionIndexes, issuedAt } = logout;
  const expiresAt = Math.min(logout.expiresAt, now + LONGEST_MS);
  const indexes = sessionIndexes.length > 0 ? [...new Set(sessionIndexes)] : [undefined];
  const rows = indexes.map((index) => ({ keyHash: keyOf(providerId, nameId, index), issuedAt, expiresAt }));
  await insertLoggedOutSessions(db, rows);
}

/**
 * Returns whether a logout has ended the session of an assertion. A logout that named no SessionIndex ended all sessions of that time; a
 * person who was authenticated again since has a new one.
 */
export async function isLoggedOut(db: Db, now: number, session: SessionAtProvider): Promise<boolean> {
  const { providerId, nameId, sessionIndex, authnAt } = session;
  if (nameId === undefined) return false;
  const all = keyOf(providerId, nameId, undefined);
  const rows = await findLoggedOutSessions(db, [all, keyOf(providerId, nameId, sessionIndex)], now);
  return rows.some(({ keyHash, issuedAt }) => keyHash !== all || authnAt <= issuedAt);
}

/** Refuses an assertion that arrives after the logout of its session. */
export async function checkNotLoggedOut(login: LoginContext, { db }: Writing): Promise<undefined> {
  const session = sessionAtProvider(login);
  if (!login.test && (await isLoggedOut(db, login.now, session)))
    refuse('session_logged_out', { received: session.sessionIndex ?? 'no SessionIndex' });
}

/** Returns the session at the provider that an assertion names. */
export function sessionAtProvider({
  provider,
  content,
}: Pick<LoginContext, 'provider' | 'content'>): SessionAtProvider {
  const { nameId, sessionIndex, authnInstants } = found(content);
  return { providerId: found(provider).id, nameId: nameId?.value, sessionIndex, authnAt: Math.min(...authnInstants) };
}

function keyOf(providerId: string, nameId: string, sessionIndex: string | undefined): string {
  return hashToken(JSON.stringify([providerId, nameId, sessionIndex ?? null]));
}
