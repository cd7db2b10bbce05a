import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { addDomain } from '../../src/federation/domains.ts';
import { setProviderEnabled } from '../../src/federation/providers.ts';
import { startLocalSession } from '../../src/intranet/localSession.ts';
import { readCredentials } from '../../src/login/credentials.ts';
import { limitsOf } from '../../src/login/sessionLimits.ts';
import { setPassword } from '../../src/people/localPassword.ts';
import { setActive } from '../../src/people/users.ts';
import { listDomains } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { writeProviderDomains } from '../../src/store/providerDomains.ts';
import { deleteAllSessions, writeSession } from '../../src/store/sessions.ts';
import { flash } from '../../src/web/flash.ts';
import { startSession } from '../../src/web/session.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { behindSession } from '../support/behindSession.ts';
import { openAtHost, sendRaw } from '../support/hostClient.ts';
import { aProvider, updateUser } from '../support/rows.ts';
import { giveApp } from '../support/secondFactors.ts';
import { type TestDeps, testStart } from '../support/testDeps.ts';

const HOST = 'intranet.acme.com';
const HOUR_MS = 3_600_000;
const credentials = { userName: 'maya.koch', password: testPassword, return: '/' };

describe('sessions', () => {
  describe('at an https domain', () => {
    let anteroom: Anteroom;

    beforeEach(async () => {
      anteroom = await startAnteroom({ env: { PUBLIC_URL: `https://${HOST}` } });
      await addPerson(anteroom.deps, {});
    });

    it('use a cookie that browsers accept: __Host- requires Secure, the path / and no domain', async () => {
      const browser = openAtHost(anteroom, HOST);
      const answer = await browser.post('/local-login', credentials);
      const [line = ''] = answer.cookies.filter((cookie) => cookie.startsWith('__Host-anteroom='));
      expect(line.split('; ').slice(1)).to.have.members(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']);
      expect((await browser.send('/profile')).status).to.equal(200);
    });

    it('set only Secure cookies', async () => {
      const browser = openAtHost(anteroom, HOST);
      const answers = [await browser.send('/local-login'), await browser.post('/local-login', credentials)];
      answers.push(await browser.send('/'), await browser.post('/logout', {}));
      const cookies = answers.flatMap((answer) => answer.cookies);
      expect(cookies).not.to.be.empty;
      expect(cookies.filter((cookie) => !/; Secure/.test(cookie))).to.deep.equal([]);
    });
  });

  it('expire eight hours after their last use, and after a day at most', async () => {
    const anteroom = await startAnteroom();
    const { deps } = anteroom;
    await addPerson(deps, {});
    const used = await logIn(anteroom);
    const left = await logIn(anteroom);
    const statuses: number[] = [];
    for (let hours = 7; hours <= 28; hours += 7) {
      deps.clock.advance(7 * HOUR_MS);
      statuses.push((await used.send('/profile')).status);
    }
    expect(statuses).to.deep.equal([200, 200, 200, 303]);
    expect((await left.send('/profile')).status).to.equal(303);
  });

  it('record their use once a minute', async () => {
    const anteroom = await startAnteroom();
    const { deps } = anteroom;
    await addPerson(deps, {});
    const browser = await logIn(anteroom);
    const seen: number[] = [];
    for (const _ of [1, 2, 3]) {
      deps.clock.advance(40_000);
      await browser.send('/profile');
      const { lastSeenAt } = await deps.store.db.selectFrom('sessions').select('lastSeenAt').executeTakeFirstOrThrow();
      seen.push(lastSeenAt - testStart);
    }
    expect(seen).to.deep.equal([0, 80_000, 80_000]);
  });

  it('are not valid at another domain', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, {});
    await addDomain(anteroom.deps, 'http://other.example');
    const here = await logIn(anteroom);
    const headers = { cookie: here.cookie() };
    const there = await openAtHost(anteroom, 'other.example').send('/profile', { headers });
    expect([there.status, there.headers.location]).to.deep.equal([303, '/login?return=%2Fprofile']);
  });

  it('are not restored by a running request after they ended', async () => {
    const anteroom = await startAnteroom();
    const { deps } = anteroom;
    await addPerson(deps, {});
    const browser = await logIn(anteroom);
    const slow = await behindSession(anteroom, async (req, res) => {
      await deleteAllSessions(deps.store.db, { userIds: [req.user?.id ?? ''] });
      await flash(req, 'Saved.');
      res.end();
    });
    const headers = { cookie: browser.cookie() };
    expect((await sendRaw(slow, '/', { headers })).status).to.equal(200);
    expect(await deps.store.db.selectFrom('sessions').select('id').execute()).to.deep.equal([]);
  });

  for (const [title, change] of [
    ['deactivated', { active: 0 }],
    ['made a Non Intranet User', { userType: 'Non Intranet User' }],
  ] as const)
    it(`are not accepted for a person who was ${title}, even if the session is still stored`, async () => {
      const anteroom = await startAnteroom();
      const { db } = anteroom.deps.store;
      const person = await addPerson(anteroom.deps, {});
      const browser = await logIn(anteroom);
      await db.updateTable('users').set(change).where('id', '=', person.id).execute();
      expect(await db.selectFrom('sessions').select('userId').execute()).to.deep.equal([{ userId: person.id }]);
      expect((await browser.send('/profile')).status).to.equal(303);
    });

  for (const [title, change] of [
    ['password', (deps: TestDeps, id: string) => setPassword(deps, id, 'another of twenty characters')],
    ['second factors', (deps: TestDeps, id: string) => giveApp(deps, id)],
  ] as const)
    it(`do not start if the ${title} changed while the login was in progress`, async () => {
      const anteroom = await startAnteroom();
      const { deps } = anteroom;
      const person = await addPerson(deps, {});
      const slow = await behindSession(anteroom, async (req, res) => {
        const { mark } = await readCredentials(deps.store.db, person.id);
        await change(deps, person.id);
        await startLocalSession(deps, req, res, person, { proof: 'password', mark });
        res.end();
      });
      const reply = await sendRaw(slow, '/', {});
      const cookie = reply.cookies.map((line) => line.replace(/;.*/, '')).join('; ');
      const profile = await sendRaw(anteroom, '/profile', { headers: { cookie } });
      expect([profile.status, profile.headers.location]).to.deep.equal([303, '/login?return=%2Fprofile']);
    });

  for (const [how, end] of [
    ['the person was deactivated', (deps, id) => setActive(deps, id, false)],
    ['it was ended', ({ store }, id) => deleteAllSessions(store.db, { userIds: [id] })],
  ] as [string, (deps: TestDeps, id: string) => Promise<unknown>][])
    it(`do not send a form that arrives slowly if ${how} meanwhile`, async () => {
      const anteroom = await startAnteroom();
      const { deps } = anteroom;
      const { db } = deps.store;
      const boss = await addPerson(deps, { userType: 'Power User' });
      const other = await addPerson(deps, { userName: 'anna.berg', userType: 'Power User' });
      const browser = await logIn(anteroom);
      const body = `${new URLSearchParams({ password: 'set by someone who was deactivated' })}`;
      const type = 'application/x-www-form-urlencoded';
      const sent = request(`${anteroom.url}/settings/people/${other.id}/password`, {
        method: 'POST',
        headers: {
          cookie: browser.cookie(),
          origin: anteroom.url,
          'content-type': type,
          'content-length': body.length,
        },
      });
      const answered = once(sent, 'response');
      deps.clock.advance(60_000); // so that the server notes when it has read the session
      sent.write(body.slice(0, 5));
      const isRead = db.selectFrom('sessions').select('id').where('lastSeenAt', '=', deps.now());
      while (!(await isRead.executeTakeFirst())) await setImmediate();
      for (let turn = 0; turn < 50; turn++) await setImmediate();
      await end(deps, boss.id);
      sent.end(body.slice(5));
      const [reply] = (await answered) as [IncomingMessage];
      reply.resume();
      expect([reply.statusCode, reply.headers.location]).to.deep.equal([303, '/login']);
      const open = openAtHost(anteroom, new URL(anteroom.url).host);
      const tried = await open.post('/local-login', { ...credentials, userName: 'anna.berg' });
      expect(tried.status, 'the password is still the old one').to.equal(303);
    });

  it('end when the same browser logs in again', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, {});
    const browser = await logIn(anteroom);
    const [cookie = ''] = /anteroom=[^;]+/.exec(browser.cookie()) ?? []; // no other is sent outside /saml
    const headers = { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };
    expect((await browser.send('/profile', { headers })).status).to.equal(200);
    await browser.send('/local-login', { method: 'POST', headers, body: `${new URLSearchParams(credentials)}` });
    expect((await browser.send('/profile', { headers })).status).to.equal(303);
    expect((await browser.send('/profile')).status).to.equal(200);
  });

  it('end when a response of the provider, which comes without the session cookie, logs the browser in again', async () => {
    const anteroom = await startAnteroom();
    const { deps } = anteroom;
    const person = await addPerson(deps, {});
    const browser = await logIn(anteroom);
    const acs = await behindSession(anteroom, async (req, res) => {
      const facts = {
        method: 'saml',
        domainId: res.locals.domain.id,
        at: testStart,
        network: '',
        userAgent: '',
        ...limitsOf(undefined),
      } as const;
      await startSession(deps, req, res, person, { ...facts, endsAt: testStart + HOUR_MS });
      res.end();
    });
    const [cookie = ''] = /anteroom-who=[^;]+/.exec(browser.cookie()) ?? [];
    expect((await sendRaw(acs, '/', { headers: { cookie } })).status).to.equal(200);
    expect(await deps.store.db.selectFrom('sessions').select('userId').execute()).to.have.length(1);
    expect((await browser.send('/profile')).status).to.equal(303);
  });

  it('end if the Authentication Type of the person forbids how they began', async () => {
    const anteroom = await startAnteroom();
    const { deps } = anteroom;
    const maya = await addPerson(deps, {});
    const browser = await logIn(anteroom);
    expect((await browser.send('/profile')).status).to.equal(200);
    await updateUser(deps.store.db, { ...maya, loginType: 'SAML', version: maya.version + 1 }, maya.version);
    expect((await browser.send('/profile')).status).to.equal(303);
  });

  it('end with their provider, even if they are stored after it was disabled', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, {});
    const { store } = anteroom.deps;
    const provider = aProvider();
    await insertProvider(store.db, provider, '<xml/>');
    const ids = (await listDomains(store.db)).map(({ id }) => id);
    await writeProviderDomains(store.db, provider, ids);
    const browser = await logIn(anteroom);
    const [row] = await store.db.selectFrom('sessions').selectAll().execute();
    if (!row) throw new Error('nobody is logged in');
    const data = JSON.parse(row.dataJson);
    data.passport.user = { ...data.passport.user, method: 'saml', providerId: provider.id };
    const late = { ...row, dataJson: JSON.stringify(data), providerId: provider.id };
    await writeSession(store.db, late);
    expect((await browser.send('/profile')).status).to.equal(200);
    await setProviderEnabled(anteroom.deps, provider.id, false);
    await writeSession(store.db, late);
    expect((await browser.send('/profile')).status).to.equal(303);
    await setProviderEnabled(anteroom.deps, provider.id, true);
    await writeSession(store.db, late);
    await writeProviderDomains(store.db, provider, []);
    expect((await browser.send('/profile')).status, 'it is not for this domain any more').to.equal(303);
  });
});

/** Returns a browser in which Maya Koch is logged in. */
async function logIn(anteroom: Anteroom) {
  const browser = openAtHost(anteroom, new URL(anteroom.url).host);
  const answer = await browser.post('/local-login', credentials);
  expect(answer.status).to.equal(303);
  return browser;
}
