import { expect } from 'chai';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/list', () => {
  withStores((open) => {
    let scim: ScimServer;

    before(async () => {
      scim = await openScimServer(await open());
      for (const name of ['dora', 'Bert', 'anna', 'carl', 'Emil', 'frida', 'gina'])
        await scim.call('POST', '/Users', { userName: name, ...(name < 'b' ? { title: name } : {}) });
      await scim.call('POST', '/Groups', { displayName: 'Zoo' });
    });

    it('pages by index', async () => {
      const page = await scim.call('GET', '/Users?startIndex=3&count=2&sortBy=userName');
      expect(page.body).to.include({ totalResults: 7, startIndex: 3, itemsPerPage: 2 });
      expect(namesOf(page.body.Resources)).to.equal('carl dora');
      expect((await scim.call('GET', '/Users?count=0')).body).to.deep.include({
        totalResults: 7,
        itemsPerPage: 0,
        Resources: [],
      });
      expect((await scim.call('GET', '/Users?startIndex=-4&count=-1')).body).to.include({
        startIndex: 1,
        itemsPerPage: 0,
      });
      expect((await scim.call('GET', '/Users?startIndex=20&count=5')).body).to.include({
        startIndex: 20,
        totalResults: 7,
      });
      expect((await scim.call('GET', '/Users?count=x')).body.scimType).to.equal('invalidValue');
    });

    it('sorts without minding case, what has no value last', async () => {
      const sorted = async (query: string) => namesOf((await scim.call('GET', `/Users?${query}`)).body.Resources);
      expect(await sorted('sortBy=userName')).to.equal('anna Bert carl dora Emil frida gina');
      expect(await sorted('sortBy=userName&sortOrder=descending')).to.equal('gina frida Emil dora carl Bert anna');
      expect((await sorted('sortBy=title')).split(' ').slice(0, 3).join(' ')).to.equal('anna Bert Emil');
      expect((await scim.call('GET', '/Users?sortBy=nonsense')).status).to.equal(400);
      expect((await scim.call('GET', '/Users?sortBy=password')).status).to.equal(400);
    });

    it('sorts by the primary or first of several values', async () => {
      const phones: Record<string, unknown[]> = {
        frida: [{ value: '9' }, { value: '2', primary: true, type: 'home' }],
        carl: [{ value: '3' }, { value: '1' }],
        dora: [{ value: '1', type: 'Work' }],
      };
      for (const [name, phoneNumbers] of Object.entries(phones)) {
        const [user] = (await scim.call('GET', `/Users?filter=userName eq "${name}"`)).body.Resources;
        await scim.call('PATCH', `/Users/${user?.id}`, patch({ op: 'add', value: { phoneNumbers } }));
      }
      const sorted = async (query: string) =>
        namesOf((await scim.call('GET', `/Users?count=3&${query}`)).body.Resources);
      expect(await sorted('sortBy=phoneNumbers')).to.equal('dora frida carl');
      expect(await sorted('sortBy=phoneNumbers.value&sortOrder=descending&startIndex=5')).to.equal('carl frida dora');
      expect(await sorted('sortBy=phoneNumbers.type')).to.match(/^frida dora /);
      for (const path of ['/Users?sortBy=groups', '/Groups?sortBy=members'])
        expect((await scim.call('GET', path)).body.scimType).to.equal('invalidPath');
    });

    for (const query of [
      '',
      '&sortBy=phoneNumbers',
      '&sortBy=userName',
      '&sortBy=title&sortOrder=descending',
      '&sortBy=meta.created',
      '&filter=userName pr',
    ])
      it(`pages by cursor${query}`, async () => {
        const whole = (await scim.call('GET', `/Users?count=100${query}`)).body.Resources.map(({ id }) => id);
        const seen: string[] = [];
        let cursor = '';
        let last = '';
        for (let pages = 0; pages < 4 && (pages === 0 || cursor !== ''); pages += 1) {
          const { body } = await scim.call('GET', `/Users?count=3&cursor=${cursor}${query}`);
          expect(body).to.include({ totalResults: 7 });
          expect(body).to.not.have.property('startIndex');
          seen.push(...body.Resources.map(({ id }) => id));
          cursor = String(body.nextCursor ?? '');
          last = String(body.previousCursor ?? '');
        }
        expect(seen).to.deep.equal(whole);
        const back = await scim.call('GET', `/Users?count=3&cursor=${last}${query}`);
        expect(back.body.Resources.map(({ id }) => id)).to.deep.equal(whole.slice(3, 6));
      });

    it('refuses cursors of others, of nobody and of long ago', async () => {
      const { nextCursor } = (await scim.call('GET', '/Users?count=2&cursor=')).body;
      const bad = async (query: string) => (await scim.call('GET', `/Users?${query}`)).body.scimType;
      expect(await bad('cursor=nonsense')).to.equal('invalidCursor');
      expect(await bad(`cursor=${nextCursor}&sortBy=title`)).to.equal('invalidCursor');
      expect((await scim.call('GET', `/Groups?cursor=${nextCursor}`)).body.scimType).to.equal('invalidCursor');
      for (const count of ['-1', '0', 'x'])
        expect(await bad(`cursor=${nextCursor}&count=${count}`)).to.equal('invalidCount');
      scim.deps.clock.advance(2 * 60 * 60_000);
      expect(await bad(`cursor=${nextCursor}`)).to.equal('expiredCursor');
    });

    it('gives what is asked for and leaves out what is not', async () => {
      const first = async (query: string) =>
        (await scim.call('GET', `/Users?filter=userName eq "anna"&${query}`)).body.Resources[0];
      expect(await first('attributes=userName,meta.version')).to.have.all.keys('schemas', 'id', 'userName', 'meta');
      expect((await first('attributes=meta.version'))?.meta).to.have.all.keys('version');
      expect(await first('excludedAttributes=meta,title,id')).to.have.all.keys(
        'schemas',
        'id',
        'userName',
        'userType',
        'active',
      );
      expect(await first('attributes=urn:ietf:params:scim:schemas:core:2.0:User:title,nonsense')).to.have.all.keys(
        'schemas',
        'id',
        'title',
      );
    });

    it('searches people and groups together', async () => {
      const all = await scim.call('POST', '/.search', { count: 8, startIndex: 7 });
      expect(all.body).to.include({ totalResults: 8, itemsPerPage: 2 });
      const groups = await scim.call('POST', '/.search', { filter: 'meta.resourceType eq "Group"' });
      expect(groups.body.Resources.map(({ displayName }) => displayName)).to.deep.equal(['Zoo']);
      const named = await scim.call('POST', '/.search', { filter: 'userName eq "anna" or displayName eq "Zoo"' });
      expect(named.body.totalResults).to.equal(1);
      expect((await scim.call('POST', '/.search', { filter: 'nonsense pr' })).body.scimType).to.equal('invalidFilter');
    });
  });
});

function namesOf(resources: { userName: string }[]): string {
  return resources.map(({ userName }) => userName).join(' ');
}
