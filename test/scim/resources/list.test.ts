import { expect } from 'chai';
import { withStores } from '../../support/stores.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/list', () => {
  withStores((open) => {
    let scim: ScimServer;

    before(async () => {
      scim = await openScimServer(await open());
      for (const userName of ['Anna', 'Bert', 'Carl', 'Dora', 'Emil', 'Frida', 'Gina'])
        await scim.call('POST', '/Users', { userName, title: 'T' });
      await scim.call('POST', '/Groups', { displayName: 'Zoo' });
    });

    it('finds a resource by its unique name like other filters do', async () => {
      for (const [endpoint, attribute, name] of [
        ['Users', 'userName', 'ANNA'],
        ['Users', 'USERNAME', 'nobody'],
        ['Groups', 'displayName', 'ZOO'],
        ['Groups', 'displayName', 'anna'],
      ])
        for (const page of ['', '&count=1', '&count=0', '&startIndex=2', `&sortBy=${attribute}`, '&attributes=meta']) {
          const filters = [`${attribute} eq "${name}"`, `(${attribute} eq "${name}" and ${attribute} pr)`];
          const [short, long] = await Promise.all(
            filters.map((filter) => scim.call('GET', `/${endpoint}?filter=${encodeURIComponent(filter)}${page}`)),
          );
          expect(short?.status).to.equal(200);
          expect(short?.body, `${filters[0]}${page}`).to.deep.equal(long?.body);
        }
    });

    it('checks the cursor of a query by name too', async () => {
      const { status, body } = await scim.call('GET', '/Users?filter=userName eq "anna"&cursor=abc');
      expect([status, body.scimType]).to.deep.equal([400, 'invalidCursor']);
    });

    it('returns the requested attributes', async () => {
      const { body } = await scim.call('GET', '/Users?filter=title eq "T"&count=1&attributes=userName');
      expect(body.Resources).to.have.length(1);
      expect(body.Resources[0]).to.have.all.keys('schemas', 'id', 'userName');
      const search = { count: 1, excludedAttributes: ['meta', 'active', 'userType'] };
      const found = await scim.call('POST', '/Users/.search', search);
      expect(found.body.Resources[0]).to.have.all.keys('schemas', 'id', 'userName', 'title');
      const groups = await scim.call('POST', '/Groups/.search', { attributes: 'displayName' });
      expect(groups.body.Resources[0]).to.have.all.keys('schemas', 'id', 'displayName');
    });

    it('lists people and then groups together', async () => {
      const page = async (query: object) => (await scim.call('POST', '/.search', query)).body;
      expect(await page({ count: 8, startIndex: 7 })).to.include({ totalResults: 8, itemsPerPage: 2, startIndex: 7 });
      expect(await page({ count: 3 })).to.include({ totalResults: 8, itemsPerPage: 3 });
      expect(await page({ startIndex: 8 })).to.include({ totalResults: 8, itemsPerPage: 1 });
      expect((await scim.call('GET', '/')).body).to.include({ totalResults: 8, itemsPerPage: 8 });
    });

    it('applies a filter to the types that have its attributes', async () => {
      const found = async (filter: string) => (await scim.call('POST', '/.search', { filter })).body;
      const names = async (filter: string) =>
        (await found(filter)).Resources.map(({ displayName, userName }) => displayName ?? userName);
      expect(await names('meta.resourceType eq "Group"')).to.deep.equal(['Zoo']);
      expect(await names('userName eq "anna" or displayName eq "Zoo"')).to.deep.equal(['Anna']);
      expect(await names('members pr or displayName sw "z"')).to.deep.equal(['Zoo']);
      expect(await found('nonsense pr')).to.include({ status: '400', scimType: 'invalidFilter' });
    });

    it('has no cursors for people and groups together', async () => {
      expect((await scim.call('GET', '/?cursor=')).body).to.include({ status: '400', scimType: 'invalidCursor' });
    });
  });
});
