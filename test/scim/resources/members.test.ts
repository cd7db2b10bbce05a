import { expect } from 'chai';
import { newTrace } from '../../../src/scim/http/call.ts';
import { readPatch } from '../../../src/scim/protocol/readPatch.ts';
import { patchMembers } from '../../../src/scim/resources/members.ts';
import { groupType } from '../../../src/scim/schema/schema.ts';
import { getSource } from '../../../src/sources/profileSources.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

const UNKNOWN = '00000000-0000-7000-8000-000000000000';

describe('scim/members', () => {
  withStores((open) => {
    let scim: ScimServer;
    let people: string[];

    before(async () => {
      scim = await openScimServer(await open());
      people = [];
      for (const userName of ['anna', 'bert', 'carl', 'dora'])
        people.push((await scim.call('POST', '/Users', { userName })).body.id);
      people.sort(); // the order in which members are shown
    });

    let groups = 0;

    async function createGroup(...ids: (string | undefined)[]): Promise<string> {
      groups += 1;
      const group = { displayName: `G ${groups}`, members: ids.map((value) => ({ value })) };
      return (await scim.call('POST', '/Groups', group)).body.id;
    }

    const change = (id: string, ...operations: unknown[]) => scim.call('PATCH', `/Groups/${id}`, patch(...operations));

    async function membersOf(id: string): Promise<string[] | undefined> {
      return (await scim.call('GET', `/Groups/${id}`)).body.members?.map(({ value }) => value);
    }

    it('refuses members without an id with invalidValue, and changes nothing', async () => {
      const [anna = ''] = people;
      const id = await createGroup(anna);
      const total = (await scim.call('GET', '/Groups?count=0')).body.totalResults;
      for (const [method, path, body] of [
        ['POST', '/Groups', { displayName: 'H', members: [{ type: 'User', $ref: 'x' }] }],
        ['PUT', `/Groups/${id}`, { displayName: 'H', members: [{ value: anna }, { $ref: 'x' }] }],
        ['PUT', `/Groups/${id}`, { displayName: 'H', members: [{ display: 'Anna', type: 'User' }] }],
        ['PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ $ref: 'x' }] })],
        ['PATCH', `/Groups/${id}`, patch({ op: 'replace', path: 'members', value: [{ display: 'Anna' }] })],
        ['PATCH', `/Groups/${id}`, patch({ op: 'replace', path: 'members', value: [null] })],
        ['PATCH', `/Groups/${id}`, patch({ op: 'replace', value: { members: [{ value: '' }] } })],
      ] as const)
        expect((await scim.call(method, path, body)).body, JSON.stringify(body)).to.include({
          status: '400',
          scimType: 'invalidValue',
        });
      expect((await scim.call('GET', `/Groups/${id}`)).body.displayName).to.not.equal('H');
      expect(await membersOf(id)).to.deep.equal([anna]);
      expect((await scim.call('GET', '/Groups?count=0')).body.totalResults).to.equal(total);
    });

    it('refuses to change a member with mutability', async () => {
      const id = await createGroup(people[0]);
      for (const operation of [
        { op: 'replace', path: `members[value eq "${people[0]}"].value`, value: people[1] },
        { op: 'replace', path: `members[value eq "${people[0]}"]`, value: { value: people[1] } },
        { op: 'replace', path: 'members.value', value: 'x' },
        { op: 'replace', path: 'members.display', value: 'x' },
      ])
        expect((await change(id, operation)).body.scimType, operation.path).to.equal('mutability');
      expect(await membersOf(id)).to.deep.equal([people[0]]);
    });

    it('adds people once, in every form that clients send', async () => {
      const [anna, bert, carl] = people;
      const id = await createGroup();
      await change(id, { op: 'add', path: 'members', value: [{ value: anna }] });
      await change(id, { op: 'Add', path: 'members', value: { value: bert } });
      await change(id, { op: 'add', value: { members: [carl, { value: anna }] } });
      expect(await membersOf(id)).to.deep.equal([anna, bert, carl]);
      const { body } = await change(id, { op: 'add', path: 'members', value: [{ value: anna }] });
      expect(body.meta.version, 'nothing changed').to.equal('W/"4"');
    });

    it('removes people in every form that clients send', async () => {
      const [anna, bert, carl, dora] = people;
      const id = await createGroup(...people);
      await change(id, { op: 'remove', path: `members[value eq "${anna}"]` });
      expect(await membersOf(id)).to.deep.equal([bert, carl, dora]);
      await change(id, { op: 'Remove', path: 'members', value: [{ value: bert }, { value: UNKNOWN }] });
      expect(await membersOf(id)).to.deep.equal([carl, dora]);
      await change(id, { op: 'remove', path: 'members' });
      expect(await membersOf(id)).to.equal(undefined);
    });

    it('replaces the members', async () => {
      const [anna, bert, carl] = people;
      const id = await createGroup(anna, bert);
      await change(id, { op: 'replace', path: 'members', value: [{ value: bert }, { value: carl }] });
      expect(await membersOf(id)).to.deep.equal([bert, carl]);
      await scim.call('PUT', `/Groups/${id}`, { displayName: 'Put', members: [{ value: anna }] });
      expect(await membersOf(id)).to.deep.equal([anna]);
      await change(id, { op: 'replace', path: 'members', value: null });
      expect(await membersOf(id)).to.equal(undefined);
    });

    it('removes by any filter, after the operations before it', async () => {
      const [anna, bert, , dora] = people;
      const id = await createGroup(anna);
      const members = people.map((value) => ({ value }));
      const { body } = await change(
        id,
        { op: 'add', path: 'members', value: members },
        { op: 'remove', path: `members[value eq "${anna}" or value eq "${bert}"]` },
        { op: 'remove', path: `members[not (value eq "${dora}") and type eq "User"]` },
      );
      expect(body.members.map(({ value }) => value)).to.deep.equal([dora]);
      expect((await change(id, { op: 'remove', path: 'members[nonsense eq "x"]' })).body.scimType).to.equal(
        'invalidFilter',
      );
    });

    it('refuses a filter that tests more members than the request may', async () => {
      const { deps, sourceId } = scim;
      const id = await createGroup(...people);
      const source = await getSource(deps, sourceId);
      const request = { method: 'PATCH', path: '/Groups', query: new URLSearchParams() };
      const rest = { baseUrl: '', network: '', startedAt: 0, source, request, trace: newTrace(request) };
      const steps = readPatch(groupType, patch({ op: 'remove', path: 'members[display sw "a"]' }));
      const removed = (work: number) =>
        patchMembers(deps.store.db, { ...rest, deps, budget: { work } }, id, steps).catch((error: unknown) => error);
      expect(await removed(3_000)).to.include({ status: 400, scimType: 'tooMany' });
      expect(await removed(5_000))
        .to.have.property('removed')
        .with.lengthOf(1);
    });

    it('runs adding and removing the same person in order', async () => {
      const [anna] = people;
      const id = await createGroup();
      const add = { op: 'add', path: 'members', value: [{ value: anna }] };
      const remove = { op: 'remove', path: `members[value eq "${anna}"]` };
      await change(id, add, remove, add);
      expect(await membersOf(id)).to.deep.equal([anna]);
      await change(id, remove, add, remove);
      expect(await membersOf(id)).to.equal(undefined);
    });

    it('loses none of many members added at once', async () => {
      const id = await createGroup();
      const add = (value: string) => change(id, { op: 'add', path: 'members', value: [{ value }] });
      const responses = await Promise.all(people.map(add));
      expect(responses.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
      expect(await membersOf(id)).to.have.members(people);
      expect((await scim.call('GET', `/Groups/${id}`)).body.meta.version).to.equal('W/"5"');
    });

    it('logs who was added and removed', async () => {
      const [anna, bert] = people;
      const id = await createGroup(anna);
      await change(id, { op: 'replace', path: 'members', value: [{ value: bert }] });
      const rows = await readLog(scim, { resourceId: id, event: 'group_update_provision' }, 1);
      expect(rows[0]?.changes).to.deep.equal([{ attribute: 'members', before: [anna], after: [bert] }]);
    });
  });
});
