import type { Db } from '../db/open.ts';
import { Conflict, invalid } from '../errors.ts';
import { writeSetting } from '../store/settings.ts';
import { countPowerUsers, findPowerUsersAmong, type User } from '../store/users.ts';

export const LAST_POWER_USER = 'This is the last active Power User. Make another person a Power User first.';
export const LAST_WITH_PASSWORD =
  'This is the last Power User who can log in without the identity provider. Give another Power User a local password first.';

/** A change is refused because people could no longer change the settings, or only with the help of the identity provider. */
export class LastPowerUser extends Conflict {}

/**
 * Checks that the last active Power User, and the last one with a local password, stay. Call in the transaction that writes, before
 * it does.
 * @param loses what the person loses
 * @throws LastPowerUser
 */
export async function requirePowerUserLeft(db: Db, user: User, loses: 'power' | 'password'): Promise<void> {
  if (!isPowerful(user)) return;
  await takePowerUserTurn(db);
  const reason = await reasonToKeep(db, user, loses);
  if (reason !== undefined) throw new LastPowerUser(reason);
}

/** Returns why a person must keep their power or password, or undefined. For screens: what is written checks again. */
export async function reasonToKeep(db: Db, user: User, loses: 'power' | 'password'): Promise<string | undefined> {
  if (!isPowerful(user)) return undefined;
  const others = await countPowerUsers(db, [user.id]);
  if (others.active === 0 && loses === 'power') return LAST_POWER_USER;
  if (others.withPassword > 0) return undefined;
  const [self] = await findPowerUsersAmong(db, [user.id]);
  return self?.hasPassword ? LAST_WITH_PASSWORD : undefined;
}

/** Returns one of these people and the reason, if no Power User (with a local password) would be left without them. */
export async function lastPowerUserAmong(db: Db, ids: string[]): Promise<{ id: string; reason: string } | undefined> {
  await takePowerUserTurn(db);
  const [first] = await findPowerUsersAmong(db, ids);
  if (!first) return undefined;
  const others = await countPowerUsers(db, ids);
  if (others.active === 0) return { id: first.id, reason: LAST_POWER_USER };
  return first.hasPassword && others.withPassword === 0 ? { id: first.id, reason: LAST_WITH_PASSWORD } : undefined;
}

/** Whether a person may change the settings. */
export function isPowerful({ active, userType }: Pick<User, 'active' | 'userType'>): boolean {
  return active && userType === 'Power User';
}

/** Returns what makes the refusal to take power from the last Power User an error of a field. */
export function refusalOf(field: string): (error: unknown) => ReturnType<typeof invalid> {
  return (error) => {
    if (error instanceof LastPowerUser) return invalid({ [field]: error.message });
    throw error;
  };
}

/** Waits until no other transaction takes power from Power Users: two at once would each count the other's. */
async function takePowerUserTurn(db: Db): Promise<void> {
  await writeSetting(db, 'powerUserTurn', '');
}
