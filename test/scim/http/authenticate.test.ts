import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { setSourceActive } from '../../../src/sources/profileSources.ts';
import { findUserByUserName } from '../../../src/store/users.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/authenticate', () => {
  let scim: ScimServer;

  beforeEach(async () => {
    scim = await openScimServer();
  });

  const withHeader = (Authorization: string) => scim.call('GET', '/Users', undefined, { Authorization });

  it('refuses a request without a valid token, and does not say why', async () => {
    const details = new Set<string>();
    for (const authorization of [
      '',
      'Bearer',
      'Bearer wrong',
      `Basic ${scim.token}`,
      `Bearer ${scim.token}x`,
      `bearer  ${'x'.repeat(9_000)}`,
    ]) {
      const response = await withHeader(authorization);
      expect(response.status, authorization).to.equal(401);
      expect(response.headers.get('www-authenticate')).to.match(/^Bearer realm="scim"/);
      expect(response.body).to.deep.include({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '401',
      });
      details.add(response.body.detail);
    }
    await setSourceActive(scim.deps, scim.sourceId, false);
    const inactive = await withHeader(`Bearer ${scim.token}`);
    expect(inactive.status).to.equal(401);
    expect([...details.add(inactive.body.detail)]).to.have.length(1);
  });

  it('accepts the token of an active source, with the scheme in any case', async () => {
    expect((await withHeader(`bearer ${scim.token}`)).status).to.equal(200);
    expect((await withHeader(`BEARER   ${scim.token} `)).status).to.equal(200);
  });

  it('asks again for the token after a body that arrived slowly', async () => {
    const body = JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'late' });
    const headers = { authorization: `Bearer ${scim.token}`, 'content-type': 'application/scim+json' };
    const sent = request(`${scim.url}/Users`, {
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
    });
    const answered = once(sent, 'response');
    sent.write(body.slice(0, 5));
    for (let turn = 0; turn < 200; turn++) await setImmediate();
    await setSourceActive(scim.deps, scim.sourceId, false);
    scim.deps.clock.advance(1_001);
    sent.end(body.slice(5));
    const [reply] = (await answered) as [IncomingMessage];
    reply.resume();
    expect(reply.statusCode).to.equal(401);
    expect(await findUserByUserName(scim.deps.store.db, 'late')).to.equal(undefined);
  });

  it('logs the reason and the source, but no token and no query', async () => {
    await scim.call('GET', '/Users?filter=x', undefined, { Authorization: '' });
    await withHeader('Bearer wrong');
    await setSourceActive(scim.deps, scim.sourceId, false);
    await scim.call('GET', `/Users/${'x'.repeat(300)}?filter=x`);
    const rows = await readLog(scim, { outcome: 'refused' }, 3);
    expect(rows.map(({ detail }) => detail).sort()).to.deep.equal(['inactive_source', 'no_token', 'wrong_token']);
    const [known] = await readLog(scim, { outcome: 'refused', sourceId: scim.sourceId }, 1);
    expect(known).to.include({ detail: 'inactive_source', sourceName: 'Cloud Directory', status: 401, method: 'GET' });
    for (const { path, event, resourceType } of rows) {
      expect(path.length).to.be.at.most(200);
      expect([path.includes('?'), event, resourceType]).to.deep.equal([false, null, null]);
    }
    expect(JSON.stringify(rows)).to.not.contain(scim.token);
    expect(JSON.stringify(scim.deps.logged)).to.not.contain(scim.token);
  });

  it('slows down guessing from an address, but not calls with a valid token', async () => {
    const statuses = [];
    for (let tries = 0; tries < 51; tries += 1) statuses.push((await withHeader('Bearer guess')).status);
    expect(statuses).to.deep.equal([...Array(50).fill(401), 429]);
    const refused = await withHeader('Bearer guess');
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '900']);
    expect((await scim.call('GET', '/Users')).status).to.equal(200);
    expect(await readLog(scim, { outcome: 'refused' }, 50), '429 is not logged').to.have.length(50);
    scim.deps.clock.advance(16 * 60_000);
    expect((await withHeader('Bearer guess')).status).to.equal(401);
  });

  it('accepts a source only from its networks', async () => {
    const elsewhere = await openScimServer(scim.deps.store, { networks: ['192.0.2.0/24'] });
    expect((await elsewhere.call('GET', '/Users')).status).to.equal(401);
    const here = await openScimServer(scim.deps.store, { networks: ['127.0.0.0/8', '::1'] });
    expect((await here.call('GET', '/Users')).status).to.equal(200);
  });
});
