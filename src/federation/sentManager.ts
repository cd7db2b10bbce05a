import type { Db } from '../db/open.ts';
import type { PeopleRules } from '../store/peopleRules.ts';
import { findUsersByExternalId, findUsersByUserNameOrEmail } from '../store/users.ts';
import { managerNamed, type Sent } from './sentPerson.ts';

/**
 * Returns what a provider sent with the manager it names, if that is mapped: by user name or e-mail address, or by external ID. A name that fits
 * nobody or several people means no one.
 */
export async function withSentManager<T extends Sent>(db: Db, people: PeopleRules, sent: T): Promise<T> {
  const name = managerNamed(people, sent);
  if (name === undefined) return sent;
  const byName = await findUsersByUserNameOrEmail(db, name);
  const found = byName.length > 0 ? byName : await findUsersByExternalId(db, name);
  return { ...sent, manager: found.length === 1 ? found[0] : undefined };
}
