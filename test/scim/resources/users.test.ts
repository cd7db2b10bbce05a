import { expect } from 'chai';
import { emptyPerson } from '../../../src/people/attribute.ts';
import { personAttributes } from '../../../src/people/attributes.ts';
import { personInputOf } from '../../../src/people/form.ts';
import { addPerson, setActive } from '../../../src/people/users.ts';
import { changeSource } from '../../../src/sources/profileSources.ts';
import { findSession, writeSession } from '../../../src/store/sessions.ts';
import { findPasswordHash, findUser } from '../../../src/store/users.ts';
import { aSession } from '../../support/rows.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const INTERACT = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';

describe('scim/users', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    it('creates a person and returns what it stored', async () => {
      const created = await scim.call('POST', '/Users', {
        userName: 'Anna.Berg',
        name: { givenName: 'Anna', familyName: 'Berg' },
        emails: [{ value: 'anna@acme.com', type: 'work', primary: true }],
        active: 'True',
        jobTitle: 'Engineer',
        department: 'IT',
        location: 'Oslo',
        password: 'correct horse battery',
        groups: [],
        nonsense: 1,
      });
      expect(created.status).to.equal(201);
      expect(created.headers.get('content-type')).to.equal('application/scim+json');
      const { id, meta } = created.body;
      expect(meta).to.deep.include({ resourceType: 'User', location: `${scim.baseUrl}/Users/${id}`, version: 'W/"1"' });
      expect(created.headers.get('location')).to.equal(meta.location);
      expect(created.headers.get('etag')).to.equal(meta.version);
      expect(created.body).to.deep.include({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE, INTERACT],
        userName: 'Anna.Berg',
        title: 'Engineer',
        active: true,
        userType: 'Intranet User',
        [ENTERPRISE]: { department: 'IT' },
        [INTERACT]: { location: 'Oslo' },
      });
      expect(created.text).to.not.contain('correct horse');
      expect(created.text).to.not.contain('nonsense');
      expect(await findPasswordHash(scim.deps.store.db, id)).to.match(/^\$argon2id/);
      expect((await scim.call('GET', `/Users/${id}`)).body).to.deep.equal(created.body);
    });

    it('leaves out attributes without a value', async () => {
      const half = await scim.call('POST', '/Users', { userName: 'anna', name: { givenName: 'Anna' } });
      expect(half.body.name).to.deep.equal({ givenName: 'Anna' });
      const bare = await scim.call('POST', '/Users', { userName: 'bert' });
      const kept = ['schemas', 'id', 'userName', 'userType', 'active', 'meta'];
      expect(Object.keys(bare.body)).to.deep.equal(kept);
      const found = await scim.call('GET', '/Users?filter=userName eq "bert"');
      expect(Object.keys(found.body.Resources[0] ?? {})).to.deep.equal(kept);
    });

    it('ends the sessions of a person that it deactivates, downgrades or deletes', async () => {
      for (const [method, body] of [
        ['PATCH', patch({ op: 'Replace', path: 'active', value: 'False' })],
        ['PATCH', patch({ op: 'replace', value: { active: false } })],
        ['PUT', { userName: 'anna', active: false }],
        ['PUT', { userName: 'anna', userType: 'Non Intranet User' }],
        ['DELETE', undefined],
      ] as const) {
        const { id } = (
          await scim.call('POST', '/Users', { userName: `anna${scim.deps.randomBytes(4).toString('hex')}` })
        ).body;
        const session = aSession(id);
        await writeSession(scim.deps.store.db, session);
        const reply = await scim.call(method, `/Users/${id}`, body === undefined ? body : { ...body });
        expect(reply.status, JSON.stringify(reply.body)).to.be.lessThan(300);
        expect(await findSession(scim.deps.store.db, session.id, session.createdAt)).to.equal(undefined);
        if (method === 'PUT') await scim.call('DELETE', `/Users/${id}`);
      }
    });

    it('keeps active, userType, the password and what the source does not own if a PUT leaves them out', async () => {
      await changeSource(scim.deps, scim.sourceId, { mayGrantPowerUser: true });
      const { id } = (
        await scim.call('POST', '/Users', {
          userName: 'anna',
          nickName: 'Änni',
          active: false,
          userType: 'Power User',
          password: 'correct horse battery',
          location: 'Oslo',
        })
      ).body;
      const { db } = scim.deps.store;
      const bio = { interact: { location: 'Oslo', bio: 'Likes trains.' } };
      await db
        .updateTable('users')
        .set({ title: 'Boss', profileJson: JSON.stringify(bio) })
        .execute();
      const put = await scim.call('PUT', `/Users/${id}`, {
        id: 'other',
        userName: 'anna2',
        meta: { version: 'x' },
        groups: [{ value: 'g' }],
      });
      expect(put.status).to.equal(200);
      expect(put.body).to.include({ id, userName: 'anna2', active: false, userType: 'Power User' });
      expect(put.body).to.not.have.any.keys('nickName', 'groups');
      expect(put.body).to.include({ title: 'Boss' });
      expect(put.body[INTERACT]).to.deep.equal({ bio: 'Likes trains.' });
      expect(put.body.meta.version).to.equal('W/"2"');
      expect(await findPasswordHash(scim.deps.store.db, id)).to.be.a('string');
      const emptied = await scim.call('PUT', `/Users/${id}`, { userName: 'anna2', bio: null });
      expect(emptied.body).to.not.have.property(INTERACT);
    });

    it('accepts in a PUT what a GET returned, also a photo uploaded on the screens', async () => {
      const photo = `data:image/png;base64,${'A'.repeat(50_000)}`;
      const input = personInputOf(emptyPerson, personAttributes);
      const anna = await addPerson(scim.deps, { ...input, photo, userName: 'anna' });
      if (!anna.ok) throw new Error('The person was refused');
      const got = (await scim.call('GET', `/Users/${anna.value.id}`)).body;
      const put = await scim.call('PUT', `/Users/${got.id}`, { ...got, title: 'T' });
      expect(put.body).to.deep.include({ photos: [{ type: 'photo', value: photo }], title: 'T' });
    });

    it('removes active and userType with a PATCH: they are not shown, the right is gone and the person stays as active as before', async () => {
      await changeSource(scim.deps, scim.sourceId, { mayGrantPowerUser: true });
      for (const [index, take] of [
        { op: 'remove' },
        { op: 'replace', value: null },
        { op: 'add', value: null },
      ].entries()) {
        const person = { userName: `anna ${index}`, active: false, userType: 'Power User' };
        const { id } = (await scim.call('POST', '/Users', person)).body;
        const stored = async () => {
          const user = await findUser(scim.deps.store.db, id);
          return [user?.active, user?.userType];
        };
        const change = patch({ ...take, path: 'active' }, { ...take, path: 'userType' });
        for (const [method, body] of [
          ['PATCH', change],
          ['PATCH', change],
          ['PUT', { userName: person.userName, title: 'T' }],
          ['GET', undefined],
        ] as const) {
          const reply = await scim.call(method, `/Users/${id}`, body);
          expect(reply.status, JSON.stringify(reply.body)).to.equal(200);
          expect(reply.body).to.not.have.any.keys('active', 'userType');
          expect(await stored()).to.deep.equal([false, 'Intranet User']);
        }
        const given = { active: false, userType: 'Intranet User' };
        expect((await scim.call('PATCH', `/Users/${id}`, patch({ op: 'add', value: given }))).body).to.include(given);
        await scim.call('PATCH', `/Users/${id}`, change);
        await setActive(scim.deps, id, true);
        expect((await scim.call('GET', `/Users/${id}`)).body.active, 'set by hand').to.equal(true);
      }
    });

    it('removes the password with a PATCH, and ends the sessions', async () => {
      const { db } = scim.deps.store;
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      for (const operation of [
        { op: 'remove', path: 'password' },
        { op: 'replace', path: 'password', value: null },
        { op: 'replace', value: { password: '' } },
      ]) {
        const given = patch({ op: 'add', path: 'password', value: 'correct horse battery' });
        expect((await scim.call('PATCH', `/Users/${id}`, given)).status).to.equal(200);
        expect(await findPasswordHash(db, id)).to.match(/^\$argon2id/);
        const session = aSession(id);
        await writeSession(db, session);
        expect((await scim.call('PATCH', `/Users/${id}`, patch(operation))).status).to.equal(200);
        expect(await findPasswordHash(db, id), JSON.stringify(operation)).to.equal(undefined);
        expect(await findSession(db, session.id, session.createdAt)).to.equal(undefined);
      }
    });

    it('removes an address of which only the type is left', async () => {
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      const change = (...operations: unknown[]) => scim.call('PATCH', `/Users/${id}`, patch(...operations));
      const town = await change({ op: 'add', path: 'addresses[type eq "work"].locality', value: 'Oslo' });
      expect(town.body.addresses).to.deep.equal([{ formatted: 'Oslo', type: 'work', locality: 'Oslo' }]);
      const gone = await change({ op: 'remove', path: 'addresses[type eq "work"].locality' });
      expect(gone.body).to.not.have.property('addresses');
    });

    it('loses none of many changes of different attributes at once', async () => {
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      const names = ['title', 'nickName', 'locale', 'timezone', 'displayName', 'department', 'location', 'bio'];
      const replies = await Promise.all(
        names.map((path) => scim.call('PATCH', `/Users/${id}`, patch({ op: 'add', path, value: `my ${path}` }))),
      );
      expect(replies.map(({ status }) => status)).to.deep.equal(names.map(() => 200));
      const { body } = await scim.call('GET', `/Users/${id}`);
      for (const name of names) expect(JSON.stringify(body)).to.contain(`"${name}":"my ${name}"`);
      expect(body.meta.version).to.equal('W/"9"');
    });

    it('returns a new version of a person when their groups change, but accepts the old one in If-Match', async () => {
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      const version = (await scim.call('GET', `/Users/${id}`)).headers.get('etag') ?? '';
      const group = (await scim.call('POST', '/Groups', { displayName: 'G', members: [{ value: id }] })).body;
      const after = await scim.call('GET', `/Users/${id}`, undefined, { 'If-None-Match': version });
      expect(after.status).to.equal(200);
      expect(after.body.groups).to.deep.equal([
        { value: group.id, $ref: `${scim.baseUrl}/Groups/${group.id}`, display: 'G', type: 'direct' },
      ]);
      for (const ifMatch of [version, after.body.meta.version.replace('1-', '2-')]) {
        const change = patch({ op: 'add', path: 'title', value: ifMatch });
        expect((await scim.call('PATCH', `/Users/${id}`, change, { 'If-Match': ifMatch })).status).to.equal(200);
      }
    });

    it('shows the display name of a manager, if there is one', async () => {
      const managers = [{ userName: 'named', displayName: 'The Boss' }, { userName: 'unnamed' }];
      for (const [index, person] of managers.entries()) {
        const { id } = (await scim.call('POST', '/Users', person)).body;
        const { body } = await scim.call('POST', '/Users', { userName: `report ${index}`, manager: { value: id } });
        const name = index === 0 ? { displayName: 'The Boss' } : {};
        expect(body[ENTERPRISE]).to.deep.equal({
          manager: { value: id, $ref: `${scim.baseUrl}/Users/${id}`, ...name },
        });
      }
      const { body } = await scim.call('POST', '/Users', { userName: 'stray', manager: 'unknown' });
      expect(body[ENTERPRISE]).to.deep.equal({ manager: { value: 'unknown' } });
    });
  });
});
