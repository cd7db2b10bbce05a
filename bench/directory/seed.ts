import { randomBytes } from 'node:crypto';
import { openStore } from '../../src/db/open.ts';
import { newId } from '../../src/identifier.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { searchKeysOf } from '../../src/people/users.ts';
import { addMembers } from '../../src/store/groupMembers.ts';
import { insertGroup } from '../../src/store/groups.ts';
import type { User } from '../../src/store/users.ts';
import { insertUsers } from '../../src/store/writeUsers.ts';

const AT_ONCE = 500;
const GIVEN = [
  'Anna',
  'Bert',
  'Carl',
  'Dora',
  'Emil',
  'Frida',
  'Gina',
  'Hugo',
  'Ines',
  'Jon',
  'Zoë',
  'Mia',
  'Noah',
  'Olav',
];
const FAMILY = ['Berg', 'Müller', 'Smith', 'Hansen', 'Lund', 'Dahl', 'García', 'Rossi', 'Novák', 'Silva', 'Kowalski'];

/** The content of a directory: the group, and people who are not in it. */
export type Seeded = { groupId: string; strangers: string[] };

/** Fills a database with people. The first `members` of them are in one group. */
export async function seed(file: string, people: number, members: number): Promise<Seeded> {
  const store = await openStore(`sqlite:${file}`);
  const deps = { now: Date.now, randomBytes };
  const now = Date.now();
  const group = { id: newId(deps), displayName: 'Big', externalId: null, sourceId: null };
  await insertGroup(store.db, { ...group, version: 1, createdAt: now, modifiedAt: now });
  const ids: string[] = [];
  for (let start = 0; start < people; start += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, (_, index) => person(newId(deps), start + index));
    await store.db.transaction().execute(async (trx) => {
      await insertUsers(
        trx,
        batch.map((user) => ({ user, keys: searchKeysOf(user, personAttributes), passwordHash: null })),
      );
      await addMembers(
        trx,
        group.id,
        batch.slice(0, Math.max(0, members - start)).map(({ id }) => id),
      );
    });
    if (ids.length < members + 1_000) ids.push(...batch.map(({ id }) => id));
  }
  await store.close();
  return { groupId: group.id, strangers: ids.slice(members, members + 1_000) };
}

function person(id: string, number: number): User {
  const givenName = GIVEN[number % GIVEN.length] ?? '';
  const familyName = `${FAMILY[Math.floor(number / GIVEN.length) % FAMILY.length]}${number % 997}`;
  const email = `user${number}@acme.com`;
  const now = Date.now();
  return {
    id,
    userName: email,
    active: number % 50 !== 0,
    userType: number % 100_000 === 0 ? 'Power User' : 'Intranet User',
    loginType: null,
    externalId: `e${number}`,
    givenName,
    familyName,
    displayName: `${givenName} ${familyName}`,
    title: number % 3 === 0 ? 'Sales Manager' : 'Engineer',
    department: `Department ${number % 200}`,
    email,
    profile: { emails: [{ value: email, type: 'work', primary: true }] },
    sourceId: null,
    creatorId: null,
    version: 1,
    createdAt: now,
    modifiedAt: now,
    lastLoginAt: null,
  };
}
