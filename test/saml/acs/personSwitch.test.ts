import { expect } from 'chai';
import type { Request, Response } from 'express';
import { setProviderEnabled } from '../../../src/federation/providers.ts';
import { setActive } from '../../../src/people/users.ts';
import { completeLogin, postponeLogin } from '../../../src/saml/acs/personSwitch.ts';
import type { VerifiedAssertion } from '../../../src/saml/verify/verdict.ts';
import { type IdentityProvider, insertProvider } from '../../../src/store/identityProviders.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../../support/anteroom.ts';
import { behindSession } from '../../support/behindSession.ts';
import { openAtHost, sendRaw } from '../../support/hostClient.ts';
import { aProvider } from '../../support/rows.ts';
import { testStart } from '../../support/testDeps.ts';

const HOST = 'intranet.acme.com';

describe('a sign-in that was accepted', () => {
  let anteroom: Anteroom;
  let provider: IdentityProvider;
  let ben: User;

  beforeEach(async () => {
    anteroom = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
    provider = aProvider();
    await insertProvider(anteroom.deps.store.db, provider, '<xml/>');
    await addPerson(anteroom.deps, {});
    ben = await addPerson(anteroom.deps, { userName: 'ben.okafor', givenName: 'Ben', familyName: 'Okafor' });
  });

  it('lives as long as the provider says, and never ends before it began', async () => {
    const ends: [number | undefined, number][] = [
      [undefined, 24 * 3_600_000],
      [3_600_000, 3_600_000 + 60_000],
      [-30_000, 30_000], // within the skew of 60 s in which it was accepted: a session that had ended already would send people round and round
    ];
    for (const [end, lasts] of ends) {
      const browser = openAtHost(anteroom, HOST);
      await arrive(browser, completeLogin, end === undefined ? undefined : testStart + end);
      const profile = await browser.send('/profile');
      expect(profile.status).to.equal(200);
      const row = await anteroom.deps.store.db.selectFrom('sessions').select('dataJson').executeTakeFirstOrThrow();
      expect(JSON.parse(row.dataJson).passport.user.endsAt).to.equal(testStart + lasts);
      await anteroom.deps.store.db.deleteFrom('sessions').execute();
    }
  });

  it('waits for the answer of whoever is there, and leaves no cookie behind', async () => {
    const browser = await mayaAtHost();
    await arrive(browser, postponeLogin);
    expect((await browser.send('/saml/switch')).text).to.contain('Continue as Ben Okafor?');
    const switched = await browser.post('/saml/switch', {});
    expect([switched.status, switched.headers.location]).to.deep.equal([303, '/profile']);
    const [cleared] = switched.cookies.filter((cookie) => cookie.startsWith('__Secure-anteroom-switch='));
    expect(cleared).to.match(
      /^__Secure-anteroom-switch=; Path=\/saml\/switch; Expires=Thu, 01 Jan 1970 [^;]*; Secure$/,
    );
    expect((await browser.send('/profile')).text).to.contain('ben.okafor');
  });

  it('is used once, also by two answers at the same moment', async () => {
    const browser = await mayaAtHost();
    await arrive(browser, postponeLogin);
    const answers = await Promise.all([browser.post('/saml/switch', {}), browser.post('/saml/switch', {})]);
    expect(answers.map(({ status }) => status).sort()).to.satisfy(
      ([one, other]: number[]) => one === 303 && (other === 403 || other === 404),
    );
    expect(await anteroom.deps.store.db.selectFrom('sessions').select('id').execute()).to.have.length(1);
  });

  for (const [title, end] of [
    ['the person is deactivated', () => setActive(anteroom.deps, ben.id, false)],
    ['the provider is disabled', () => setProviderEnabled(anteroom.deps, provider.id, false)],
    ['five minutes are over', async () => anteroom.deps.clock.advance(5 * 60_000)],
  ] as [string, () => Promise<unknown>][])
    it(`ends while it waits when ${title}`, async () => {
      const browser = await mayaAtHost();
      await arrive(browser, postponeLogin);
      const asked = await browser.send('/saml/switch');
      expect(asked.status).to.equal(200);
      await end();
      expect((await browser.post('/saml/switch', {})).status).to.equal(404);
      expect((await browser.send('/profile')).text).to.contain('maya.koch');
    });

  type Browser = ReturnType<typeof openAtHost>;

  async function mayaAtHost(): Promise<Browser> {
    const browser = openAtHost(anteroom, HOST);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword });
    return browser;
  }

  /** Has the browser bring Ben's accepted answer. */
  async function arrive(browser: Browser, go: typeof completeLogin, sessionNotOnOrAfter?: number): Promise<void> {
    const assertion: VerifiedAssertion = {
      id: '_1',
      issuer: provider.entityId,
      nameId: { value: 'ben', format: undefined, nameQualifier: undefined, spNameQualifier: undefined },
      sessionIndex: undefined,
      authnInstant: testStart,
      authnContextClassRef: undefined,
      sessionNotOnOrAfter,
      notOnOrAfter: testStart + 300_000,
      inResponseTo: undefined,
      oneTimeUse: false,
      attributes: new Map(),
    };
    const accepted = {
      ok: true,
      user: ben,
      provider,
      assertion,
      request: undefined,
      test: false,
      activityId: 'A',
    } as const;
    const part = await behindSession(anteroom, (req: Request, res: Response) =>
      go(anteroom.deps, req, res, accepted, '/profile'),
    );
    browser.keep(await sendRaw(part, '/', { headers: { cookie: browser.cookie() } }));
  }
});
