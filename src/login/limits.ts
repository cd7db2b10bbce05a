import type { Deps } from '../deps.ts';
import { clientNetwork } from '../network.ts';
import { countFailures, forgetFailures, recordFailure, takeFailureBack } from '../store/attempts.ts';
import { soughtKey } from '../store/loginName.ts';

const WINDOW_MS = 15 * 60_000;

/** A counter of failed attempts, and the number allowed in WINDOW_MS. */
type Limit = { name: string; most: number };

/**
 * Returns the limits of attempts with a password. The limit by name and network is the lowest, so that guessing from one network does not
 * block the person in another.
 * @param address the client's IP address
 */
export function limitsFor({ config }: Deps, name: string, address: string): Limit[] {
  if (!config.rateLimits) return [];
  const person = soughtKey(name).slice(0, 256);
  const network = clientNetwork(address);
  return [
    { name: `name ${person} in ${network}`, most: 10 },
    { name: `network ${network}`, most: 50 },
    { name: `name ${person}`, most: 100 },
  ];
}

/** Returns the limits of mails with a link for a new password: nobody should get many, or have many sent. */
export function limitsForLinks({ config }: Deps, name: string, address: string): Limit[] {
  if (!config.rateLimits) return [];
  return [
    { name: `link ${soughtKey(name).slice(0, 256)}`, most: 3 },
    { name: `links of ${clientNetwork(address)}`, most: 20 },
  ];
}

/** Returns the limits of codes of a person's app, beside those of their passwords: they hold from all networks together. */
export function codeLimitsFor({ config }: Pick<Deps, 'config'>, userId: string): Limit[] {
  return config.rateLimits ? [{ name: `codes of ${userId}`, most: 20 }] : [];
}

/** Counts the attempt as a failure in advance, so that a burst of guesses cannot outrun the count. Returns whether it is allowed. */
export async function mayTry(deps: Deps, limits: Limit[]): Promise<boolean> {
  const { db } = deps.store;
  const now = deps.now();
  for (const { name, most } of limits) if ((await countFailures(db, name, now)) >= most) return false;
  for (const { name } of limits) await recordFailure(db, name, now, WINDOW_MS);
  for (const { name, most } of limits) if ((await countFailures(db, name, now)) > most) return false;
  return true;
}

/** Forgets the failed logins of a person under these names: those from their network, and those from all together. */
export async function forgetFailuresOf(deps: Deps, names: string[], address: string): Promise<void> {
  for (const name of names) {
    const [ofBoth, , ofName] = limitsFor(deps, name, address);
    for (const limit of [ofBoth, ofName]) if (limit) await forgetFailures(deps.store.db, limit.name);
  }
}

/** Undoes the counting of an attempt with the right password: the person's counts are reset, and the network's is decremented. */
export async function undoFailure({ store }: Deps, [ofBoth, ofNetwork, ofName]: Limit[]): Promise<void> {
  for (const limit of [ofBoth, ofName]) if (limit) await forgetFailures(store.db, limit.name);
  if (ofNetwork) await takeFailureBack(store.db, ofNetwork.name);
}
