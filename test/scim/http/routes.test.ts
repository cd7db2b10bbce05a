import { expect } from 'chai';
import { insertPeople } from '../support/insertPeople.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/routes', () => {
  let scim: ScimServer;

  beforeEach(async () => {
    scim = await openScimServer();
  });

  it('sends SCIM JSON with its length, errors too', async () => {
    for (const path of ['/Users', '/Schemas', '/Nothing']) {
      const { headers, text } = await scim.call('GET', path);
      expect(headers.get('content-type')).to.equal('application/scim+json');
      expect(headers.get('content-length')).to.equal(String(Buffer.byteLength(text)));
    }
  });

  it('responds to HEAD as to GET, without a body', async () => {
    const got = await scim.call('GET', '/Schemas');
    const head = await scim.call('HEAD', '/Schemas');
    expect([head.status, head.text]).to.deep.equal([200, '']);
    expect(head.headers.get('content-length')).to.equal(got.headers.get('content-length'));
    const entries = await readLog(scim, { text: '/Schemas' }, 2);
    expect(entries.map(({ method }) => method)).to.deep.equal(['GET', 'GET']);
  });

  it('sends a long list in chunks', async () => {
    await insertPeople(scim.deps.store.db, 800, { profile: { nickName: 'x'.repeat(400) } });
    const { headers, body, text } = await scim.call('GET', '/Users?count=800');
    expect(text.length).to.be.greaterThan(256 * 1024);
    expect(headers.get('transfer-encoding')).to.equal('chunked');
    expect(body).to.include({ itemsPerPage: 800 });
    expect(body.Resources).to.have.length(800);
    expect((await scim.call('HEAD', '/Users?count=800')).text).to.equal('');
  });

  it('sends no body with 204 and 304', async () => {
    const { id, meta } = (await scim.call('POST', '/Users', { userName: 'anna' })).body;
    const unchanged = await scim.call('GET', `/Users/${id}`, undefined, { 'If-None-Match': meta.version });
    const deleted = await scim.call('DELETE', `/Users/${id}`);
    for (const { headers, text } of [unchanged, deleted])
      expect([text, headers.get('content-type')]).to.deep.equal(['', null]);
    expect([unchanged.status, deleted.status]).to.deep.equal([304, 204]);
  });

  it('reads a plus sign as a blank, but not beside blanks that are written as %20', async () => {
    for (const userName of ['anna+it@acme.com', 'anna it@acme.com']) await scim.call('POST', '/Users', { userName });
    const find = async (filter: string) =>
      (await scim.call('GET', `/Users?filter=${filter}`)).body.Resources.map(({ userName }) => userName);
    expect(await find('userName%20eq%20%22anna+it@acme.com%22')).to.deep.equal(['anna+it@acme.com']);
    expect(await find('userName%20eq%20%22anna%20it@acme.com%22')).to.deep.equal(['anna it@acme.com']);
    expect(await find('userName+eq+%22anna%2Bit@acme.com%22')).to.deep.equal(['anna+it@acme.com']);
    expect(await find('userName+eq+%22anna+it@acme.com%22')).to.deep.equal(['anna it@acme.com']);
  });

  it('logs a refused request with its detail', async () => {
    const { detail } = (await scim.call('GET', '/Users?count=x')).body;
    const [entry] = await readLog(scim, { outcome: 'refused' }, 1);
    expect(entry).to.include({ status: 400, detail, path: '/Users?count=x', sourceId: scim.sourceId });
  });
});
