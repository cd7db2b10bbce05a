import type { Deps } from '../deps.ts';
import { clientNetwork } from '../network.ts';
import { countFailures, forgetFailures, recordFailure, takeFailureBack } from '../store/attempts.ts';
import { soughtKey } from '../store/loginName.ts';
import { findPasswordHash, findUserByUserName, findUsersByEmail, type User } from '../store/users.ts';
import { verifyPassword } from './passwords.ts';

const WINDOW_MS = 15 * 60_000;

/** A counter of failed logins, and the number allowed in WINDOW_MS. */
type Limit = { name: string; most: number };

export type LocalLogin =
  | { ok: true; user: User }
  | {
      ok: false;
      reason: 'password_wrong' | 'too_many_failures' | 'person_deactivated' | 'person_not_intranet_user';
      user?: User;
    };

/**
 * Checks a user name (or e-mail address) and a password. A wrong name and a wrong password look the same and take the same time.
 * Failures are counted by name, by network, and by both. Above a limit, logins are blocked for 15 minutes.
 * @param address the client's IP address
 */
export async function logInLocally(deps: Deps, name: string, password: string, address: string): Promise<LocalLogin> {
  const limits = deps.config.rateLimits ? limitsFor(name, address) : [];
  if (!(await mayTry(deps, limits))) return { ok: false, reason: 'too_many_failures' };
  const user = await findByNameOrEmail(deps, name);
  const hash = user && (await findPasswordHash(deps.store.db, user.id));
  if (!(await verifyPassword(deps, password, hash)) || !user)
    return { ok: false, reason: 'password_wrong', ...(user ? { user } : {}) };
  await undoFailure(deps, limits);
  if (!user.active) return { ok: false, reason: 'person_deactivated', user };
  if (user.userType === 'Non Intranet User') return { ok: false, reason: 'person_not_intranet_user', user };
  return { ok: true, user };
}

/** The limit by both is the lowest, so that guessing from one network does not block the person in another. */
function limitsFor(name: string, address: string): Limit[] {
  const person = soughtKey(name).slice(0, 256);
  const network = clientNetwork(address);
  return [
    { name: `name ${person} in ${network}`, most: 10 },
    { name: `network ${network}`, most: 50 },
    { name: `name ${person}`, most: 100 },
  ];
}

/** Counts the attempt as a failure in advance, so that a burst of guesses cannot outrun the count. */
async function mayTry(deps: Deps, limits: Limit[]): Promise<boolean> {
  const { db } = deps.store;
  const now = deps.now();
  for (const { name, most } of limits) if ((await countFailures(db, name, now)) >= most) return false;
  for (const { name } of limits) await recordFailure(db, name, now, WINDOW_MS);
  for (const { name, most } of limits) if ((await countFailures(db, name, now)) > most) return false;
  return true;
}

/** Undoes the counting after a successful login: the person's counts are reset, and the network's is decremented. */
async function undoFailure({ store }: Deps, [ofBoth, ofNetwork, ofName]: Limit[]): Promise<void> {
  for (const limit of [ofBoth, ofName]) if (limit) await forgetFailures(store.db, limit.name);
  if (ofNetwork) await takeFailureBack(store.db, ofNetwork.name);
}

/** Returns the person with a user name, or else with an e-mail address that only one person has. */
async function findByNameOrEmail(deps: Deps, name: string): Promise<User | undefined> {
  const byName = await findUserByUserName(deps.store.db, name);
  if (byName) return byName;
  const byEmail = await findUsersByEmail(deps.store.db, name);
  return byEmail.length === 1 ? byEmail[0] : undefined;
}
