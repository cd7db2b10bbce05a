import { expect } from 'chai';
import { ENTERPRISE_URN } from '../../../src/scim/schema/schema.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { type Body, openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/groups', () => {
  withStores((open) => {
    let scim: ScimServer;
    let people: string[];

    beforeEach(async () => {
      scim = await openScimServer(await open());
      people = [];
      for (const userName of ['anna', 'bert', 'carl', 'dora'])
        people.push((await scim.call('POST', '/Users', { userName })).body.id);
    });

    it('refuses members who are nobody, and changes nothing', async () => {
      const [anna = ''] = people;
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G', members: [{ value: anna }] })).body;
      const nobody = '00000000-0000-7000-8000-000000000000';
      for (const [method, path, body] of [
        ['POST', '/Groups', { displayName: 'H', members: [{ value: nobody }] }],
        ['PUT', `/Groups/${id}`, { displayName: 'H', members: [{ value: anna }, { value: nobody }] }],
        [
          'PATCH',
          `/Groups/${id}`,
          patch({ op: 'remove', path: 'members' }, { op: 'add', path: 'members', value: [{ value: nobody }] }),
        ],
        ['PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value: id, type: 'Group' }] })],
      ] as const) {
        const reply = await scim.call(method, path, body);
        expect(reply.body).to.include({ status: '400', scimType: 'invalidValue' });
      }
      expect((await scim.call('GET', `/Groups/${id}`)).body).to.deep.include({ displayName: 'G' });
      expect((await scim.call('GET', `/Groups/${id}`)).body.members.map(({ value }) => value)).to.deep.equal([anna]);
      expect((await scim.call('GET', '/Groups')).body.totalResults).to.equal(1);
    });

    it('refuses to change a member, or what is read-only', async () => {
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G', members: [{ value: people[0] }] })).body;
      for (const operation of [
        { op: 'replace', path: `members[value eq "${people[0]}"].value`, value: people[1] },
        { op: 'replace', path: 'members.display', value: 'x' },
        { op: 'replace', path: 'id', value: 'x' },
        { op: 'remove', path: 'displayName' },
      ])
        expect((await scim.call('PATCH', `/Groups/${id}`, patch(operation))).body.scimType).to.equal('mutability');
    });

    it('loses none of many members added at once', async () => {
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G' })).body;
      const replies = await Promise.all(
        people.map((value) =>
          scim.call('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value }] })),
        ),
      );
      expect(replies.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
      const { body } = await scim.call('GET', `/Groups/${id}`);
      expect(body.members).to.have.length(4);
      expect(body.meta.version).to.equal('W/"5"');
    });

    it('removes by any filter, after what came before it', async () => {
      const members = people.map((value) => ({ value }));
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G', members: members.slice(0, 1) })).body;
      const reply = await scim.call(
        'PATCH',
        `/Groups/${id}`,
        patch(
          { op: 'add', path: 'members', value: members },
          { op: 'remove', path: `members[value eq "${people[0]}" or value eq "${people[1]}"]` },
          { op: 'remove', path: `members[not (value eq "${people[3]}") and type eq "User"]` },
        ),
      );
      expect(reply.body.members.map(({ value }) => value)).to.deep.equal([people[3]]);
    });

    it('gives each person a new version of their own when their groups change', async () => {
      const before = await scim.call('GET', `/Users/${people[0]}`);
      const version = before.headers.get('etag') ?? '';
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G', members: [{ value: people[0] }] })).body;
      const after = await scim.call('GET', `/Users/${people[0]}`, undefined, { 'If-None-Match': version });
      expect(after.status).to.equal(200);
      expect(after.body.groups).to.deep.equal([
        { value: id, $ref: `${scim.baseUrl}/Groups/${id}`, display: 'G', type: 'direct' },
      ]);
      const write = await scim.call('PATCH', `/Users/${people[0]}`, patch({ op: 'add', path: 'title', value: 'x' }), {
        'If-Match': version,
      });
      expect(write.status).to.equal(200);
    });

    it('shows of a member and of a manager the displayName that they have, which is what filters ask', async () => {
      const people = [{ userName: 'named', displayName: 'The Boss' }, { userName: 'nameless' }];
      const display: unknown[] = [];
      for (const person of people) {
        const { id } = (await scim.call('POST', '/Users', person)).body;
        const group = await scim.call('POST', '/Groups', { displayName: person.userName, members: [{ value: id }] });
        const below = await scim.call('POST', '/Users', {
          userName: `below ${person.userName}`,
          manager: { value: id },
        });
        const ref = `${scim.baseUrl}/Users/${id}`;
        expect(group.body.members[0]).to.deep.include({ value: id, $ref: ref, type: 'User' });
        expect(below.body[ENTERPRISE_URN]).to.deep.nested.include({ 'manager.value': id, 'manager.$ref': ref });
        display.push(
          group.body.members[0]?.display,
          (below.body[ENTERPRISE_URN] as { manager: Body }).manager.displayName,
        );
      }
      expect(display).to.deep.equal(['The Boss', 'The Boss', undefined, undefined]);
    });

    it('answers a PATCH with nothing where the source wants that', async () => {
      const quiet = await openScimServer(scim.deps.store, { patchAnswer: 'none' });
      const { id } = (await quiet.call('POST', '/Groups', { displayName: 'G' })).body;
      const change = patch({ op: 'replace', path: 'displayName', value: 'H' });
      expect((await quiet.call('PATCH', `/Groups/${id}`, change)).status).to.equal(204);
      const asked = await quiet.call('PATCH', `/Groups/${id}?attributes=displayName`, change);
      expect([asked.status, asked.body.displayName]).to.deep.equal([200, 'H']);
    });

    it('takes over a group that nobody manages, and leaves those of others', async () => {
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G' })).body;
      const other = await openScimServer(scim.deps.store);
      expect(
        (await other.call('PATCH', `/Groups/${id}`, patch({ op: 'replace', path: 'displayName', value: 'H' }))).status,
      ).to.equal(403);
      await scim.deps.store.db.updateTable('groups').set({ sourceId: null }).execute();
      expect(
        (await other.call('PATCH', `/Groups/${id}`, patch({ op: 'replace', path: 'displayName', value: 'G' }))).status,
      ).to.equal(200);
      expect((await scim.call('DELETE', `/Groups/${id}`)).status).to.equal(403);
    });
  });
});
