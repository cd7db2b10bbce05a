import { expect } from 'chai';
import type { KyselyPlugin } from 'kysely';
import { ownedNames } from '../../../src/people/ownership.ts';
import { type Call, newTrace } from '../../../src/scim/http/call.ts';
import { ownedPerson } from '../../../src/scim/resources/ownership.ts';
import { changeOwnership } from '../../../src/sources/ownership.ts';
import { getSource, setSourceActive } from '../../../src/sources/profileSources.ts';
import { insertGroup } from '../../../src/store/groups.ts';
import { insertProvider } from '../../../src/store/identityProviders.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { addPerson as addByHand } from '../../support/anteroom.ts';
import { aGroup, aProvider } from '../../support/rows.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

const INTERACT = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';

describe('scim/ownership', () => {
  withStores((open) => {
    let scim: ScimServer;
    let other: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
      other = await openScimServer(scim.deps.store);
    });

    it('learns what requests send, with and without a value, by every method and form', async () => {
      const { id } = await create({
        userName: 'anna',
        title: null,
        name: { givenName: 'Anna' },
        [INTERACT]: { location: '' },
      });
      expect(await owned()).to.have.members(['title', 'givenName', 'location']);
      await change(scim, id, { op: 'add', value: { 'name.familyName': 'Berg', phoneNumbers: [] } });
      await change(scim, id, { op: 'replace', path: 'emails[type eq "work"].value', value: 'anna@acme.com' });
      await change(scim, id, { op: 'remove', path: `${INTERACT}:name` });
      await scim.call('PUT', `/Users/${id}`, { userName: 'anna', department: 'IT', manager: id });
      expect(await owned()).to.have.members([
        'title',
        'givenName',
        'location',
        'familyName',
        'phoneNumbers',
        'emails',
        'nameTitle',
        'initials',
        'department',
        'manager',
      ]);
    });

    it('does not learn what a PUT sends back unchanged', async () => {
      const { id } = await create({ userName: 'anna' });
      await scim.deps.store.db.updateTable('users').set({ title: 'Boss' }).execute();
      const got = (await scim.call('GET', `/Users/${id}`)).body;
      await scim.call('PUT', `/Users/${id}`, { ...got, nickName: 'Änni' });
      expect(await owned()).to.deep.equal(['nickName']);
      const { meta: _, ...own } = got;
      await scim.call('PUT', `/Users/${id}`, { ...own, title: 'Boss' });
      expect(await owned(), 'without meta, it is what the client knows').to.include('title');
    });

    it('writes nothing to the source, and queries nothing, once its attributes are known', async () => {
      const { id } = await create({ userName: 'anna', title: 'Boss' });
      const person = await find(id);
      const source = await getSource(scim.deps, scim.sourceId);
      const request = { method: 'PATCH', path: '/Users', query: new URLSearchParams() };
      const rest = { baseUrl: '', network: '', startedAt: 0, budget: { work: 0 } };
      const call: Call = { ...rest, deps: scim.deps, source, request, trace: newTrace(request) };
      let queries = 0;
      const counter: KyselyPlugin = {
        transformQuery: ({ node }) => {
          queries += 1;
          return node;
        },
        transformResult: async ({ result }) => result,
      };
      const db = scim.deps.store.db.withPlugin(counter);
      for (const names of [new Set(['title']), new Set(['title', 'userName', 'active'])])
        for (const replaces of [false, true])
          await ownedPerson(db, call, person, { ...person, title: 'Chief' }, { names, replaces });
      expect(queries).to.equal(0);
      await ownedPerson(db, call, person, person, { names: new Set(['bio']) });
      expect(queries, 'read, written and recorded').to.equal(3);
    });

    it('lets a PUT empty what its source owns, and nothing else', async () => {
      const { id } = await create({
        userName: 'anna',
        title: 'Boss',
        department: 'IT',
        emails: [{ value: 'a@acme.com' }],
      });
      await change(other, id, { op: 'replace', path: 'bio', value: 'Likes trains.' });
      await scim.deps.store.db.updateTable('users').set({ displayName: 'Anna B.' }).execute();
      const put = (await scim.call('PUT', `/Users/${id}`, { userName: 'anna', department: 'HR' })).body;
      expect(put).to.not.have.any.keys('title', 'emails');
      expect(put).to.deep.include({ displayName: 'Anna B.', [INTERACT]: { bio: 'Likes trains.' } });
      const renamed = await change(scim, id, { op: 'replace', path: 'userName', value: 'anna.b' });
      expect(renamed.body).to.deep.include({ displayName: 'Anna B.', [INTERACT]: { bio: 'Likes trains.' } });
    });

    it('refuses with 403 what another source owns, names that source, and changes nothing', async () => {
      const { name } = await getSource(scim.deps, scim.sourceId);
      const { id } = await create({ userName: 'anna', title: 'Boss', active: true });
      for (const [path, value, attribute] of [
        ['title', 'Clerk', 'title (Job title)'],
        ['userName', 'x', 'userName (User name)'],
        ['active', false, 'active (Active)'],
        ['externalId', '1', 'externalId (External ID)'],
        ['emails', [{ value: 'x@acme.com' }], 'emails (E-mail addresses)'],
      ] as const) {
        const refused = await change(other, id, { op: 'replace', path, value }, { op: 'add', path: 'bio', value: 'x' });
        expect(refused.status, path).to.equal(403);
        expect(refused.body.detail).to.equal(
          `${name} owns ${attribute} of this person. Only that source can change it.`,
        );
      }
      const deleted = await other.call('DELETE', `/Users/${id}`);
      expect([deleted.status, deleted.body.detail]).to.deep.equal([
        403,
        `This is managed by ${name}. Only that source can change or delete it.`,
      ]);
      expect(await find(id)).to.include({ title: 'Boss', userName: 'anna', active: true, version: 1 });
      expect(await owned(other)).to.deep.equal([]);
    });

    it('names the identity provider whose logins manage a group', async () => {
      const { db } = scim.deps.store;
      const provider = aProvider();
      const group = aGroup({ sourceId: provider.id });
      await insertProvider(db, provider, '<xml/>');
      await insertGroup(db, group);
      const { status, body } = await scim.call('DELETE', `/Groups/${group.id}`);
      expect([status, body.detail]).to.deep.equal([
        403,
        `This group is managed by the identity provider ${provider.name}: logins change its members. A Power User must delete it before a source can manage it.`,
      ]);
    });

    it('does not let another source remove active or userType, which would hide them', async () => {
      const { id } = await create({ userName: 'anna', active: true, userType: 'Intranet User' });
      for (const path of ['active', 'userType']) {
        expect((await change(other, id, { op: 'remove', path })).status, path).to.equal(403);
      }
      expect(await find(id)).to.deep.include({ version: 1, profile: {} });
      await change(scim, id, { op: 'remove', path: 'active' });
      const same = await change(other, id, { op: 'remove', path: 'active' }, { op: 'add', path: 'bio', value: 'x' });
      expect([same.status, same.body.active], 'it is removed already').to.deep.equal([200, undefined]);
    });

    it('lets another source repeat values, and add what no source owns, by PATCH and PUT', async () => {
      const { id } = await create({ userName: 'anna', title: 'Boss', active: true });
      const same = await change(other, id, { op: 'replace', value: { title: 'Boss', active: true, userName: 'anna' } });
      expect([same.status, same.body.meta.version]).to.deep.equal([200, 'W/"1"']);
      const put = await other.call('PUT', `/Users/${id}`, { userName: 'anna', title: 'Boss', nickName: 'Änni' });
      expect([put.status, put.body.nickName, put.body.title]).to.deep.equal([200, 'Änni', 'Boss']);
      const bare = await other.call('PUT', `/Users/${id}`, { userName: 'anna' });
      expect([bare.body.title, bare.body.nickName]).to.deep.equal(['Boss', undefined]);
      expect(await owned(other)).to.deep.equal(['nickName']);
      expect(await find(id)).to.include({ sourceId: scim.sourceId, creatorId: scim.sourceId });
      expect((await find(id)).profile.writers).to.deep.equal([other.sourceId]);
    });

    it('keeps what several sources own when one of them leaves it out of a PUT', async () => {
      const { id } = await create({ userName: 'anna', title: 'Boss' });
      await changeOwnership(scim.deps, other.sourceId, { added: ['title'] });
      const put = await other.call('PUT', `/Users/${id}`, { userName: 'anna', nickName: 'Änni' });
      expect([put.status, put.body.title, put.body.nickName]).to.deep.equal([200, 'Boss', 'Änni']);
    });

    it('keeps who has written a person when the managing source changes them', async () => {
      const { id } = await create({ userName: 'anna', title: 'Boss' });
      await change(other, id, { op: 'replace', path: 'bio', value: 'Hers' });
      await change(scim, id, { op: 'replace', path: 'title', value: 'Chief' });
      await scim.call('PUT', `/Users/${id}`, { userName: 'anna', title: 'Boss' });
      expect((await find(id)).profile).to.deep.include({ writers: [other.sourceId], interact: { bio: 'Hers' } });
    });

    it('counts what a source owns only for the people that it has written', async () => {
      const [anna, bert] = [await create({ userName: 'anna' }), await create({ userName: 'bert' })];
      const third = await openScimServer(scim.deps.store);
      await change(other, anna.id, { op: 'replace', path: 'bio', value: 'Hers' });
      const bio = { op: 'replace', path: 'bio', value: 'x' };
      const refused = await change(third, anna.id, bio);
      expect([refused.status, refused.body.detail]).to.deep.equal([
        403,
        `${(await getSource(scim.deps, other.sourceId)).name} owns bio (Bio) of this person. Only that source can change it.`,
      ]);
      expect((await change(third, bert.id, bio)).status).to.equal(200);
      expect((await change(scim, anna.id, bio)).status, 'the managing source').to.equal(200);
      expect((await change(other, anna.id, { ...bio, value: 'y' })).status, 'it owns it now').to.equal(403);
    });

    it('frees what a disabled source owned, but not the identity of its people', async () => {
      const { id } = await create({ userName: 'anna', title: 'Boss' });
      await setSourceActive(scim.deps, scim.sourceId, false);
      expect((await change(other, id, { op: 'replace', path: 'title', value: 'Chief' })).status).to.equal(200);
      expect((await change(other, id, { op: 'replace', path: 'userName', value: 'x' })).status).to.equal(403);
    });

    it('leaves out what was taken away, with a note in the log, and stores the rest', async () => {
      await changeOwnership(scim.deps, scim.sourceId, { taken: ['title', 'userType'] });
      const created = await create({ userName: 'anna', title: 'Boss', userType: 'Guest', department: 'IT' });
      expect(created).to.include({ userType: 'Intranet User' }).and.not.to.have.property('title');
      const [entry] = await readLog(scim, { resourceId: created.id }, 1);
      expect(entry?.detail).to.equal(
        'title was left out: it was taken away from this source. userType was left out: it was taken away from this source.',
      );
      expect(JSON.stringify(entry?.changes)).to.not.contain('Boss');
      await scim.deps.store.db.updateTable('users').set({ title: 'Queen' }).execute();
      for (const [method, body] of [
        ['PUT', { userName: 'anna', title: 'Clerk', department: 'HR' }],
        ['PUT', { userName: 'anna' }],
        ['PATCH', patch({ op: 'replace', value: { title: 'Clerk', nickName: 'x' } })],
        ['PATCH', patch({ op: 'remove', path: 'title' })],
      ] as const) {
        const reply = await scim.call(method, `/Users/${created.id}`, body);
        expect([reply.status, reply.body.title]).to.deep.equal([200, 'Queen']);
      }
      const kept = await change(scim, created.id, { op: 'remove', path: 'userType' });
      expect(kept.body.userType).to.equal('Intranet User');
      expect(await owned()).to.deep.equal(['department', 'nickName']);
    });

    it('lets a source that takes over a person added by hand own what it sends', async () => {
      const { id } = await addByHand(scim.deps, { userName: 'anna', title: 'Boss', department: 'IT' });
      await scim.call('PUT', `/Users/${id}`, { userName: 'anna', title: 'Chief' });
      expect(await find(id)).to.include({ title: 'Chief', department: 'IT', sourceId: scim.sourceId });
      expect(await owned()).to.deep.equal(['title']);
    });

    it('does not store a password of a source that does not manage the person', async () => {
      const { id } = await create({ userName: 'anna' });
      await scim.deps.store.db.updateTable('users').set({ creatorId: other.sourceId }).execute();
      const sent = await change(other, id, { op: 'replace', value: { password: 'another long password', bio: 'x' } });
      expect(sent.status).to.equal(200);
      const [entry] = await readLog(scim, { resourceId: id, sourceId: other.sourceId }, 1);
      expect(entry?.detail).to.equal('The password was not stored: this source does not manage this person.');
    });

    it('keeps to the owners if two sources write at the same time', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { id } = await create({ userName: `anna${round}` });
        const third = await openScimServer(scim.deps.store);
        const attribute = round % 2 ? 'nickName' : 'bio';
        const replies = await Promise.all(
          [other, third].map((source, index) =>
            change(source, id, { op: 'replace', path: attribute, value: `${index}` }),
          ),
        );
        expect(replies.map(({ status }) => status).sort(), `${round}`).to.deep.equal([200, 403]);
        const winner = replies[0]?.status === 200 ? other : third;
        expect((await find(id)).profile.writers).to.deep.equal([winner.sourceId]);
      }
    });

    const create = async (person: object) => {
      const created = await scim.call('POST', '/Users', person);
      expect(created.status, created.text).to.equal(201);
      return created.body;
    };
    const change = (from: ScimServer, id: string, ...operations: object[]) =>
      from.call('PATCH', `/Users/${id}`, patch(...operations));
    const owned = async (of = scim) => ownedNames(await getSource(of.deps, of.sourceId)).owned.slice(2);
    const find = async (id: string): Promise<User> => {
      const user = await findUser(scim.deps.store.db, id);
      if (!user) throw new Error('The person is missing');
      return user;
    };
  });
});
