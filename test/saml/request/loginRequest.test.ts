import { inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { changeProvider, providerInputOf, setProviderEnabled } from '../../../src/federation/providers.ts';
import { hashToken } from '../../../src/identifier.ts';
import { type Connected, connect } from '../../support/connect.ts';
import { openAtHost } from '../../support/hostClient.ts';

describe('GET /saml/login/:provider', () => {
  let connected: Connected;
  let path: string;

  beforeEach(async () => {
    connected = await connect({ settings: { forceAuthn: true } });
    path = `/saml/login/${connected.provider.id}`;
  });

  const rows = () => connected.deps.store.db.selectFrom('loginRequests').selectAll().execute();
  const visitor = () => openAtHost(connected, new URL(connected.url).host);
  const secretOf = (browser: ReturnType<typeof openAtHost>) =>
    /anteroom-request-[\w-]{8}=([\w-]{43})/.exec(browser.cookie())?.[1] ?? '';

  it('stores the login request with the browser, the page to return to and ForceAuthn, for ten minutes', async () => {
    const browser = visitor();
    const { status, headers } = await browser.send(`${path}?return=/people`);
    expect([status, headers.location?.startsWith(connected.cloud.url)]).to.deep.equal([303, true]);
    const now = connected.deps.clock.at;
    const [row] = await rows();
    expect(row).to.deep.include({
      providerId: connected.provider.id,
      domainId: connected.domain.id,
      browserHash: hashToken(secretOf(browser)),
      returnPath: '/people',
      forceAuthn: 1,
      test: 0,
      createdAt: now,
      expiresAt: now + 600_000,
    });
    expect(row?.id).to.match(/^_[0-9a-f]{40}$/);
    expect(new URL(headers.location ?? '').searchParams.get('RelayState')).to.equal(row?.relayState);
  });

  it('passes on the e-mail address that a page of the domain sent', async () => {
    const { deps, provider } = connected;
    const input = { ...providerInputOf(provider), sendSubject: true };
    await changeProvider(deps, provider.id, input);
    const passed = [];
    for (const site of ['cross-site', 'same-origin']) {
      const hinted = `${path}?login_hint=anna.berg%40acme.example`;
      const { headers, text } = await visitor().send(hinted, { headers: { 'sec-fetch-site': site } });
      const page = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
      const message = new URL(headers.location ?? page ?? '').searchParams.get('SAMLRequest') ?? '';
      const xml = inflateRawSync(Buffer.from(message, 'base64')).toString();
      passed.push([page !== undefined, xml.includes('anna.berg@acme.example')]);
    }
    expect(passed, 'by a page, as form-action forbids a redirect').to.deep.equal([
      [false, false],
      [true, true],
    ]);
  });

  it('sets a cookie of its own for each request, and forgets the oldest of more than ten', async () => {
    const browser = visitor();
    const secrets = () =>
      [...browser.cookie().matchAll(/anteroom-request-[\w-]{8}=([\w-]{43})/g)].map(([, secret]) => secret);
    await browser.send(path);
    const [first] = secrets();
    for (let count = 2; count <= 10; count += 1) await browser.send(path);
    expect(secrets()).to.have.lengthOf(10).and.contain(first);
    await browser.send(path);
    expect(secrets()).to.have.lengthOf(10).and.not.contain(first);
    expect(new Set((await rows()).map(({ browserHash }) => browserHash)).size).to.equal(11);
  });

  it('sends a cookie that comes back with the cross-site POST of the provider, and only there', async () => {
    const { cookies } = await visitor().send(path);
    const [cookie] = cookies.filter((line) => /^anteroom-request-[\w-]{8}=/.test(line));
    expect(cookie).to.match(/; Path=\/saml; .*HttpOnly; Secure; SameSite=None$/);
  });

  it('does not send anyone to an unknown or disabled provider', async () => {
    expect((await visitor().send('/saml/login/019aa000-0000-7000-8000-000000000000')).status).to.equal(404);
    await setProviderEnabled(connected.deps, connected.provider.id, false);
    expect((await visitor().send(path)).status).to.equal(404);
    expect(await rows()).to.deep.equal([]);
  });
});
