import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect } from 'chai';
import { addDomain, setAutoLogin } from '../../src/federation/domains.ts';
import { setActive } from '../../src/people/users.ts';
import { listLoginActivity } from '../../src/store/loginActivity.ts';
import { createBrowser, type Page } from '../demo/support/browser.ts';
import { type Anteroom, addPerson, startAnteroom } from '../support/anteroom.ts';
import { type Connected, connect, deliver, goThroughProvider, visitor } from '../support/connect.ts';
import { openAtHost, sendRaw } from '../support/hostClient.ts';
import { withStores } from '../support/stores.ts';

const FORM = 'application/x-www-form-urlencoded';
const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example' };

function fieldOf(content: string): string {
  const xml = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${content}</samlp:Response>`;
  return `${new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64') })}`;
}

describe('the ACS', () => {
  for (const [title, reason, body, type] of [
    ['nothing', 'request_malformed', '', FORM],
    ['no answer', 'request_malformed', 'RelayState=x', FORM],
    ['two answers', 'request_malformed', 'SAMLResponse=YQ==&SAMLResponse=YQ==', FORM],
    ['two RelayStates', 'request_malformed', 'SAMLResponse=YQ==&RelayState=a&RelayState=b', FORM],
    ['an array', 'request_malformed', 'SAMLResponse[]=YQ==', FORM],
    ['an array beside an answer', 'request_malformed', 'SAMLResponse=YQ==&SAMLResponse[]=YQ==', FORM],
    ['a RelayState and an array of it', 'request_malformed', 'SAMLResponse=YQ==&RelayState=a&RelayState[0]=b', FORM],
    ['400,000 fields', 'request_malformed', `${'a&'.repeat(380_000)}SAMLResponse=YQ==`, FORM],
    ['a member of __proto__', 'request_malformed', '__proto__[SAMLResponse]=YQ==', FORM],
    ['JSON', 'request_malformed', '{"SAMLResponse":"YQ=="}', 'application/json'],
    ['another character set', 'request_malformed', 'SAMLResponse=YQ==', `${FORM}; charset=nonsense`],
    ['UTF-7', 'request_malformed', 'SAMLResponse=YQ==', `${FORM}; charset=utf-7`],
    ['no base64', 'base64_invalid', 'SAMLResponse=%25', FORM],
    ['no XML', 'xml_malformed', 'SAMLResponse=YQ==', FORM],
    ['an empty Response', 'response_malformed', fieldOf(''), FORM],
    ['a Response to nothing and of nobody', 'response_malformed', fieldOf('<samlp:Status/>'), FORM],
    ['a request beside an answer', 'request_malformed', 'SAMLResponse=YQ==&SAMLRequest=YQ==', FORM],
    ['20 MB', 'message_too_large', `SAMLResponse=${'a'.repeat(20 * 1024 * 1024)}`, FORM],
  ] as const)
    it(`refuses ${title} and writes it down once`, async () => {
      const anteroom = await startAnteroom();
      const host = new URL(anteroom.url).host;
      const answer = await sendRaw(anteroom, '/saml/acs', {
        method: 'POST',
        headers: { host, 'content-type': type },
        body,
      });
      expect(answer.status).to.equal(400);
      expect(answer.cookies).to.deep.equal([]);
      const { rows } = await listLoginActivity(anteroom.deps.store.db, {}, { limit: 9, offset: 0 });
      expect(rows.map((row) => [row.outcome, row.reason])).to.deep.equal([['refused', reason]]);
      expect(answer.text).to.contain(rows[0]?.reference);
    });

  for (const method of ['GET', 'POST'] as const)
    it(`refuses an answer in the address of a ${method} and writes it down once`, async () => {
      const anteroom = await startAnteroom();
      const headers = { host: new URL(anteroom.url).host, 'content-type': FORM };
      const body = method === 'POST' ? 'SAMLResponse=YQ==' : '';
      const answer = await sendRaw(anteroom, '/saml/acs?SAMLResponse=YQ==', { method, headers, body });
      expect(answer.status).to.equal(400);
      expect(await reasonsIn(anteroom)).to.deep.equal(['request_malformed']);
    });

  it('writes nothing down where somebody opens the address', async () => {
    const anteroom = await startAnteroom();
    const answer = await sendRaw(anteroom, '/saml/acs', { headers: { host: new URL(anteroom.url).host } });
    expect(answer.status).to.equal(405);
    expect(await reasonsIn(anteroom)).to.deep.equal([]);
  });

  it('refuses a body that is packed: no browser packs a form', async () => {
    const anteroom = await startAnteroom();
    const headers = { host: new URL(anteroom.url).host, 'content-type': FORM, 'content-encoding': 'gzip' };
    expect((await sendRaw(anteroom, '/saml/acs', { method: 'POST', headers, body: 'x' })).status).to.equal(400);
  });

  it('answers at once to a size that is too large, and waits for no body', async () => {
    const anteroom = await startAnteroom();
    const headers = { host: new URL(anteroom.url).host, 'content-type': FORM, 'content-length': '20971520' };
    expect((await sendRaw(anteroom, '/saml/acs', { method: 'POST', headers })).status).to.equal(400);
    expect(await reasonsIn(anteroom)).to.deep.equal(['message_too_large']);
  });

  it('answers while a body that does not end is still coming', async () => {
    const anteroom = await startAnteroom();
    const sent = request(`${anteroom.url}/saml/acs`, { method: 'POST', headers: { 'content-type': FORM } });
    sent.write('a'.repeat(1024 * 1024));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    sent.destroy();
    expect(answer.statusCode).to.equal(400);
    expect(await reasonsIn(anteroom)).to.deep.equal(['message_too_large']);
  });

  for (const [relayState, landed] of [
    ['/profile?x=1', '/profile?x=1'],
    ['', '/'],
    ...['https://evil.example/', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example'].map(
      (r) => [r, '/'],
    ),
    ...['/\t/evil.example', 'javascript:alert(1)', 'https://user@evil.example', `/${'a'.repeat(102_400)}`].map((r) => [
      r,
      '/',
    ]),
  ] as [string, string][])
    it(`leads a launch with the RelayState ${JSON.stringify(relayState.slice(0, 40))} to ${landed}`, async () => {
      const { connected, browser } = await withAnna();
      const page = await deliver(browser, await launchTile(connected), { RelayState: relayState });
      expect(page.url).to.equal(`${connected.url}${landed}`);
      expect(page.text).to.contain('anna.berg');
    });

  withStores((open) => {
    it('takes one of two answers that come at the same moment', async () => {
      const { connected } = await withAnna({ store: await open() });
      const answer = await launchTile(connected);
      const pages = await Promise.all([1, 2, 3].map(() => deliver(visitor(connected), answer)));
      expect(pages.map(({ status }) => status).sort()).to.deep.equal([200, 403, 403]);
    });

    it('takes the answer to one request once, also from two tabs at the same moment', async () => {
      const { connected, browser } = await withAnna({ store: await open() });
      const answer = await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg');
      const pages = await Promise.all([1, 2].map(() => deliver(browser, answer)));
      expect(pages.map(({ status }) => status).sort()).to.deep.equal([200, 403]);
    });

    it('leaves nobody signed in who is deactivated while they sign in', async () => {
      const { connected, browser, person } = await withAnna({ store: await open() });
      const answer = await launchTile(connected);
      await Promise.all([deliver(browser, answer), setActive(connected.deps, person.id, false)]);
      expect((await browser.get('/profile')).url).to.contain('/login');
    });
  });

  it('takes at one domain no answer that was asked for, or meant for, another', async () => {
    const { connected, browser } = await withAnna();
    await addDomain(connected.deps, 'http://other.example');
    const other = openAtHost(connected, 'other.example');
    for (const answer of [
      await launchTile(connected),
      await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg'),
    ]) {
      const fields = answer.forms.find((form) => form.fields.SAMLResponse)?.fields ?? {};
      const body = `${new URLSearchParams(fields)}`;
      const refused = await other.send('/saml/acs', { method: 'POST', headers: { 'content-type': FORM }, body });
      expect(refused.status).to.equal(403);
      expect(other.cookie()).not.to.contain('anteroom=');
    }
  });

  it('ends Auto Login on a page where the browser keeps no cookie', async () => {
    const { connected } = await withAnna();
    await setAutoLogin(connected.deps, connected.domain.id, true);
    const answer = await goThroughProvider(visitor(connected), '/profile', 'anna.berg');
    const forgetful = await deliver(visitor(connected), answer);
    expect([forgetful.status, forgetful.url]).to.deep.equal([403, `${connected.url}/saml/acs`]);
    expect(forgetful.text).to.contain('allow cookies');
  });

  it('comes out where a path would lead to the log-in again', async () => {
    const { connected, browser } = await withAnna();
    await setAutoLogin(connected.deps, connected.domain.id, true);
    const start = `/login?return=${encodeURIComponent('/login?return=%2Flogin')}`;
    const page = await deliver(browser, await goThroughProvider(browser, start, 'anna.berg'));
    expect([page.status, page.url]).to.deep.equal([200, `${connected.url}/`]);
  });
});

async function reasonsIn({ deps }: Anteroom): Promise<(string | null)[]> {
  return (await listLoginActivity(deps.store.db, {}, { limit: 9, offset: 0 })).rows.map(({ reason }) => reason);
}

async function withAnna(options: Parameters<typeof connect>[0] = {}) {
  const connected = await connect(options);
  const person = await addPerson(connected.deps, anna);
  return { connected, person, browser: visitor(connected) };
}

/** Logs Anna in at the provider's console and launches the tile: the page that carries the answer. */
async function launchTile({ cloud, applicationId }: Connected): Promise<Page> {
  const console = createBrowser(cloud.url);
  const login = await console.get('/console/login');
  await console.submit(login, '/console/login', { login: 'anna.berg', password: 'cloud-demo' });
  return console.get(`/saml2/${applicationId}`);
}
