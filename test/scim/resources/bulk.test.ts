import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';
import type { Step } from '../support/steps.ts';

const recorded = new URL('../clients/jumpcloud.json', import.meta.url);
const jumpCloud: Step[] = JSON.parse(readFileSync(recorded, 'utf8')).steps;

describe('scim/bulk', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    it('runs operations that refer to each other, in any order', async () => {
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

    it('stops after failOnErrors failures', async () => {
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

    it('refuses references to unknown or failed operations, and circles, with 409', async () => {
      const { body } = await bulk([
        { method: 'POST', path: '/Groups', bulkId: 'a', data: { displayName: 'A', externalId: 'bulkId:b' } },
        { method: 'POST', path: '/Groups', bulkId: 'b', data: { displayName: 'B', externalId: 'bulkId:a' } },
        { method: 'DELETE', path: '/Users/bulkId:nobody' },
        { method: 'POST', path: '/Users', bulkId: 'failed', data: {} },
        { method: 'DELETE', path: '/Users/bulkId:failed' },
      ]);
      expect(body.Operations.map(({ status }) => status)).to.deep.equal(['409', '409', '409', '400', '409']);
      expect(body.Operations[0]).to.deep.include({ method: 'POST', bulkId: 'a' });
      expect(body.Operations[0]?.response).to.include({ status: '409', scimType: 'invalidValue' });
    });

    it('supports people and groups only', async () => {
      const { body } = await bulk([
        { method: 'POST', path: '/Bulk', bulkId: 'a', data: { Operations: [] } },
        { method: 'PUT', path: '/Schemas/x', data: {} },
        { method: 'PATCH', path: '/Users', data: {} },
        { method: 'POST', path: '//elsewhere/Users', bulkId: 'b', data: { userName: 'anna' } },
      ]);
      expect(body.Operations.map(({ status }) => status)).to.deep.equal(['400', '400', '405', '400']);
    });

    it('checks the version of an operation', async () => {
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      const data = patch({ op: 'add', path: 'title', value: 'T' });
      const { body } = await bulk([
        { method: 'PATCH', path: `/Users/${id}`, version: 'W/"7"', data },
        { method: 'PATCH', path: `/Users/${id}`, version: 'W/"1"', data },
      ]);
      expect(body.Operations.map(({ status }) => status)).to.deep.equal(['412', '200']);
    });

    it('returns the location and version of each operation, and the error of a failed one', async () => {
      const { id } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
      const location = `${scim.baseUrl}/Users/${id}`;
      const { body } = await bulk([
        { method: 'put', path: `/Users/${id}`, data: { userName: 'anna', title: 'T' } },
        { method: 'PATCH', path: `/Users/${id}`, data: patch({ op: 'add', path: '/title', value: 'x' }) },
        { method: 'DELETE', path: `/Users/${id}` },
      ]);
      const [put, failed, deleted] = body.Operations;
      expect(put).to.deep.equal({ method: 'PUT', location, version: 'W/"2"', status: '200' });
      expect(failed).to.deep.include({ method: 'PATCH', location, status: '400' });
      expect(failed?.response).to.include({ scimType: 'invalidPath' });
      expect(deleted).to.deep.equal({ method: 'DELETE', location, status: '204' });
    });

    it('refuses malformed bulk requests', async () => {
      const remove = { method: 'DELETE', path: '/Users/x' };
      const post = { method: 'POST', path: '/Users', bulkId: '1', data: {} };
      for (const [status, scimType, body] of [
        ['400', 'invalidSyntax', {}],
        ['400', 'invalidSyntax', { Operations: 'x' }],
        ['400', 'invalidSyntax', { Operations: ['x'] }],
        ['400', 'invalidSyntax', { Operations: [{ method: 'GET', path: '/Users' }] }],
        ['400', 'invalidSyntax', { Operations: [{ method: 'DELETE', path: 'Users/x' }] }],
        ['400', 'invalidSyntax', { Operations: [{ method: 'DELETE', path: 5 }] }],
        ['400', 'invalidSyntax', { Operations: [{ ...post, bulkId: undefined }] }],
        ['400', 'invalidValue', { Operations: [post, post] }],
        ['400', 'invalidValue', { Operations: [remove], failOnErrors: -1 }],
        ['400', 'invalidValue', { Operations: [remove], failOnErrors: '1' }],
        ['413', undefined, { Operations: Array(1_001).fill(remove) }],
      ] as const) {
        const { body: error } = await scim.call('POST', '/Bulk', body);
        expect([error.status, error.scimType], JSON.stringify(body).slice(0, 80)).to.deep.equal([status, scimType]);
      }
      expect((await bulk([])).body.Operations).to.deep.equal([]);
      expect((await bulk([remove], 0)).body.Operations).to.have.length(1);
    });

    function bulk(Operations: unknown[], failOnErrors?: number) {
      return scim.call('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        ...(failOnErrors === undefined ? {} : { failOnErrors }),
        Operations,
      });
    }
  });

  it('accepts as many operations as the server says, with whole people, and not one more', async function () {
    this.timeout(60_000);
    const scim = await openScimServer();
    const config = (await scim.call('GET', '/ServiceProviderConfig')).body;
    const { maxOperations, maxPayloadSize } = config.bulk as Record<string, number>;
    const { request } = jumpCloud.find(({ name }) => name === 'a person is created as in the article') ?? {};
    const replace = { method: 'PUT', path: '/Users/00000000-0000-7000-8000-000000000000', data: request };
    const most = { Operations: Array(maxOperations).fill(replace) };
    expect(JSON.stringify(most).length).to.be.below(maxPayloadSize ?? 0);
    const { body } = await scim.call('POST', '/Bulk', most);
    expect(body.Operations).to.have.lengthOf(maxOperations ?? 0);
    expect(new Set(body.Operations.map(({ status }) => status))).to.deep.equal(new Set(['404']));
    const tooMany = await scim.call('POST', '/Bulk', { Operations: [...most.Operations, replace] });
    expect(tooMany.status).to.equal(413);
  });
});
