import { expect } from 'chai';
import type { Request, Response } from 'express';
import { setProviderEnabled } from '../../../src/federation/providers.ts';
import { setActive } from '../../../src/people/users.ts';
import { completeLogin } from '../../../src/saml/acs/completeLogin.ts';
import type { AcceptedLogin } from '../../../src/saml/acs/receive.ts';
import { rememberLogout } from '../../../src/saml/verify/loggedOut.ts';
import { insertDomain } from '../../../src/store/domains.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../../support/anteroom.ts';
import { behindSession } from '../../support/behindSession.ts';
import { openAtHost, sendRaw } from '../../support/hostClient.ts';
import { aDomain } from '../../support/rows.ts';
import { acceptedLogin } from '../support/acceptedLogin.ts';

const HOST = 'intranet.acme.com';

describe('the switch of the person', () => {
  let anteroom: Anteroom;
  let accepted: AcceptedLogin;

  beforeEach(async () => {
    anteroom = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
    await addPerson(anteroom.deps, {});
    accepted = { ...(await acceptedLogin(anteroom.deps)), relayState: '/profile', asksToSwitch: true };
  });

  it('waits for the answer of the person who is logged in, and leaves no cookie behind', async () => {
    const browser = await mayaAskedToSwitch();
    expect((await browser.send('/saml/switch')).text).to.contain('Continue as <bdi>Ben Okafor</bdi>?');
    const switched = await browser.post('/saml/switch', {});
    expect([switched.status, switched.headers.location]).to.deep.equal([303, '/profile']);
    const [cleared] = switched.cookies.filter((cookie) => cookie.startsWith('__Secure-anteroom-switch='));
    expect(cleared).to.match(
      /^__Secure-anteroom-switch=; Path=\/saml\/switch; Expires=Thu, 01 Jan 1970 [^;]*; Secure$/,
    );
    expect((await browser.send('/profile')).text).to.contain('ben.okafor');
  });

  it('works once, also with two requests at the same time', async () => {
    const browser = await mayaAskedToSwitch();
    const responses = await Promise.all([browser.post('/saml/switch', {}), browser.post('/saml/switch', {})]);
    expect(responses.map(({ status }) => status).sort()).to.satisfy(
      ([one, other]: number[]) => one === 303 && (other === 403 || other === 404),
    );
    expect(await anteroom.deps.store.db.selectFrom('sessions').select('id').execute()).to.have.length(1);
  });

  for (const [title, end] of [
    ['the person is deactivated', () => setActive(anteroom.deps, accepted.user.id, false)],
    ['the provider is disabled', () => setProviderEnabled(anteroom.deps, accepted.provider.id, false)],
    ['the provider logs the person out', () => logOutAtProvider()],
    ['five minutes have passed', async () => anteroom.deps.clock.advance(5 * 60_000)],
  ] as [string, () => Promise<unknown>][])
    it(`expires when ${title}`, async () => {
      const browser = await mayaAskedToSwitch();
      expect((await browser.send('/saml/switch')).status).to.equal(200);
      await end();
      expect((await browser.post('/saml/switch', {})).status).to.equal(404);
      expect((await browser.send('/profile')).text).to.contain('maya.koch');
    });

  it('goes on only at the domain where the login arrived', async () => {
    const other = 'other.acme.com';
    await insertDomain(anteroom.deps.store.db, aDomain({ url: `https://${other}` }));
    const browser = await mayaAskedToSwitch();
    const headers = { cookie: browser.cookie(), 'sec-fetch-site': 'same-origin' };
    const elsewhere = await sendRaw(anteroom, '/saml/switch', { method: 'POST', headers: { host: other, ...headers } });
    expect([elsewhere.status, elsewhere.cookies]).to.deep.equal([404, []]);
    expect((await browser.post('/saml/switch', {})).status).to.equal(303);
  });

  it('starts no session if the provider logs the person out in the same moment', async () => {
    const { deps } = anteroom;
    const browser = openAtHost(anteroom, HOST);
    const part = await behindSession(anteroom, async (req: Request, res: Response) => {
      await logOutAtProvider();
      const error = await completeLogin(deps, req, res, { ...accepted, asksToSwitch: false }).catch((thrown) => thrown);
      res.end(error.message);
    });
    expect((await sendRaw(part, '/', { headers: { cookie: browser.cookie() } })).text).to.contain(
      'You were logged out',
    );
    expect(await deps.store.db.selectFrom('sessions').select('id').execute()).to.deep.equal([]);
  });

  function logOutAtProvider(): Promise<void> {
    const { deps } = anteroom;
    const times = { issuedAt: deps.now(), expiresAt: deps.now() + 60_000 };
    const named = { providerId: accepted.provider.id, nameId: 'ben', sessionIndexes: [], ...times };
    return rememberLogout(deps.store.db, deps.now(), named);
  }

  /** Maya's browser, after Ben opened the intranet from his tile in it. */
  async function mayaAskedToSwitch() {
    const browser = openAtHost(anteroom, HOST);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword });
    const part = await behindSession(anteroom, (req: Request, res: Response) =>
      completeLogin(anteroom.deps, req, res, accepted),
    );
    browser.keep(await sendRaw(part, '/', { headers: { cookie: browser.cookie() } }));
    return browser;
  }
});
