import { expect } from 'chai';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { openAtHost, sendRaw } from '../support/hostClient.ts';

const HOST = 'intranet.acme.com';
const guards = ['content-security-policy', 'x-content-type-options', 'x-frame-options', 'referrer-policy'];

describe('response headers', () => {
  let anteroom: Anteroom;
  let host: string;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    host = new URL(anteroom.url).host;
  });

  it('protect every response: pages, errors, files, and unknown hosts', async () => {
    for (const [path, status, headers] of [
      ['/login', 200, {}],
      ['/nothing', 404, {}],
      ['/saml/acs', 405, {}],
      ['/saml/login/%E0%A4%A', 400, {}],
      ['/saml/metadata', 200, {}],
      ['/favicon.ico', 302, {}],
      ['/healthz', 200, {}],
      ['/login', 421, { host: 'evil.example' }],
    ] as const) {
      const answer = await sendRaw(anteroom, path, { headers });
      expect(answer.status, path).to.equal(status);
      expect(answer.headers, path).to.include.keys(guards).and.not.include.keys('x-powered-by');
    }
  });

  it('keep browsers from treating data as a page', async () => {
    const { status, headers } = await sendRaw(anteroom, '/api/v2/scim/v2/Users');
    expect(status).to.equal(401);
    expect(headers).to.deep.include({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    const beside = await sendRaw(anteroom, '/apix');
    expect(beside.status).to.equal(404);
    expect(beside.headers).to.include.keys(guards);
    expect(beside.headers['content-security-policy']).to.contain("style-src 'self'");
  });

  it('allow no inline scripts or styles', async () => {
    const policy = String((await sendRaw(anteroom, '/login')).headers['content-security-policy']);
    expect(policy)
      .to.contain("default-src 'none'")
      .and.contain("frame-ancestors 'none'")
      .and.contain("base-uri 'none'");
    expect(policy).not.to.match(/unsafe|\*/);
  });

  it('forbid caching, except for the files that pages load', async () => {
    await addPerson(anteroom.deps, {});
    const browser = openAtHost(anteroom, host);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword });
    for (const path of ['/', '/profile', '/people', '/logout', '/nothing', '/saml/metadata', '/healthz', '/login'])
      expect((await browser.send(path)).headers['cache-control'], path).to.equal('no-store');
    const login = await sendRaw(anteroom, '/local-login');
    const asset = /href="(\/assets\/[^"]+style\.css)"/.exec(login.text)?.[1] ?? '';
    expect((await sendRaw(anteroom, asset)).headers['cache-control']).to.match(/^public, max-age=/);
    expect((await sendRaw(anteroom, asset.replace('style.css', 'none.css'))).headers['cache-control']).to.equal(
      'no-store',
    );
  });

  it('set HSTS only at https domains', async () => {
    expect((await sendRaw(anteroom, '/login')).headers).not.to.include.keys('strict-transport-security');
    const secure = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
    const [page, elsewhere] = [
      await openAtHost(secure, HOST).send('/login'),
      await openAtHost(secure, 'evil.example').send('/login'),
    ];
    expect(page.headers['strict-transport-security']).to.equal('max-age=31536000');
    expect(elsewhere.status).to.equal(421);
    expect(elsewhere.headers).not.to.include.keys('strict-transport-security');
  });
});
