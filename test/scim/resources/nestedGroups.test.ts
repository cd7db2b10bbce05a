import { expect } from 'chai';
import { inserter } from '../../../src/db/query.ts';
import { refreshAncestors } from '../../../src/store/nestedGroups.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { type Body, openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/nested groups', () => {
  withStores((open) => {
    let scim: ScimServer;
    let anna: string;
    let bert: string;

    beforeEach(async () => {
      scim = await openScimServer(await open());
      anna = (await scim.call('POST', '/Users', { userName: 'anna' })).body.id;
      bert = (await scim.call('POST', '/Users', { userName: 'bert' })).body.id;
    });

    const post = (displayName: string, ...members: (string | undefined)[]) =>
      scim.call('POST', '/Groups', { displayName, members: members.map((value) => ({ value })) });
    const create = async (...args: Parameters<typeof post>) => (await post(...args)).body.id;
    const change = (id: string, ...operations: unknown[]) => scim.call('PATCH', `/Groups/${id}`, patch(...operations));
    const add = (id: string, value: string) => change(id, { op: 'add', path: 'members', value: [{ value }] });
    const read = async (path: string): Promise<Body> => (await scim.call('GET', path)).body;
    const names = async (path: string, filter: string) => {
      const { Resources, totalResults } = await read(`${path}?filter=${encodeURIComponent(filter)}`);
      expect(totalResults, filter).to.equal(Resources.length);
      return Resources.map(({ displayName, userName }) => displayName ?? userName).sort();
    };

    it('are returned with their type, URL and name, after the people', async () => {
      const inner = await create('Inner', bert);
      const outer = await create('Outer', anna, inner);
      const members = [
        { value: anna, $ref: `${scim.baseUrl}/Users/${anna}`, type: 'User', display: 'anna' },
        { value: inner, $ref: `${scim.baseUrl}/Groups/${inner}`, type: 'Group', display: 'Inner' },
      ];
      expect((await read(`/Groups/${outer}`)).members).to.deep.equal(members);
      const { Resources } = await read('/Groups?sortBy=displayName');
      expect(Resources.map((group) => group.members)).to.deep.equal([
        [{ value: bert, $ref: `${scim.baseUrl}/Users/${bert}`, type: 'User', display: 'bert' }],
        members,
      ]);
      expect((await read(`/Groups/${outer}?attributes=members.type`)).members).to.deep.equal([
        { type: 'User' },
        { type: 'Group' },
      ]);
      const [entry] = await readLog(scim, { resourceId: outer, event: 'group_create_provision' }, 1);
      expect(entry?.changes.at(-1)).to.deep.equal({ attribute: 'members', after: [anna, inner] });
    });

    it('are in the groups of a person, as indirect ones, each once', async () => {
      const inner = await create('Inner', anna);
      const other = await create('Other', anna, inner);
      const middle = await create('Middle', inner, other);
      const outer = await create('Outer', middle);
      const groups = async (id: string) =>
        (await read(`/Users/${id}`)).groups?.map(({ display, type }: Body['groups'][0]) => `${display} ${type}`);
      const expected = ['Inner direct', 'Other direct', 'Middle indirect', 'Outer indirect'];
      expect(await groups(anna)).to.deep.equal(expected);
      expect(await groups(bert)).to.equal(undefined);
      const { Resources } = await read('/Users?filter=userName%20pr&sortBy=userName');
      expect(Resources.map((person) => person.groups?.length)).to.deep.equal([4, undefined]);
      const before = (await read(`/Users/${anna}`)).meta.version;
      await change(outer, { op: 'remove', path: `members[value eq "${middle}"]` });
      expect(await groups(anna)).to.deep.equal(expected.slice(0, 3));
      expect((await read(`/Users/${anna}`)).meta.version).to.not.equal(before);
    });

    it('are found by filters on members and groups', async () => {
      const inner = await create('Inner', anna);
      const middle = await create('Middle', inner, bert);
      const outer = await create('Outer', middle);
      for (const [filter, found] of [
        [`members.value eq "${inner}"`, ['Middle']],
        [`members eq "${bert}"`, ['Middle']],
        [`members[type eq "Group"]`, ['Middle', 'Outer']],
        [`members[type eq "User"]`, ['Inner', 'Middle']],
        [`members[type eq "User" and value eq "${inner}"]`, []],
        [`members.display eq "INNER"`, ['Middle']],
        [`members.type eq "Group"`, ['Middle', 'Outer']],
        [`members[not (type eq "User")]`, ['Middle', 'Outer']],
        [`not (members[type eq "Group"])`, ['Inner']],
        ['members pr', ['Inner', 'Middle', 'Outer']],
      ] as const)
        expect(await names('/Groups', filter), filter).to.deep.equal(found);
      for (const [filter, found] of [
        [`groups.value eq "${outer}"`, ['anna', 'bert']],
        [`groups eq "${middle}" and active eq true`, ['anna', 'bert']],
        [`groups[value eq "${middle}" and type eq "direct"]`, ['bert']],
        [`groups[value eq "${middle}" and type eq "indirect"]`, ['anna']],
        [`groups[type eq "indirect"]`, ['anna', 'bert']],
        [`groups.display eq "OUTER"`, ['anna', 'bert']],
        [`groups.display co "nn"`, ['anna']],
        [`not (groups.value eq "${inner}")`, ['bert']],
        ['groups pr', ['anna', 'bert']],
      ] as const)
        expect(await names('/Users', filter), filter).to.deep.equal(found);
    });

    it('are removed by ID, by a filter, by a PUT and with all members', async () => {
      const [one, two, three, four] = [await create('1'), await create('2'), await create('3'), await create('4')];
      const outer = await create('Outer', anna, one, two, three, four);
      const ids = async () => new Set((await read(`/Groups/${outer}`)).members?.map(({ value }) => value));
      await change(outer, { op: 'remove', path: `members[value eq "${one}"]` });
      expect(await ids()).to.deep.equal(new Set([anna, two, three, four]));
      await change(outer, { op: 'remove', path: 'members', value: [{ value: two }] });
      expect(await ids()).to.deep.equal(new Set([anna, three, four]));
      await change(outer, { op: 'remove', path: 'members[type eq "Group" and display eq "3"]' });
      expect(await ids()).to.deep.equal(new Set([anna, four]));
      await scim.call('PUT', `/Groups/${outer}`, { displayName: 'Outer', members: [{ value: two, type: 'Group' }] });
      expect(await ids()).to.deep.equal(new Set([two]));
      await change(outer, { op: 'replace', path: 'members', value: [{ value: bert }, { value: one }] });
      expect(await ids()).to.deep.equal(new Set([bert, one]));
      await change(outer, { op: 'remove', path: 'members' });
      expect(await ids()).to.deep.equal(new Set([]));
      const { version } = (await read(`/Groups/${outer}`)).meta;
      await change(outer, { op: 'remove', path: `members[value eq "${one}"]` });
      expect((await read(`/Groups/${outer}`)).meta.version, 'nothing changed').to.equal(version);
    });

    it('are refused if a group would contain itself, in every way to add members', async () => {
      const inner = await create('Inner');
      const middle = await create('Middle', inner);
      const outer = await create('Outer', middle);
      for (const refused of [
        await add(inner, outer),
        await add(inner, middle),
        await add(inner, inner),
        await change(inner, { op: 'replace', path: 'members', value: [{ value: outer }] }),
        await change(inner, { op: 'add', value: { members: [{ value: anna }, { value: outer, type: 'Group' }] } }),
        await scim.call('PUT', `/Groups/${inner}`, { displayName: 'Inner', members: [{ value: outer }] }),
      ]) {
        expect(refused.body, refused.text).to.include({ status: '400', scimType: 'invalidValue' });
        expect(refused.body.detail).to.match(/^(Outer|Middle|Inner) cannot be a member: a group would contain itself/);
      }
      expect((await read(`/Groups/${inner}`)).members).to.equal(undefined);
      expect((await add(outer, inner)).status, 'a group may be in another in two ways').to.equal(200);
      expect((await add(outer, inner)).status, 'and be added again').to.equal(200);
    });

    it('are nested at most ten deep', async () => {
      let inner = await create('Level 1', anna);
      for (let level = 2; level <= 10; level += 1) inner = await create(`Level ${level}`, inner);
      const refused = await post('Level 11', inner);
      expect(refused.body).to.include({ scimType: 'invalidValue', detail: 'Groups may be nested at most 10 deep.' });
      expect(await names('/Groups', 'displayName eq "Level 11"')).to.deep.equal([]);
      expect((await read(`/Users/${anna}`)).groups).to.have.lengthOf(10);
    });

    it('are refused if too many groups would contain too many others, also one by one', async () => {
      const { db } = scim.deps.store;
      const [inner, middle, outer] = [await create('Inner'), await create('Middle'), await create('Outer')];
      const row = await db.selectFrom('groups').selectAll().limit(1).executeTakeFirstOrThrow();
      const copies = Array.from({ length: 450 }, (_, index) => {
        const name = `copy${index}`;
        return { ...row, id: name, displayName: name, displayNameKey: name };
      });
      const edges = copies.map(({ id }, index) =>
        index < 225 ? { groupId: inner, memberId: id } : { groupId: id, memberId: middle },
      );
      await inserter('groups')(db, copies);
      await inserter('nestedGroups')(db, edges);
      await refreshAncestors(db, [middle, ...copies.slice(0, 225).map(({ id }) => id)]);
      const refused = await add(middle, inner);
      expect([refused.status, refused.body.detail]).to.deep.equal([
        400,
        'Too many groups would contain these groups and those in them.',
      ]);
      expect((await add(outer, inner)).status).to.equal(200);
      const many = copies.slice(0, 225).flatMap((below) => copies.slice(225).map((above) => [below.id, above.id]));
      await inserter('groupAncestors')(
        db,
        many.map(([groupId = '', ancestorId = '']) => ({ groupId, ancestorId })),
      );
      const another = await add(await create('Another'), inner);
      expect(another.status, 'what is above already counts').to.equal(400);
    });

    it('change the version of the groups that show their name', async () => {
      const inner = await create('Inner');
      const outer = await create('Outer', inner);
      const version = async () => (await read(`/Groups/${outer}`)).meta.version;
      const [first] = [await version()];
      await add(inner, anna);
      expect(await version(), 'after another member').to.equal(first);
      await change(inner, { op: 'replace', path: 'displayName', value: 'Renamed' });
      const second = await version();
      expect(second, 'after another name').to.not.equal(first);
      await scim.call('DELETE', `/Groups/${inner}`);
      expect(await version(), 'after the deletion').to.not.equal(second);
      expect((await read(`/Groups/${outer}`)).members).to.equal(undefined);
    });

    it('have the ancestors that follow from their edges after every change', async () => {
      const [a, b, c, d] = [await create('A', anna), await create('B'), await create('C'), await create('D')];
      const remove = (id: string, value: string) => change(id, { op: 'remove', path: `members[value eq "${value}"]` });
      for (const [step, reply] of [
        [() => add(c, b), 200],
        [() => add(b, a), 200],
        [() => add(d, c), 200],
        [() => add(d, a), 200],
        [() => remove(c, b), 200],
        [() => add(c, b), 200],
        [() => scim.call('PUT', `/Groups/${d}`, { displayName: 'D', members: [{ value: b }] }), 200],
        [() => add(d, c), 200],
        [() => scim.call('DELETE', `/Groups/${b}`), 204],
        [() => add(c, a), 200],
        [() => scim.call('DELETE', `/Groups/${d}`), 204],
      ] as const) {
        expect((await step()).status).to.equal(reply);
        const { db } = scim.deps.store;
        const edges = await db.selectFrom('nestedGroups').selectAll().execute();
        const above = (id: string): string[] =>
          edges.filter(({ memberId }) => memberId === id).flatMap(({ groupId }) => [groupId, ...above(groupId)]);
        const expected = [a, b, c, d].flatMap((id) => [...new Set(above(id))].map((ancestor) => `${id} ${ancestor}`));
        const stored = await db.selectFrom('groupAncestors').selectAll().execute();
        expect(stored.map(({ groupId, ancestorId }) => `${groupId} ${ancestorId}`).sort()).to.deep.equal(
          expected.sort(),
        );
      }
    });

    it('never make a cycle together', async () => {
      for (let round = 0; round < 10; round += 1) {
        const ids = await Promise.all(['A', 'B', 'C'].map((name) => create(`${name} ${round}`)));
        const [a = '', b = '', c = ''] = ids;
        const replies = await Promise.all([add(a, b), add(b, c), add(c, a)]);
        expect(replies.map(({ status }) => status).sort()).to.deep.equal([200, 200, 400]);
        const members = await Promise.all(ids.map(async (id) => (await read(`/Groups/${id}`)).members ?? []));
        expect(members.flat()).to.have.lengthOf(2);
      }
    });
  });
});
