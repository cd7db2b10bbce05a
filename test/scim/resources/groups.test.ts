import { expect } from 'chai';
import { withStores } from '../../support/stores.ts';
import { insertPeople } from '../support/insertPeople.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/groups', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    it('empties what a PUT leaves out', async () => {
      const [anna = ''] = await insertPeople(scim.deps.store.db, 1);
      const group = { displayName: 'G', externalId: 'x', members: [{ value: anna }] };
      const { id } = (await scim.call('POST', '/Groups', group)).body;
      const put = await scim.call('PUT', `/Groups/${id}`, { displayName: 'G' });
      expect(put.body).to.not.have.any.keys('externalId', 'members');
    });

    it('refuses names and identifiers that are too long for the indexes of PostgreSQL', async () => {
      const text = (length: number) =>
        Array.from({ length }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000))).join('');
      const create = (group: object) => scim.call('POST', '/Groups', group);
      const { status } = await create({ displayName: text(256), externalId: text(256) });
      expect(status).to.equal(201);
      for (const group of [{ displayName: text(257) }, { displayName: 'G', externalId: text(1_024) }])
        expect((await create(group)).body).to.include({ status: '400', scimType: 'invalidValue' });
    });

    it('keeps the people of a deleted group', async () => {
      const [anna = ''] = await insertPeople(scim.deps.store.db, 1);
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G', members: [{ value: anna }] })).body;
      await scim.call('DELETE', `/Groups/${id}`);
      const { body } = await scim.call('GET', `/Users/${anna}`);
      expect(body).to.include({ active: true }).and.to.not.have.property('groups');
    });

    it('returns 204 after a PATCH of a group with more than 1,000 members, unless the client selects attributes', async () => {
      const ids = await insertPeople(scim.deps.store.db, 1_001);
      const members = ids.slice(1).map((value) => ({ value }));
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G', members })).body;
      const send = (query: string, operation: unknown) => scim.call('PATCH', `/Groups/${id}${query}`, patch(operation));
      const renamed = await send('', { op: 'replace', path: 'displayName', value: 'H' });
      expect([renamed.status, renamed.body.members?.length]).to.deep.equal([200, 1_000]);
      const added = await send('', { op: 'add', path: 'members', value: [{ value: ids[0] }] });
      expect([added.status, added.text]).to.deep.equal([204, '']);
      const name = { op: 'replace', path: 'displayName', value: 'I' };
      for (const query of ['?attributes=displayName', '?excludedAttributes=members'])
        expect((await send(query, name)).status, query).to.equal(200);
    });

    it('gives a group a new version when a member gets another name, and only then', async () => {
      const [anna = ''] = await insertPeople(scim.deps.store.db, 1);
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G', members: [{ value: anna }] })).body;
      const other = (await scim.call('POST', '/Groups', { displayName: 'H' })).body;
      const change = (path: string, value: string) =>
        scim.call('PATCH', `/Users/${anna}`, patch({ op: 'replace', path, value }));
      const known = (await scim.call('GET', `/Groups/${id}`)).headers.get('etag') ?? '';
      const read = () => scim.call('GET', `/Groups/${id}`, undefined, { 'If-None-Match': known });
      await change('title', 'T');
      expect((await read()).status).to.equal(304);
      await change('displayName', 'Anna');
      const { status, body } = await read();
      expect([status, body.members[0]?.display, body.meta.version]).to.deep.equal([200, 'Anna', 'W/"2"']);
      expect((await scim.call('GET', `/Groups/${other.id}`)).body.meta.version).to.equal(other.meta.version);
    });

    it('logs up to 100 of the members that were added', async () => {
      const ids = await insertPeople(scim.deps.store.db, 101);
      const members = ids.map((value) => ({ value }));
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G', members })).body;
      const [entry] = await readLog(scim, { resourceId: id }, 1);
      const [name, added] = entry?.changes ?? [];
      expect(name).to.deep.equal({ attribute: 'displayName', after: 'G' });
      expect(added?.after).to.have.length(101);
      expect(added?.after).to.include('and 1 more');
    });
  });
});
