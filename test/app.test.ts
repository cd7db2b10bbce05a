import { expect } from 'chai';
import { addSource } from '../src/sources/profileSources.ts';
import { readLog } from './scim/support/readLog.ts';
import { type Anteroom, addPerson, startAnteroom } from './support/anteroom.ts';
import { logInLocally } from './support/client.ts';
import { sendRaw } from './support/hostClient.ts';

describe('the application', () => {
  let anteroom: Anteroom;

  beforeEach(async () => {
    anteroom = await startAnteroom();
  });

  it('serves SCIM without sessions, cookies and pages', async () => {
    const headers = { host: new URL(anteroom.url).host, cookie: 'anteroom=x' };
    const answer = await sendRaw(anteroom, '/api/v2/scim/v2/nothing', { headers });
    expect(answer).to.deep.include({ status: 401, cookies: [] });
    expect(answer.headers['content-type']).to.contain('application/scim+json');
  });

  it('serves SCIM and pages only at its domains', async () => {
    for (const path of ['/api/v2/scim/v2/Users', '/login', '/logout'])
      expect((await sendRaw(anteroom, path, { headers: { host: 'evil.example' } })).status, path).to.equal(421);
  });

  it('returns a SCIM error below the SCIM path, even before the SCIM server has the request', async () => {
    const reply = await sendRaw(anteroom, '/api/v2/scim/v2/Users', { headers: { host: 'evil.example' } });
    expect(reply.headers['content-type']).to.equal('application/scim+json');
    expect(JSON.parse(reply.text).status).to.equal('421');
    expect(JSON.parse(reply.text).detail).to.match(/^There is no intranet at this address\./);
  });

  it('logs requests to a mistyped SCIM base URL, and says what the base URL is', async () => {
    const added = await addSource(anteroom.deps, { name: 'Cloud Directory' });
    if (!added.ok) throw new Error('The source was refused');
    const { host } = new URL(anteroom.url);
    const send = (path: string, headers: Record<string, string>) =>
      sendRaw(anteroom, path, { method: 'POST', headers: { host, ...headers }, body: '{ not read' });
    const wrong = ['/api/v2/scim/Users', '/api/scim/v2/Users', '/api/v2/scim/v2x/Users', '/api', '/API/v2/Users'];
    for (const path of wrong) {
      const reply = await send(path, { authorization: `Bearer ${added.value.token}` });
      expect(reply.headers['content-type'], path).to.equal('application/scim+json');
      const detail = `There is nothing at this path. The SCIM base URL is ${anteroom.url}/api/v2/scim/v2.`;
      expect(JSON.parse(reply.text)).to.include({ status: '404', detail });
    }
    expect((await send('/api/v2/scim/Users', {})).status).to.equal(401);
    const rows = await readLog(anteroom, { outcome: 'refused' }, wrong.length + 1);
    const logged = rows.map(({ path, status, sourceName }) => `${status} ${sourceName} ${path}`);
    expect(logged).to.have.members([
      ...wrong.map((path) => `404 Cloud Directory ${path}${path === '/api' ? '/' : ''}`),
      '401 null /api/v2/scim/Users',
    ]);
  });

  it('sets no cookie for visitors, but the one of the form in a browser', async () => {
    const headers = { host: new URL(anteroom.url).host, 'sec-fetch-mode': 'navigate' };
    expect((await sendRaw(anteroom, '/login', { headers })).cookies).to.deep.equal([
      'anteroom-tried=1; Path=/local-login; HttpOnly; SameSite=Lax',
    ]);
    for (const path of ['/', '/login', '/local-login', '/nothing'])
      expect((await sendRaw(anteroom, path, { headers: { host: new URL(anteroom.url).host } })).cookies).to.deep.equal(
        [],
      );
  });

  it('shows a page for any address without a route', async () => {
    await addPerson(anteroom.deps, { userType: 'Power User' });
    const client = await logInLocally(anteroom);
    for (const path of ['/nothing', '/settings/nothing', '/people/x/y', '/saml/nothing']) {
      const page = await client.get(path);
      expect([path, page.status]).to.deep.equal([path, 404]);
      expect(page.text).to.contain('Reference:');
    }
  });
});
