import { expect } from 'chai';
import { flushTraffic } from '../../src/federation/traffic.ts';
import { listTraffic } from '../../src/store/loginTraffic.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Connected, connect, deliver, goThroughProvider, openTile, visitor } from '../support/connect.ts';
import { sendRaw } from '../support/hostClient.ts';

const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example' };
const browserHeaders = { 'sec-fetch-mode': 'navigate' };

describe('saml/traffic', () => {
  let connected: Connected;

  beforeEach(async () => {
    connected = await connect();
    await addPerson(connected.deps, anna);
  });

  it('counts logins that browsers open, but no programs, no pages opened in advance and no further attempts', async () => {
    const start = (headers: Record<string, string>) =>
      sendRaw(connected, `/saml/login/${connected.provider.id}`, {
        headers: { host: new URL(connected.url).host, ...headers },
      });
    const first = await start(browserHeaders);
    await start({ 'sec-fetch-mode': 'cors' });
    await start({ ...browserHeaders, 'sec-purpose': 'prefetch;prerender' });
    const cookie = first.cookies.map((line) => line.split(';')[0]);
    await start({ ...browserHeaders, cookie: cookie.join('; ') });
    await start({ ...browserHeaders, cookie: 'another=1' });
    await flushTraffic(connected.deps);
    expect((await listTraffic(connected.deps.store.db, 0))[0]?.sentFrom, 'from where').to.equal('127.0.0.1');
    expect(await counted()).to.deep.equal({ sent: 2, received: 0, offsets: '' });
  });

  it('counts responses to login requests with the time since they were issued, and none from the tile', async () => {
    const browser = visitor(connected);
    const page = await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg');
    connected.deps.clock.advance(41_000);
    await deliver(browser, page);
    expect(await counted()).to.deep.equal({ sent: 0, received: 1, offsets: ' 41' });
    await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
    expect(await counted(), 'the tile').to.deep.equal({ sent: 0, received: 0, offsets: '' });
  });

  it('counts refused responses too, but believes no time that is not signed or was used before', async () => {
    const browser = visitor(connected);
    const page = await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg');
    const [form] = page.forms.filter(({ fields }) => fields.SAMLResponse);
    const xml = Buffer.from(form?.fields.SAMLResponse ?? '', 'base64').toString();
    const altered = xml
      .replace(/anna\.berg(?=@|<)/, 'maya.koch')
      .replace(/IssueInstant="[^"]*"/g, 'IssueInstant="2026-03-02T08:00:00Z"');
    await deliver(browser, page, { SAMLResponse: Buffer.from(altered).toString('base64') });
    expect(await counted()).to.deep.equal({ sent: 0, received: 1, offsets: '' });
    await deliver(browser, page);
    connected.deps.clock.advance(300_000);
    await flushTraffic(connected.deps);
    await deliver(browser, page);
    expect(await counted()).to.deep.equal({ sent: 0, received: 2, offsets: ' 0' });
  });

  /** Returns what was counted since the last call. */
  async function counted(): Promise<{ sent: number; received: number; offsets: string }> {
    const { db } = connected.deps.store;
    await flushTraffic(connected.deps);
    const rows = await listTraffic(db, 0);
    await db.deleteFrom('loginTraffic').execute();
    const { id } = connected.provider;
    for (const row of rows) expect(row).to.include({ providerId: id, domainId: connected.domain.id });
    return {
      sent: rows.reduce((sum, { sent }) => sum + sent, 0),
      received: rows.reduce((sum, { received }) => sum + received, 0),
      offsets: rows.map(({ offsets }) => offsets).join(''),
    };
  }
});
