import { expect } from 'chai';
import type { Request, Response } from 'express';
import { completeLogin } from '../../../src/saml/acs/completeLogin.ts';
import type { AcceptedLogin } from '../../../src/saml/acs/receive.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../../support/anteroom.ts';
import { behindSession } from '../../support/behindSession.ts';
import { openAtHost, sendRaw } from '../../support/hostClient.ts';
import { aLoginRequest } from '../../support/rows.ts';
import { testStart } from '../../support/testDeps.ts';
import { acceptedLogin } from '../support/acceptedLogin.ts';

const HOST = 'intranet.acme.com';
const HOUR = 3_600_000;

describe('completeLogin', () => {
  let anteroom: Anteroom;
  let accepted: AcceptedLogin;

  beforeEach(async () => {
    anteroom = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
    await addPerson(anteroom.deps, {});
    accepted = await acceptedLogin(anteroom.deps);
  });

  // The provider's skew is 60 seconds. A session that ends before it starts would send the person around in circles.
  for (const [title, end, endsAfter, expiresAfter] of [
    ['24 hours, 8 hours idle, without a limit of the provider', undefined, 24 * HOUR, 8 * HOUR],
    ['until SessionNotOnOrAfter and the skew', HOUR, HOUR + 60_000, HOUR + 60_000],
    ['until the skew after a SessionNotOnOrAfter that has just passed', -30_000, 30_000, 30_000],
    ['at most 24 hours, whatever the provider says', 48 * HOUR, 24 * HOUR, 8 * HOUR],
  ] as const)
    it(`starts a session that lasts ${title}`, async () => {
      const sessionNotOnOrAfter = end === undefined ? undefined : testStart + end;
      const browser = openAtHost(anteroom, HOST);
      await complete(browser, { assertion: { ...accepted.assertion, sessionNotOnOrAfter } });
      const row = await anteroom.deps.store.db.selectFrom('sessions').selectAll().executeTakeFirstOrThrow();
      expect(JSON.parse(row.dataJson).passport.user.endsAt).to.equal(testStart + endsAfter);
      expect(row.expiresAt).to.equal(testStart + expiresAfter);
      anteroom.deps.clock.advance(expiresAfter - 1);
      expect((await browser.send('/profile')).status).to.equal(200);
      anteroom.deps.clock.advance(endsAfter > expiresAfter ? expiresAfter : 1);
      expect((await browser.send('/profile')).headers.location).to.match(/^\/login/);
    });

  it('returns to the page of the login request, or to the path in the RelayState of an IdP-initiated login', async () => {
    const request = aLoginRequest({ returnPath: '/people' });
    const at = async (changes: Partial<AcceptedLogin>) =>
      (await complete(openAtHost(anteroom, HOST), changes)).headers.location;
    expect(await at({ request, relayState: '/profile' })).to.equal('/people');
    expect(await at({ relayState: '/profile' })).to.equal('/profile');
    expect(await at({ relayState: 'https://evil.example/' })).to.equal('/');
    expect(await at({ relayState: undefined })).to.equal('/');
  });

  it('asks first if the login would replace another person, and only then', async () => {
    const browser = openAtHost(anteroom, HOST);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword });
    expect((await complete(browser, { asksToSwitch: true })).headers.location).to.equal('/saml/switch');
    expect((await browser.send('/profile')).text).to.contain('maya.koch');
    expect((await complete(browser, {})).headers.location).to.equal('/');
    expect((await browser.send('/profile')).text).to.contain('ben.okafor');
  });

  async function complete(browser: ReturnType<typeof openAtHost>, changes: Partial<AcceptedLogin>) {
    const part = await behindSession(anteroom, (req: Request, res: Response) =>
      completeLogin(anteroom.deps, req, res, { ...accepted, ...changes }),
    );
    const received = await sendRaw(part, '/', { headers: { cookie: browser.cookie() } });
    browser.keep(received);
    return received;
  }
});
