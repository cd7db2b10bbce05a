import { expect } from 'chai';
import { verifyPassword } from '../../../src/login/passwords.ts';
import { changeSource } from '../../../src/sources/profileSources.ts';
import type { SourceRights } from '../../../src/store/profileSources.ts';
import { listNotices } from '../../../src/store/sourceNotices.ts';
import { findPasswordHash, findUser, type User } from '../../../src/store/users.ts';
import { addPerson, testPassword } from '../../support/anteroom.ts';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

const PASSWORD = 'another long password';

describe('scim/rights', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    it('stores a new Power User as an Intranet User, says so and logs it', async () => {
      const created = await create({ userName: 'made', userType: 'Power User', password: PASSWORD });
      expect(created).to.include({ userType: 'Intranet User' });
      expect(await find(created.id)).to.include({ userType: 'Intranet User' });
      expect(await noteOf(created.id)).to.match(/^userType was stored as Intranet User/);
      for (const [method, body] of [
        ['PATCH', patch({ op: 'replace', path: 'userType', value: 'Power User' })],
        ['PATCH', patch({ op: 'add', value: { userType: 'Power User' } })],
        ['PUT', { userName: 'made', userType: 'Power User' }],
      ] as const) {
        const reply = await scim.call(method, `/Users/${created.id}`, body);
        expect(reply.status).to.equal(200);
        expect(reply.body).to.include({ userType: 'Intranet User' });
        expect(await noteOf(created.id)).to.match(/^userType was stored as Intranet User/);
      }
      expect(await kinds()).to.deep.equal(['powerUserGrant']);
    });

    it('takes what is only spelled differently for the same type: a form or a CSV file may clean it later', async () => {
      for (const [at, userType] of [
        ' Power User ',
        'POWER USER',
        'Power  User',
        'Power User\u200b',
        'PowerUser',
        'Ｐower User',
      ].entries())
        expect(await create({ userName: `near${at}`, userType }), userType).to.include({ userType: 'Intranet User' });
    });

    it('creates, promotes and demotes Power Users with the right', async () => {
      await allow({ mayGrantPowerUser: true });
      await create({ userName: 'first', userType: 'Power User', password: PASSWORD });
      const { id, userType } = await create({ userName: 'made', userType: 'Power User', password: PASSWORD });
      expect(userType).to.equal('Power User');
      expect(await passwordIs(id, PASSWORD)).to.equal(true);
      for (const value of ['Intranet User', 'Power User']) {
        const reply = await change(id, { op: 'replace', path: 'userType', value });
        expect(reply.body).to.include({ userType: value });
      }
      expect(await kinds()).to.deep.equal([]);
    });

    it('keeps the type, the user name and the password of a Power User, and changes everything else', async () => {
      await addPerson(scim.deps, { userName: 'other', userType: 'Power User' });
      const chief = await addPerson(scim.deps, { userName: 'chief', userType: 'Power User' });
      const sent = { userName: 'mallory', userType: 'Intranet User', password: PASSWORD, title: 'Boss' };
      for (const [method, body] of [
        ['PATCH', patch(...Object.entries(sent).map(([path, value]) => ({ op: 'replace', path, value })))],
        ['PATCH', patch({ op: 'replace', value: { ...sent, title: 'Chief' } })],
        ['PATCH', patch({ op: 'remove', path: 'userType' }, { op: 'remove', path: 'password' })],
        ['PUT', { ...sent, title: 'Chairwoman' }],
      ] as const) {
        const reply = await scim.call(method, `/Users/${chief.id}`, body);
        expect(reply.status, reply.text).to.equal(200);
        expect(reply.body).to.include({ userName: 'chief', userType: 'Power User' });
        expect(await passwordIs(chief.id, testPassword)).to.equal(true);
        expect(await noteOf(chief.id))
          .to.contain('userType was not changed')
          .and.contain('password was not stored');
      }
      expect(await find(chief.id)).to.include({ title: 'Chairwoman', userType: 'Power User', sourceId: scim.sourceId });
      expect(await kinds()).to.deep.equal(['powerUserChange']);
    });

    it('keeps the Authentication Type of a Power User, who could not log in with another', async () => {
      const chief = await addPerson(scim.deps, { userName: 'chief', userType: 'Power User' });
      const anna = await addPerson(scim.deps, { userName: 'anna' });
      const urn = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';
      const wanted = { location: 'Oslo', loginType: 'Local Login' };
      for (const { id } of [chief, anna]) await change(id, { op: 'add', value: { [urn]: wanted } });
      expect(await find(chief.id)).to.deep.include({ loginType: null, profile: { interact: { location: 'Oslo' } } });
      expect(await noteOf(chief.id)).to.match(/^loginType was not changed/);
      expect((await find(anna.id))?.loginType).to.equal('Local Login');
    });

    it('deactivates and deletes a Power User who is not the last one', async () => {
      await addPerson(scim.deps, { userName: 'other', userType: 'Power User' });
      const chief = await addPerson(scim.deps, { userName: 'chief', userType: 'Power User' });
      expect((await change(chief.id, { op: 'replace', path: 'active', value: false })).body.active).to.equal(false);
      expect((await scim.call('DELETE', `/Users/${chief.id}`)).status).to.equal(204);
      expect(await kinds()).to.deep.equal([]);
    });

    it('refuses to deactivate or delete the last Power User with 409 and a sentence', async () => {
      const chief = await addPerson(scim.deps, { userName: 'chief', userType: 'Power User' });
      for (const [method, body] of [
        ['PATCH', patch({ op: 'replace', path: 'active', value: false })],
        ['PUT', { userName: 'chief', active: 'False' }],
        ['DELETE', undefined],
      ] as const) {
        const reply = await scim.call(method, `/Users/${chief.id}`, body);
        expect(reply.status).to.equal(409);
        expect(reply.body).to.deep.include({
          schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
          detail: 'This is the last active Power User. Make another person a Power User first.',
        });
      }
      expect(await noteOf(chief.id)).to.match(/^This is the last active Power User/);
      expect(await kinds()).to.deep.equal(['lastPowerUser']);
    });

    it('creates a person without a password that misses the rule, and logs it', async () => {
      const { id } = await create({ userName: 'case15@example.com', password: 'a' });
      expect(await findPasswordHash(scim.deps.store.db, id)).to.equal(undefined);
      expect(await noteOf(id)).to.match(/^The password was not stored.*at least 12 characters/);
      await change(id, { op: 'replace', path: 'password', value: PASSWORD });
      const weak = await change(id, { op: 'replace', value: { password: 'short', title: 'T' } });
      expect(weak.status).to.equal(200);
      expect(await find(id)).to.include({ title: 'T' });
      expect(await passwordIs(id, PASSWORD)).to.equal(true);
      expect(await kinds()).to.deep.equal(['weakPassword']);
    });

    it('stores passwords only for people that this source created, and only with the right', async () => {
      const anna = await addPerson(scim.deps, { userName: 'anna' });
      await change(anna.id, { op: 'replace', value: { title: 'T', password: PASSWORD } });
      expect(await find(anna.id)).to.include({ title: 'T', sourceId: scim.sourceId });
      expect(await passwordIs(anna.id, testPassword)).to.equal(true);
      expect(await noteOf(anna.id)).to.equal('The password was not stored: this source did not create this person.');

      const { id } = await create({ userName: 'ben', password: PASSWORD });
      expect(await passwordIs(id, PASSWORD)).to.equal(true);
      await allow({ maySetPasswords: false });
      await change(id, { op: 'replace', path: 'password', value: 'yet another password' });
      await change(id, { op: 'remove', path: 'password' });
      expect(await passwordIs(id, PASSWORD)).to.equal(true);
      const cleo = await create({ userName: 'cleo', password: PASSWORD });
      expect(await findPasswordHash(scim.deps.store.db, cleo.id)).to.equal(undefined);
      expect(await noteOf(cleo.id)).to.equal('The password was not stored: this source may not set passwords.');
      expect(await kinds()).to.deep.equal(['password']);
    });

    it('refuses every change of a person who was added by hand, without the right to take over', async () => {
      const anna = await addPerson(scim.deps, { userName: 'anna' });
      await allow({ mayTakeOver: false });
      for (const [method, body] of [
        ['PATCH', patch({ op: 'replace', path: 'title', value: 'T' })],
        ['PUT', { userName: 'anna' }],
        ['DELETE', undefined],
        ['POST', { userName: 'ANNA' }],
      ] as const) {
        const reply = await scim.call(method, method === 'POST' ? '/Users' : `/Users/${anna.id}`, body);
        expect(reply.status).to.equal(409);
        expect(reply.body.detail).to.match(/^This person was added by hand/);
      }
      expect((await scim.call('GET', `/Users/${anna.id}`)).status).to.equal(200);
      expect(await find(anna.id)).to.include({ sourceId: null, version: 1 });
      expect(await kinds()).to.deep.equal(['takeOver']);
      const { id } = await create({ userName: 'ben' });
      expect((await change(id, { op: 'replace', path: 'title', value: 'T' })).status).to.equal(200);
    });

    it('notes what was left out in bulk requests too', async () => {
      const operation = (userName: string, data: object) => ({
        method: 'POST',
        path: '/Users',
        bulkId: userName,
        data: { userName, ...data },
      });
      const Operations = [operation('a', { userType: 'Power User' }), operation('b', { password: 'a' })];
      const { body } = await scim.call('POST', '/Bulk', { Operations });
      expect(body.Operations.map(({ status }) => status)).to.deep.equal(['201', '201']);
      expect(await kinds()).to.deep.equal(['powerUserGrant', 'weakPassword']);
      const [outer] = await readLog(scim, { text: '/Bulk' }, 1);
      expect(outer?.detail).to.match(/stored as Intranet User.*at least 12 characters/);
    });

    it('forgets the notices of a source when its rights change', async () => {
      await create({ userName: 'made', userType: 'Power User' });
      expect(await kinds()).to.deep.equal(['powerUserGrant']);
      await changeSource(scim.deps, scim.sourceId, { logBodies: true });
      expect(await kinds()).to.deep.equal(['powerUserGrant']);
      await allow({ mayGrantPowerUser: true });
      expect(await kinds()).to.deep.equal([]);
    });

    async function allow(rights: Partial<SourceRights>): Promise<void> {
      await changeSource(scim.deps, scim.sourceId, rights);
    }

    async function create(person: object) {
      const reply = await scim.call('POST', '/Users', person);
      expect(reply.status, reply.text).to.equal(201);
      return reply.body;
    }

    function change(id: string, ...operations: unknown[]) {
      return scim.call('PATCH', `/Users/${id}`, patch(...operations));
    }

    function find(id: string): Promise<User | undefined> {
      return findUser(scim.deps.store.db, id);
    }

    async function passwordIs(id: string, password: string): Promise<boolean> {
      return verifyPassword(scim.deps, password, await findPasswordHash(scim.deps.store.db, id));
    }

    /** What the log says about the last request for a person. A further request is logged after all before it. */
    async function noteOf(id: string): Promise<string | null | undefined> {
      await settled();
      const [last] = await readLog(scim, { resourceId: id }, 1);
      return last?.detail;
    }

    async function kinds(): Promise<string[]> {
      await settled();
      return (await listNotices(scim.deps.store.db)).map(({ kind }) => kind).sort();
    }

    async function settled(): Promise<void> {
      const path = `/Schemas?settled=${scim.deps.randomBytes(8).toString('hex')}`;
      await scim.call('GET', path);
      await readLog(scim, { text: path }, 1);
    }
  });
});
