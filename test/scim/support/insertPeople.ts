import type { Db } from '../../../src/db/open.ts';
import { personAttributes } from '../../../src/people/attributes.ts';
import { searchKeysOf } from '../../../src/people/users.ts';
import type { User } from '../../../src/store/users.ts';
import { insertUsers } from '../../../src/store/writeUsers.ts';
import { aUser } from '../../support/rows.ts';

/** Inserts many people at once, past the SCIM server. Returns their IDs. */
export async function insertPeople(db: Db, count: number, values: Partial<User> = {}): Promise<string[]> {
  const people = Array.from({ length: count }, () => aUser(values));
  await insertUsers(
    db,
    people.map((user) => ({ user, keys: searchKeysOf(user, personAttributes), passwordHash: null })),
  );
  return people.map(({ id }) => id);
}
