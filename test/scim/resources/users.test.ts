import { expect } from 'chai';
import { emptyPerson, personInputOf } from '../../../src/people/form.ts';
import { addPerson, setActive } from '../../../src/people/users.ts';
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

    it('creates a person and gives back what it stored', async () => {
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

    it('leaves out what has no value', async () => {
      const half = await scim.call('POST', '/Users', { userName: 'anna', name: { givenName: 'Anna' } });
      expect(half.body.name).to.deep.equal({ givenName: 'Anna' });
      const bare = await scim.call('POST', '/Users', { userName: 'bert' });
      const kept = ['schemas', 'id', 'userName', 'userType', 'active', 'meta'];
      expect(Object.keys(bare.body)).to.deep.equal(kept);
      const found = await scim.call('GET', '/Users?filter=userName eq "bert"');
      expect(Object.keys(found.body.Resources[0] ?? {})).to.deep.equal(kept);
    });

    it('finds a person by the userName, in any case, as the same filter in other words does', async () => {
      await scim.call('POST', '/Users', { userName: 'Anna' });
      for (const name of ['ANNA', 'bert'])
        for (const page of ['', '&count=1', '&count=0', '&startIndex=2', '&sortBy=userName', '&attributes=active']) {
          const [short, long] = await Promise.all(
            [`userName eq "${name}"`, `(userName eq "${name}" and userName pr)`].map((filter) =>
              scim.call('GET', `/Users?filter=${encodeURIComponent(filter)}${page}`),
            ),
          );
          expect(short?.body, page).to.deep.equal(long?.body);
        }
    });

    it('has each userName once, in any case', async () => {
      await scim.call('POST', '/Users', { userName: 'anna' });
      const again = await scim.call('POST', '/Users', { userName: 'ANNA' });
      expect(again.status).to.equal(409);
      expect(again.body).to.include({ scimType: 'uniqueness', status: '409' });
      const other = await scim.call('POST', '/Users', { userName: 'bert' });
      const renamed = await scim.call(
        'PATCH',
        `/Users/${other.body.id}`,
        patch({ op: 'replace', path: 'userName', value: 'Anna' }),
      );
      expect(renamed.status).to.equal(409);
      expect((await scim.call('GET', '/Users')).body.totalResults).to.equal(2);
    });

    it('ends the sessions of whom it deactivates or removes', async () => {
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

    it('replaces with PUT and keeps what is read-only, active, userType and the password', async () => {
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
      const put = await scim.call('PUT', `/Users/${id}`, {
        id: 'other',
        userName: 'anna2',
        meta: { version: 'x' },
        groups: [{ value: 'g' }],
      });
      expect(put.status).to.equal(200);
      expect(put.body).to.include({ id, userName: 'anna2', active: false, userType: 'Power User' });
      expect(put.body).to.not.have.any.keys('nickName', 'groups');
      expect(put.body[INTERACT]).to.deep.equal({ location: 'Oslo' });
      expect(put.body.meta.version).to.equal('W/"2"');
      expect(await findPasswordHash(scim.deps.store.db, id)).to.be.a('string');
      const emptied = await scim.call('PUT', `/Users/${id}`, { userName: 'anna2', [INTERACT]: null });
      expect(emptied.body).to.not.have.property(INTERACT);
    });

    it('takes back with PUT what it gave, a picture that was put in on the screens among it', async () => {
      const photo = `data:image/png;base64,${'A'.repeat(50_000)}`;
      const input = personInputOf(emptyPerson);
      const anna = await addPerson(scim.deps, { ...input, texts: { ...input.texts, photo, userName: 'anna' } });
      if (!anna.ok) throw new Error('The person was refused');
      const got = (await scim.call('GET', `/Users/${anna.value.id}`)).body;
      const put = await scim.call('PUT', `/Users/${got.id}`, { ...got, title: 'T' });
      expect(put.body).to.deep.include({ photos: [{ type: 'photo', value: photo }], title: 'T' });
    });

    it('takes active and userType away with a PATCH: then they are not shown, the right is gone and nobody is let in', async () => {
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

    it('takes the password away with a PATCH, and the sessions with it', async () => {
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

    it('keeps no address of which nothing is left but what it is for', async () => {
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      const change = (...operations: unknown[]) => scim.call('PATCH', `/Users/${id}`, patch(...operations));
      const town = await change({ op: 'add', path: 'addresses[type eq "work"].locality', value: 'Oslo' });
      expect(town.body.addresses).to.deep.equal([{ formatted: 'Oslo', type: 'work', locality: 'Oslo' }]);
      const gone = await change({ op: 'remove', path: 'addresses[type eq "work"].locality' });
      expect(gone.body).to.not.have.property('addresses');
    });

    it('checks versions in the write', async () => {
      const { id, meta } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      const title = (value: string) => patch({ op: 'replace', path: 'title', value });
      expect((await scim.call('PATCH', `/Users/${id}`, title('a'), { 'If-Match': meta.version })).status).to.equal(200);
      expect((await scim.call('PATCH', `/Users/${id}`, title('b'), { 'If-Match': meta.version })).status).to.equal(412);
      expect((await scim.call('PUT', `/Users/${id}`, { userName: 'x' }, { 'If-Match': meta.version })).status).to.equal(
        412,
      );
      expect((await scim.call('DELETE', `/Users/${id}`, undefined, { 'If-Match': meta.version })).status).to.equal(412);
      const fresh = await scim.call('GET', `/Users/${id}`);
      expect(fresh.body.title).to.equal('a');
      const version = fresh.headers.get('etag') ?? '';
      expect((await scim.call('GET', `/Users/${id}`, undefined, { 'If-None-Match': version })).status).to.equal(304);
      expect((await scim.call('GET', `/Users/${id}`, undefined, { 'If-None-Match': meta.version })).status).to.equal(
        200,
      );
      expect((await scim.call('DELETE', `/Users/${id}`, undefined, { 'If-Match': version })).status).to.equal(204);
      expect((await scim.call('GET', `/Users/${id}`)).status).to.equal(404);
    });

    it('loses none of many changes at once', async () => {
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

    it('leaves what another source manages to that source', async () => {
      const other = await openScimServer(scim.deps.store);
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      for (const [method, body] of [
        ['PATCH', patch({ op: 'add', path: 'title', value: 'x' })],
        ['PUT', { userName: 'x' }],
        ['DELETE', undefined],
      ] as const)
        expect((await other.call(method, `/Users/${id}`, body)).status).to.equal(403);
      expect((await other.call('GET', `/Users/${id}`)).body.userName).to.equal('anna');
    });
  });
});
