import type { Deps } from '../deps.ts';
import { findUser, findUserByUserName, type User } from '../store/users.ts';
import { Refused } from './command.ts';

/** Returns the person with a user name, in any case, or an ID. @throws Refused */
export async function userNamed({ store }: Deps, name = ''): Promise<User> {
  const user = (await findUserByUserName(store.db, name)) ?? (await findUser(store.db, name));
  if (!user) throw new Refused(`No person has the user name ${name}.`);
  return user;
}
