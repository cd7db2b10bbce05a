import { expect } from 'chai';
import { sql } from 'kysely';
import type { Slice } from '../../src/db/longReads.ts';
import type { Db } from '../../src/db/open.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { searchKeysOf } from '../../src/people/users.ts';
import { readCount } from '../../src/store/directoryCounts.ts';
import { addMembers } from '../../src/store/groupMembers.ts';
import { insertGroup } from '../../src/store/groups.ts';
import type { UserSort } from '../../src/store/userOrder.ts';
import type { UserSearch } from '../../src/store/userPlan.ts';
import { type FoundUsers, listDepartments, searchUsers } from '../../src/store/userSearch.ts';
import { findUser, type User } from '../../src/store/users.ts';
import { deleteUser, insertUsers } from '../../src/store/writeUsers.ts';
import { insertUser, updateUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';

describe('store/userSearch', () => {
  withStores((open) => {
    it('finds people by the start of words, whatever their case and accents', async () => {
      const { db } = await open();
      await insertUser(
        db,
        person(1, { givenName: 'Zoë', familyName: 'Müller-Groß', department: 'Vertrieb Süd' }),
        null,
      );
      await insertUser(db, person(2, { givenName: 'Zora', familyName: 'Lund', title: 'Head of Sales' }), null);
      expect(await names(db, { text: 'zo' })).to.deep.equal(['u1', 'u2']);
      expect(await names(db, { text: 'ZOE mull' })).to.deep.equal(['u1']);
      expect(await names(db, { text: 'gross sud' })).to.deep.equal(['u1']);
      expect(await names(db, { text: 'sales' })).to.deep.equal(['u2']);
      expect(await names(db, { text: 'ales' })).to.deep.equal([]);
      expect(await names(db, { text: 'u2@acme.com' })).to.deep.equal(['u2']);
      expect(await names(db, { text: 'u_@acme.com zo' })).to.deep.equal([]);
    });

    it('reads a long list in slices, each in its own turn, forward and back', async () => {
      const { db } = await open();
      const everyone = Array.from({ length: 2_500 }, (_, i) =>
        person(i, {
          displayName: `Anna ${String(i % 1_250).padStart(4, '0')}`,
          title: i % 900 === 7 ? 'Head' : 'Member',
        }),
      );
      const people = everyone.map((user) => ({ user, keys: searchKeysOf(user, personAttributes), passwordHash: null }));
      await db.transaction().execute((trx) => insertUsers(trx, people));
      const expected = everyone
        .toSorted((one, other) => (`${one.displayName} ${one.id}` < `${other.displayName} ${other.id}` ? -1 : 1))
        .map(({ userName }) => userName);
      const seen: string[] = [];
      const back: string[] = [];
      let next: string | undefined;
      let last: string | undefined;
      do {
        const page = await searchUsers(db, {}, { limit: 700, after: next });
        expect([page.total, page.totalIsExact]).to.deep.equal([1_000, false]);
        for (const { userName } of page.rows) seen.push(userName);
        [next, last] = [page.next, page.previous];
      } while (next !== undefined);
      expect(seen).to.deep.equal(expected);
      while (last !== undefined) {
        const page = await searchUsers(db, {}, { limit: 700, before: last });
        back.unshift(...page.rows.map(({ userName }) => userName));
        last = page.previous;
      }
      expect(back).to.deep.equal(expected.slice(0, back.length)).and.to.have.lengthOf(2_100);
      let slices = 0;
      const slice: Slice = (part) => {
        slices += 1;
        return part();
      };
      const rare = await searchUsers(db, { text: 'anna', active: false }, { limit: 5, slice });
      expect([rare.rows.length, rare.total, slices]).to.deep.equal([0, 0, 3]);
      slices = 0;
      const small = await searchUsers(db, { text: 'anna head' }, { limit: 5, slice });
      expect([small.rows.length, small.total, slices], 'by the rare word').to.deep.equal([3, 3, 0]);
    });

    it('finds two words that match very many people, in names first', async () => {
      const { db } = await open();
      const many = Array.from({ length: 4_400 }, (_, i) => ({
        displayName: `${i % 2 === 0 ? 'Zoe' : 'Anna'} ${i % 4 < 2 ? 'Müller' : 'Berg'}${i % 7 === 0 ? ' de la Cruz y Rojas Zo' : ''} ${i}`,
        title: i % 8 === 2 ? 'Zoologist at Muller' : 'Member',
        active: i % 3 > 0,
      }));
      many.push({ displayName: 'Zoë-Ann Müller-Groß', title: 'Member', active: true });
      many.push({ displayName: 'Al B C D E Zo Mull', title: 'Member', active: true });
      const people = many.map((attributes, i) => {
        const user = person(10 + i, attributes);
        return { user, keys: searchKeysOf(user, personAttributes), passwordHash: null };
      });
      await db.transaction().execute((trx) => insertUsers(trx, people));
      await sql`analyze`.execute(db); // as autovacuum does: without statistics, PostgreSQL takes four times as long
      const inName = ({ displayName }: { displayName: string }) =>
        / (zo.* m[uü]ll|m[uü]ll.* zo)/i.test(` ${displayName}`);
      const inTitle = ({ title, displayName }: { title: string; displayName: string }) =>
        title.startsWith('Zoo') || (/zo/i.test(displayName) && /m[uü]ll/i.test(displayName));
      for (const active of [undefined, true]) {
        const found = await walked(db, { text: 'zo mull', active });
        const expected = many.filter((one) => (inName(one) || inTitle(one)) && (active === undefined || one.active));
        expect(found).to.have.members(expected.map(({ displayName }) => displayName));
        const zoes = expected.filter(({ displayName }) => /^zo.* müll/i.test(displayName)).length;
        expect(found.slice(0, zoes).every((name) => /^zo.* müll/i.test(name ?? ''))).to.equal(true);
      }
    });

    it('counts only as far as that is quick, unless all are to be counted', async () => {
      const { db } = await open();
      const everyone = Array.from({ length: 8_000 }, (_, i) =>
        person(i, { displayName: `Anna ${String(i).padStart(4, '0')}`, active: i % 100 === 0 }),
      );
      const people = everyone.map((user) => ({ user, keys: searchKeysOf(user, personAttributes), passwordHash: null }));
      await db.transaction().execute((trx) => insertUsers(trx, people));
      let slices = 0;
      const slice: Slice = (part) => {
        slices += 1;
        return part();
      };
      const search = { text: 'anna', active: true };
      const quick = await searchUsers(db, search, { limit: 5, slice });
      expect([quick.rows.length, quick.total, quick.totalIsExact, slices]).to.deep.equal([5, 50, false, 6]);
      const all = await searchUsers(db, search, { limit: 5, countTo: 1_000 });
      expect([all.rows.length, all.total, all.totalIsExact]).to.deep.equal([5, 80, true]);
      const last = await searchUsers(db, search, { limit: 70, slice });
      expect([last.rows.length, last.total, last.totalIsExact]).to.deep.equal([70, 70, false]);
    });

    it('has no wildcards', async () => {
      const { db } = await open();
      for (const n of [1, 2]) {
        const emails = [{ value: 'u_@acme.com' }, { value: 'u%@acme.com' }];
        await insertUser(db, person(n, { profile: { emails } }), null);
      }
      await insertUser(db, person(3, { givenName: 'Zora' }), null);
      for (const text of ['u_@acme.com', 'u%@acme.com']) {
        expect(await names(db, { text })).to.deep.equal(['u1', 'u2']);
        // The rarest word drives the search; the other one is tested with LIKE.
        expect(await names(db, { text: `zora ${text}` })).to.deep.equal([]);
      }
    });

    it('follows changes and deletions', async () => {
      const { db } = await open();
      const user = person(1, { familyName: 'Berg' });
      await insertUser(db, user, null);
      expect(await updateUser(db, { ...user, familyName: 'Tal', email: 'x@acme.com', version: 2 }, 1)).to.equal(true);
      expect(await updateUser(db, { ...user, familyName: 'See', version: 2 }, 1)).to.equal(false);
      expect(await names(db, { text: 'berg' })).to.deep.equal([]);
      expect(await names(db, { text: 'tal' })).to.deep.equal(['u1']);
      expect(await names(db, { text: 'x@acme' })).to.deep.equal(['u1']);
      expect(await readCount(db, 'users')).to.equal(1);
      await deleteUser(db, user.id, 9);
      expect(await names(db, { text: 'tal' })).to.deep.equal([]);
      expect(await db.selectFrom('userTokens').selectAll().execute()).to.deep.equal([]);
      expect(await readCount(db, 'users')).to.equal(0);
      expect(await findUser(db, user.id)).to.equal(undefined);
    });

    it('filters by type, department, source, group, manager and activity', async () => {
      const { db } = await open();
      const boss = person(1, { userType: 'Power User', department: 'IT' });
      const enterprise = { manager: { value: boss.id } };
      await insertUser(db, boss, null);
      await insertUser(db, person(2, { sourceId: 's', profile: { enterprise } }), null);
      await insertUser(db, person(3, { active: false }), null);
      await insertUser(db, person(4, { profile: { interact: { omitFromSearch: true } } }), null);
      const group = {
        id: id(9),
        displayName: 'G',
        externalId: null,
        sourceId: null,
        version: 1,
        createdAt: 1,
        modifiedAt: 1,
      };
      await insertGroup(db, group);
      await addMembers(db, group.id, [id(2), id(3)]);
      expect(await names(db, {})).to.deep.equal(['u1', 'u2', 'u3']);
      expect(await names(db, { includeOmitted: true })).to.deep.equal(['u1', 'u2', 'u3', 'u4']);
      expect(await names(db, { active: false })).to.deep.equal(['u3']);
      expect(await names(db, { userType: 'Power User' })).to.deep.equal(['u1']);
      expect(await names(db, { userType: 'Intranet User', active: true })).to.deep.equal(['u2']);
      expect(await names(db, { department: 'IT' })).to.deep.equal(['u1']);
      expect(await names(db, { sourceId: 's' })).to.deep.equal(['u2']);
      expect(await names(db, { groupId: group.id, text: 'u' })).to.deep.equal(['u2', 'u3']);
      expect(await names(db, { managerId: boss.id })).to.deep.equal(['u2']);
    });

    it('lists each department once, up to a limit', async () => {
      const { db } = await open();
      expect(await listDepartments(db, 10)).to.deep.equal([]);
      for (const [index, department] of ['Sales', 'IT', null, 'Sales', 'Ärzte', 'sales'].entries())
        await insertUser(db, person(index, { department }), null);
      expect(await listDepartments(db, 10)).to.have.members(['IT', 'Sales', 'sales', 'Ärzte']);
      expect(await listDepartments(db, 2)).to.have.length(2);
    });

    it('pages forwards and backwards', async () => {
      const { db } = await open();
      for (let n = 1; n <= 7; n += 1) await insertUser(db, person(n, { displayName: 'Same Name' }), null);
      const first = await searchUsers(db, {}, { limit: 3 });
      expect(first).to.include({ total: 7, totalIsExact: true, previous: undefined });
      const second = await searchUsers(db, {}, { limit: 3, after: first.next });
      const third = await searchUsers(db, {}, { limit: 3, after: second.next });
      expect([first, second, third].map((page) => page.rows.map((user) => user.userName).join())).to.deep.equal([
        'u1,u2,u3',
        'u4,u5,u6',
        'u7',
      ]);
      expect(third.next).to.equal(undefined);
      const back = await searchUsers(db, {}, { limit: 3, before: third.previous });
      expect(back.rows.map((user) => user.userName).join()).to.equal('u4,u5,u6');
      const start = await searchUsers(db, {}, { limit: 3, before: back.previous });
      expect(start).to.include({ previous: undefined });
      const again = await searchUsers(db, {}, { limit: 3, after: start.next });
      expect(again.rows.map((user) => user.userName).join()).to.equal('u4,u5,u6');
      expect((await searchUsers(db, {}, { limit: 3, after: 'nonsense' })).rows).to.have.length(3);
    });

    it('ranks people whose names match before titles, on all pages', async () => {
      const { db } = await open();
      const known: Partial<User>[] = [
        { displayName: 'Anna Berg', title: 'Strategist' },
        { displayName: 'Ben Strasse' },
        { displayName: 'Cleo-Stra Tal' },
        { displayName: 'Dora Estra', title: 'Strategist' },
        { displayName: 'Zoë Straße', department: 'Sales' },
      ];
      for (const [n, one] of known.entries()) await insertUser(db, person(n, one), null);
      expect(await names(db, { text: 'stra' })).to.deep.equal(['u1', 'u2', 'u4', 'u0', 'u3']);
      expect(await names(db, { text: 'stra sales' })).to.deep.equal(['u4']);
      const pages = await allPages(db, { text: 'stra' }, undefined);
      expect(pages).to.deep.equal(['u1,u2', 'u4,u0', 'u3']);
      expect(await allPages(db, { text: 'stra' }, { by: 'name', descending: false })).to.deep.equal([
        'u0,u1',
        'u2,u3',
        'u4',
      ]);
    });

    it('sorts by name, user name and time of change, up and down', async () => {
      const { db } = await open();
      const source = { sourceId: 's', department: 'IT' };
      await insertUser(db, person(1, { displayName: 'Cleo', modifiedAt: 20, ...source }), null);
      await insertUser(db, person(2, { displayName: 'Anna', modifiedAt: 30 }), null);
      await insertUser(db, person(3, { displayName: 'Ben', modifiedAt: 10, ...source }), null);
      await insertUser(db, person(4, { displayName: 'Anna', modifiedAt: 30, ...source }), null);
      const by = (sort: UserSort['by'], search: UserSearch = {}) =>
        Promise.all([false, true].map((descending) => allPages(db, search, { by: sort, descending })));
      expect(await by('name')).to.deep.equal([
        ['u2,u4', 'u3,u1'],
        ['u1,u3', 'u4,u2'],
      ]);
      expect(await by('userName')).to.deep.equal([
        ['u1,u2', 'u3,u4'],
        ['u4,u3', 'u2,u1'],
      ]);
      expect(await by('changed')).to.deep.equal([
        ['u3,u1', 'u2,u4'],
        ['u4,u2', 'u1,u3'],
      ]);
      for (const search of [{ sourceId: 's' }, { department: 'IT' }])
        expect(await by('changed', search)).to.deep.equal([
          ['u3,u1', 'u4'],
          ['u4,u1', 'u3'],
        ]);
      expect(await by('userName', { sourceId: null })).to.deep.equal([['u2'], ['u2']]);
      expect(await by('changed', { text: 'anna' })).to.deep.equal([['u2,u4'], ['u4,u2']]);
    });

    it('takes the cursor of another order for none', async () => {
      const { db } = await open();
      for (let n = 1; n <= 3; n += 1) await insertUser(db, person(n), null);
      const { next } = await searchUsers(db, {}, { limit: 2 });
      const sort = { by: 'changed', descending: false } as const;
      const page = await searchUsers(db, {}, { limit: 2, after: next, sort });
      expect(page.rows.map(({ userName }) => userName)).to.deep.equal(['u1', 'u2']);
    });
  });
});

/** The user names on each page of two, after the way back through them is the same. */
async function allPages(db: Db, search: UserSearch, sort: UserSort | undefined): Promise<string[]> {
  const pages: string[] = [];
  const back: string[] = [];
  const read = async (place: { after?: string | undefined; before?: string | undefined }, list: string[]) => {
    const page = await searchUsers(db, search, { limit: 2, sort, ...place });
    list.push(page.rows.map(({ userName }) => userName).join());
    return page;
  };
  let page = await read({}, pages);
  while (page.next !== undefined) page = await read({ after: page.next }, pages);
  while (page.previous !== undefined) page = await read({ before: page.previous }, back);
  expect(back.toReversed()).to.deep.equal(pages.slice(0, -1));
  return pages;
}

async function names(db: Db, search: UserSearch): Promise<string[]> {
  const { rows } = await searchUsers(db, search, { limit: 10 });
  return rows.map((user) => user.userName);
}

/** Returns the names of all pages, which must be the same on the way back. */
async function walked(db: Db, search: UserSearch): Promise<(string | null)[]> {
  const limit = 100;
  const namesOf = (page: FoundUsers) => page.rows.map(({ displayName }) => displayName);
  let page = await searchUsers(db, search, { limit });
  const forth = namesOf(page);
  while (page.next !== undefined) {
    page = await searchUsers(db, search, { limit, after: page.next });
    forth.push(...namesOf(page));
  }
  const back = namesOf(page);
  while (page.previous !== undefined) {
    page = await searchUsers(db, search, { limit, before: page.previous });
    back.unshift(...namesOf(page));
  }
  expect(back).to.deep.equal(forth);
  return forth;
}

function id(n: number): string {
  return `00000000-0000-7000-8000-00000000000${n}`;
}

function person(n: number, known: Partial<User> = {}): User {
  return {
    id: id(n),
    userName: `u${n}`,
    active: true,
    userType: 'Intranet User',
    loginType: null,
    externalId: null,
    givenName: null,
    familyName: null,
    displayName: null,
    title: null,
    department: null,
    email: `u${n}@acme.com`,
    profile: {},
    sourceId: null,
    creatorId: null,
    version: 1,
    createdAt: 1,
    modifiedAt: 1,
    lastLoginAt: null,
    ...known,
  };
}
