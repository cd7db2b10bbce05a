import { expect } from 'chai';
import { addDomain } from '../../src/federation/domains.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { openAtHost, sendRaw } from '../support/hostClient.ts';

const HOST = 'intranet.acme.com';
const ORIGIN = `https://${HOST}`;

describe('CSRF protection', () => {
  let anteroom: Anteroom;
  let browser: ReturnType<typeof openAtHost>;

  beforeEach(async () => {
    anteroom = await startAnteroom({ env: { PUBLIC_URL: ORIGIN } });
    await addPerson(anteroom.deps, {});
    browser = openAtHost(anteroom, HOST);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword });
  });

  const post = async (headers: Record<string, string>, path = '/logout') =>
    (await browser.send(path, { method: 'POST', headers })).status;

  for (const [title, headers] of [
    ['neither header', {}],
    ['another origin', { origin: 'https://evil.example' }],
    ['the origin of a page that hides it', { origin: 'null' }],
    ['the domain by http', { origin: `http://${HOST}` }],
    ['another port', { origin: `${ORIGIN}:8443` }],
    ['a subdomain', { origin: `https://x.${HOST}` }],
    ['a longer name', { origin: `${ORIGIN}.evil.example` }],
    ['two origins', { origin: `${ORIGIN}, ${ORIGIN}` }],
    ['an empty origin', { origin: '' }],
    ['a cross-site page, whatever its origin', { 'sec-fetch-site': 'cross-site', origin: ORIGIN }],
    ['a page of the same site', { 'sec-fetch-site': 'same-site', origin: `https://x.${HOST}` }],
    ['a bookmark', { 'sec-fetch-site': 'none' }],
    ['an empty Sec-Fetch-Site', { 'sec-fetch-site': '', origin: ORIGIN }],
    ['two values of Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin, cross-site', origin: ORIGIN }],
    ['only a referrer', { referer: `${ORIGIN}/logout` }],
  ] as [string, Record<string, string>][])
    it(`refuses a form with ${title}`, async () => {
      expect(await post(headers)).to.equal(403);
      expect((await browser.send('/profile')).status).to.equal(200);
    });

  it('accepts a form of the same origin', async () => {
    expect(await post({ 'sec-fetch-site': 'same-origin' })).to.equal(303);
    expect(await post({ origin: ORIGIN })).to.equal(303);
  });

  it('covers every method that can change something, and every screen', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'TRACE'])
      expect((await browser.send('/logout', { method })).status, method).to.equal(403);
    for (const path of ['/local-login', '/setup/x', '/saml/switch', '/saml/test/x', '/settings/general', '/nothing'])
      expect(await post({ origin: 'https://evil.example' }, path), path).to.equal(403);
  });

  it('leaves SCIM and SAML to their own checks', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'null' };
    expect(await post(foreign, '/saml/acs')).not.to.equal(403);
    expect(await post(foreign, '/api/v2/scim/v2/Users')).to.equal(401);
  });

  it('explains what to do', async () => {
    const page = await browser.send('/logout', { method: 'POST' });
    expect(page.text)
      .to.contain('<h1 class="h2">This request did not come from this site</h1>')
      .and.contain(`Open this page at ${ORIGIN} and submit the form again.`);
  });

  it('refuses a request before reading the form', async () => {
    const headers = { host: HOST, 'content-type': 'application/x-www-form-urlencoded', 'content-length': '99999999' };
    expect((await sendRaw(anteroom, '/logout', { method: 'POST', headers })).status).to.equal(403);
  });
});

describe('CSRF protection in Chromium', () => {
  for (const [title, host] of [
    ['at localhost, which counts as https', 'localhost'],
    ['at a plain http name, where Origin decides', 'intranet.test'],
  ] as const)
    it(`accepts forms and their reload ${title}`, async () => {
      const anteroom = await startAnteroom();
      await addPerson(anteroom.deps, {});
      const { port } = new URL(anteroom.url);
      const url = `http://${host}:${port}`;
      if (host !== 'localhost') await addDomain(anteroom.deps, url);
      const page = await (await openBrowser()).newPage();
      await page.goto(`${url}/local-login`);
      await page.locator('#userName').fill('maya.koch');
      await page.locator('#password').fill('wrong');
      await page.getByRole('button', { name: 'Log in', exact: true }).click();
      await page.locator('#login-error').waitFor();
      expect((await page.reload())?.status()).to.equal(422);
      await page.locator('#password').fill(testPassword);
      await page.getByRole('button', { name: 'Log in', exact: true }).click();
      await page.waitForURL(`${url}/`);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.waitForURL(`${url}/logged-out`);
    });
});
