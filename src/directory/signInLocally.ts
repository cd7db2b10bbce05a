import type { Deps } from '../deps.ts';
import { countFailures, forgetFailures, recordFailure } from '../store/attempts.ts';
import { caseKey } from '../store/caseKey.ts';
import { findPasswordHash, findUserByUserName, findUsersByEmail, type User } from '../store/users.ts';
import { verifyPassword } from './password.ts';

const WINDOW_MS = 15 * 60_000;
const FAILURES_PER_NAME = 10;
const FAILURES_PER_NETWORK = 50;

export type LocalSignIn =
  | { ok: true; user: User }
  | {
      ok: false;
      reason: 'password_wrong' | 'too_many_failures' | 'person_deactivated' | 'person_not_intranet_user';
      user?: User;
    };

/**
 * Checks a user name (or e-mail address) and a password. Failures are counted by name and by network;
 * past the limit nothing is tried for a while. A wrong name and a wrong password look and last the same.
 */
export async function signInLocally(deps: Deps, name: string, password: string, network: string): Promise<LocalSignIn> {
  const counters = [`name ${caseKey(name).slice(0, 256)}`, `network ${network}`] as const;
  if (deps.config.rateLimits && (await tooManyFailures(deps, counters)))
    return { ok: false, reason: 'too_many_failures' };
  const user = await findByNameOrEmail(deps, name);
  const hash = user && (await findPasswordHash(deps.store.db, user.id));
  if (!(await verifyPassword(password, hash)) || !user) {
    for (const counter of counters) await recordFailure(deps.store.relaxed, counter, deps.now(), WINDOW_MS);
    return { ok: false, reason: 'password_wrong', ...(user ? { user } : {}) };
  }
  await forgetFailures(deps.store.relaxed, counters[0]);
  if (!user.active) return { ok: false, reason: 'person_deactivated', user };
  if (user.userType === 'Non Intranet User') return { ok: false, reason: 'person_not_intranet_user', user };
  return { ok: true, user };
}

async function tooManyFailures(deps: Deps, [byName, byNetwork]: readonly [string, string]): Promise<boolean> {
  const now = deps.now();
  if ((await countFailures(deps.store.relaxed, byName, now)) >= FAILURES_PER_NAME) return true;
  return (await countFailures(deps.store.relaxed, byNetwork, now)) >= FAILURES_PER_NETWORK;
}

/** A user name wins over an e-mail address; an address that two people share names nobody. */
async function findByNameOrEmail(deps: Deps, name: string): Promise<User | undefined> {
  const byName = await findUserByUserName(deps.store.db, name);
  if (byName) return byName;
  const byEmail = await findUsersByEmail(deps.store.db, name);
  return byEmail.length === 1 ? byEmail[0] : undefined;
}
