import { expect } from 'chai';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/bulk', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    it('runs operations that refer to each other, in whatever order they stand', async () => {
      const { status, body } = await bulk([
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'g',
          data: { displayName: 'G', members: [{ value: 'bulkId:anna' }] },
        },
        { method: 'POST', path: '/Users', bulkId: 'anna', data: { userName: 'anna' } },
        { method: 'PATCH', path: '/Users/bulkId:anna', data: patch({ op: 'add', path: 'title', value: 'T' }) },
        { method: 'POST', path: '/Users', bulkId: 'again', data: { userName: 'ANNA' } },
      ]);
      expect(status).to.equal(200);
      expect(body.Operations.map((operation) => operation.status)).to.deep.equal(['201', '201', '200', '409']);
      expect(body.Operations[0]).to.deep.include({ method: 'POST', bulkId: 'g', version: 'W/"1"' });
      expect(body.Operations[3]?.response).to.include({ scimType: 'uniqueness' });
      const [anna] = (await scim.call('GET', '/Users')).body.Resources;
      expect(anna).to.include({ userName: 'anna', title: 'T' });
      expect(body.Operations[1]?.location).to.equal(anna?.meta.location);
      expect(anna?.groups.map(({ display }) => display)).to.deep.equal(['G']);
    });

    it('stops after as many failures as it is told', async () => {
      const operations = [
        { method: 'DELETE', path: '/Users/x' },
        { method: 'POST', path: '/Users', bulkId: '1', data: { userName: 'anna' } },
        { method: 'DELETE', path: '/Groups/x' },
        { method: 'POST', path: '/Users', bulkId: '2', data: { userName: 'bert' } },
      ];
      expect((await bulk(operations, 2)).body.Operations.map(({ status }) => status)).to.deep.equal([
        '404',
        '201',
        '404',
      ]);
      expect((await scim.call('GET', '/Users')).body.totalResults).to.equal(1);
    });

    it('tells who waits for nobody or in a circle', async () => {
      const { body } = await bulk([
        { method: 'POST', path: '/Groups', bulkId: 'a', data: { displayName: 'A', externalId: 'bulkId:b' } },
        { method: 'POST', path: '/Groups', bulkId: 'b', data: { displayName: 'B', externalId: 'bulkId:a' } },
        { method: 'DELETE', path: '/Users/bulkId:nobody' },
      ]);
      expect(body.Operations.map(({ status }) => status)).to.deep.equal(['409', '409', '409']);
    });

    it('reaches people and groups and nothing else', async () => {
      const { body } = await bulk([
        { method: 'POST', path: '/Bulk', bulkId: 'a', data: { Operations: [] } },
        { method: 'PUT', path: '/Schemas/x', data: {} },
        { method: 'PATCH', path: '/Users', data: {} },
        { method: 'POST', path: '//elsewhere/Users', bulkId: 'b', data: { userName: 'anna' } },
      ]);
      expect(body.Operations.map(({ status }) => status)).to.deep.equal(['400', '400', '405', '400']);
    });

    it('heeds the version of an operation', async () => {
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      const data = patch({ op: 'add', path: 'title', value: 'T' });
      const { body } = await bulk([
        { method: 'PATCH', path: `/Users/${id}`, version: 'W/"7"', data },
        { method: 'PATCH', path: `/Users/${id}`, version: 'W/"1"', data },
      ]);
      expect(body.Operations.map(({ status }) => status)).to.deep.equal(['412', '200']);
    });

    function bulk(Operations: unknown[], failOnErrors?: number) {
      return scim.call('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        ...(failOnErrors === undefined ? {} : { failOnErrors }),
        Operations,
      });
    }
  });
});
