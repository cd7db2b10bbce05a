import { expect } from 'chai';
import { setPassword } from '../../src/people/localPassword.ts';
import { setActive } from '../../src/people/users.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { findAuthenticatorApp } from '../../src/store/secondFactors.ts';
import type { User } from '../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { type Client, openClient } from '../support/client.ts';
import { openAtHost } from '../support/hostClient.ts';
import { aDomain, updateUser } from '../support/rows.ts';
import { addPasskey, codeOf, enterPassword, giveApp } from '../support/secondFactors.ts';
import { withStores } from '../support/stores.ts';
import { recordEvents } from '../webhooks/support/receiver.ts';

const PATH = '/local-login/second-step';
const STEP_MS = 30_000;

describe('intranet/secondStep', () => {
  let anteroom: Anteroom;
  let maya: User;
  let client: Client;
  let secret: string;
  let codes: string[];

  async function start(options: Parameters<typeof startAnteroom>[0] = {}): Promise<void> {
    anteroom = await startAnteroom(options);
    maya = await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    ({ secret, codes } = await giveApp(anteroom.deps, maya.id));
    anteroom.deps.clock.advance(STEP_MS);
    client = openClient(anteroom);
  }

  const now = (steps = 0) => codeOf(anteroom.deps, secret, steps);
  const recorded = async () => {
    const { rows } = await listLoginActivity(anteroom.deps.store.db, {}, { limit: 99 });
    return rows.map(({ outcome, reason, detail, times }) => [outcome, reason, detail.proof, times]);
  };

  withStores((open) => {
    it('leads from the password to the code, and records one login', async () => {
      await start({ store: await open() });
      const events = await recordEvents(anteroom.deps, ['login.succeeded', 'login.refused']);
      const first = await enterPassword(client, 'maya.koch', '/people?q=x');
      expect([first.status, first.location]).to.deep.equal([303, PATH]);
      expect(await recorded()).to.deep.equal([['second_step', null, 'password', 1]]);
      for (const path of ['/', '/profile', '/settings', '/profile/security', '/people'])
        expect((await client.get(path)).location, path).to.match(/^\/login/);
      const page = await client.follow(first);
      expect(page.headers.get('cache-control')).to.equal('no-store');
      const done = await client.post(PATH, { code: ` ${(await now()).replace(/^.../, '$& ')} ` });
      expect([done.status, done.location]).to.deep.equal([303, '/people?q=x']);
      expect((await client.get('/profile')).text).to.contain('Password and authenticator app');
      expect(await recorded()).to.deep.equal([['logged_in', null, 'password_app', 1]]);
      expect((await events()).map(({ type, data }) => [type, data.userId])).to.deep.equal([
        ['login.succeeded', maya.id],
      ]);
    });

    it('accepts a code once, also if two logins use it at the same time', async () => {
      await start({ store: await open() });
      const clients = await Promise.all([0, 1, 2, 3].map(() => halfLoggedIn()));
      const code = await now();
      const results = await Promise.all(clients.map((one) => one.post(PATH, { code })));
      expect(results.map(({ status }) => status).sort()).to.deep.equal([303, 422, 422, 422]);
      expect((await (await halfLoggedIn()).post(PATH, { code })).text).to.contain('was used before');
      // The step before is over once a later one was used.
      expect((await (await halfLoggedIn()).post(PATH, { code: await now(-1) })).status).to.equal(422);
      expect((await (await halfLoggedIn()).post(PATH, { code: await now(1) })).status).to.equal(303);
    });

    it('accepts each recovery code once', async () => {
      await start({ store: await open() });
      const recoveryCode = codes[3]?.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o') ?? '';
      const clients = await Promise.all([0, 1, 2].map(() => halfLoggedIn()));
      const results = await Promise.all(clients.map((one) => one.post(PATH, { recoveryCode })));
      expect(results.map(({ status }) => status).sort()).to.deep.equal([303, 422, 422]);
      expect((await recorded()).filter(([outcome]) => outcome === 'logged_in')).to.deep.equal([
        ['logged_in', null, 'password_recovery_code', 1],
      ]);
    });

    it('ends after five wrong codes, and the attempt counts as a failed login', async () => {
      await start({ store: await open() });
      const half = openAtHost(anteroom, new URL(anteroom.url).host);
      await half.post('/local-login', { userName: 'maya.koch', password: testPassword });
      const cookie = half.cookie();
      for (const left of ['4 attempts are', '3 attempts are', '2 attempts are', '1 attempt is'])
        expect((await half.post(PATH, { code: '000000' })).text).to.contain(`${left} left.`);
      const last = await half.post(PATH, { code: '000000' });
      expect(last.text).to.contain('After 5 wrong codes, the login starts again.');
      const kept = await half.send(PATH, { headers: { cookie } });
      expect(kept.headers.location, 'also for passkeys, and with the cookie').to.equal('/local-login');
      for (let login = 0; login < 9; login += 1) await halfLoggedIn();
      const blocked = await enterPassword(openClient(anteroom));
      expect(blocked.status, 'ten logins that were never finished').to.equal(429);
      const refused = (await recorded()).find(([, reason]) => reason === 'second_factor_wrong');
      expect(refused).to.deep.equal(['refused', 'second_factor_wrong', 'password_app', 5]);
    });

    it('lets no burst of codes exceed the five, and blocks codes after twenty, but neither passkeys nor recovery codes', async () => {
      await start({ store: await open() });
      const key = await addPasskey(await loggedIn(), anteroom.url);
      const half = await halfLoggedIn();
      const burst = await Promise.all(
        Array.from({ length: 12 }, (_, n) => half.post(PATH, { code: `00000${n % 10}` })),
      );
      expect(burst.filter(({ text }) => text.includes('This code is wrong')).length).to.be.at.most(5);
      const others = [await halfLoggedIn(), await halfLoggedIn(), await halfLoggedIn()];
      for (const one of others) for (let n = 0; n < 5; n += 1) await one.post(PATH, { code: '000000' });
      const last = await halfLoggedIn();
      const blocked = await last.post(PATH, { code: await now() });
      expect(blocked.status).to.equal(429);
      expect(blocked.text)
        .to.contain('codes of the app are blocked for 15 minutes. Passkeys and recovery codes still work.')
        .and.match(/<details [^>]* open>\s*<summary[^>]*>Use a recovery code/);
      const recovered = await (await halfLoggedIn()).post(PATH, { recoveryCode: codes[0] ?? '' });
      expect(recovered.status).to.equal(303);
      const asked = await last.post(`${PATH}/options`);
      expect((await last.post(PATH, { passkey: key.get(JSON.parse(asked.text)) })).status).to.equal(303);
    });
  });

  it('accepts the code of one step before and after, no earlier or later one', async () => {
    await start();
    anteroom.deps.clock.advance(10 * STEP_MS);
    for (const steps of [-2, 2])
      expect((await (await halfLoggedIn()).post(PATH, { code: await now(steps) })).status).to.equal(422);
    for (const steps of [-1, 1])
      expect((await (await halfLoggedIn()).post(PATH, { code: await now(steps) })).status).to.equal(303);
  });

  it('does not reveal a second factor before the password is right', async () => {
    await start();
    await addPerson(anteroom.deps, { userName: 'ben.tal' });
    const wrong = async (userName: string) =>
      (await openClient(anteroom).post('/local-login', { userName, password: 'wrong' })).text.replaceAll(userName, '');
    expect(await wrong('maya.koch')).to.equal(await wrong('ben.tal'));
    const stranger = openClient(anteroom);
    expect((await stranger.get(PATH)).location).to.equal('/local-login');
    expect((await stranger.post(PATH, { code: await now() })).status).to.equal(422);
    expect((await stranger.post(`${PATH}/options`)).status).to.equal(422);
  });

  it('is over after ten minutes, with a new password, at a deactivation, and if only SAML is allowed now', async () => {
    await start();
    const half = await halfLoggedIn();
    anteroom.deps.clock.advance(10 * 60_000);
    expect((await half.post(PATH, { code: await now() })).text).to.contain('has expired or was finished');
    const other = await halfLoggedIn();
    await setPassword(anteroom.deps, maya.id, `${testPassword} again`);
    expect((await other.post(PATH, { code: await now() })).text).to.contain('has expired or was finished');
    await setPassword(anteroom.deps, maya.id, testPassword);
    const third = await halfLoggedIn();
    await addPerson(anteroom.deps, { userName: 'ben.tal', userType: 'Power User' });
    await setActive(anteroom.deps, maya.id, false);
    expect((await third.post(PATH, { code: await now() })).text).to.contain('has expired or was finished');
    const { version } = await setActive(anteroom.deps, maya.id, true);
    const fourth = await halfLoggedIn();
    const samlOnly = { ...maya, userType: 'Intranet User', loginType: 'SAML', version: version + 1 };
    await updateUser(anteroom.deps.store.db, samlOnly, version);
    expect((await fourth.post(PATH, { code: await now() })).text).to.contain('has expired or was finished');
  });

  it('says beside the field that nothing was entered, which uses up no attempt', async () => {
    await start();
    const half = await halfLoggedIn();
    for (let n = 0; n < 6; n += 1)
      expect((await half.post(PATH, { code: ' ' })).text).to.contain('Enter the six digits that your');
    const empty = await half.post(PATH, { recoveryCode: '' });
    expect(empty.status).to.equal(422);
    expect(empty.text)
      .to.match(/id="recoveryCode"[^>]* aria-invalid="true"/)
      .and.not.match(/id="code"[^>]* aria-invalid/);
    expect(await recorded()).to.deep.equal([['second_step', null, 'password', 1]]);
    expect((await half.post(PATH, { code: await now() })).status).to.equal(303);
  });

  it('takes no form of another site, and never leads to another origin', async () => {
    await start();
    const half = openClient(anteroom);
    await enterPassword(half, 'maya.koch', '//evil.example/x');
    const cookie = 'anteroom-step=x';
    const forged = await fetch(`${anteroom.url}${PATH}`, {
      ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ code: await now() }) },
      headers: { origin: 'https://evil.example', cookie },
    });
    expect(forged.status).to.equal(403);
    expect((await half.post(PATH, { code: await now() })).location).to.equal('/');
  });

  it('accepts no code of another person, and no login of another domain', async () => {
    await start();
    const ben = await addPerson(anteroom.deps, { userName: 'ben.tal' });
    const bens = await giveApp(anteroom.deps, ben.id);
    anteroom.deps.clock.advance(STEP_MS);
    const half = openAtHost(anteroom, new URL(anteroom.url).host);
    await half.post('/local-login', { userName: 'maya.koch', password: testPassword });
    const code = await codeOf(anteroom.deps, bens.secret);
    expect((await half.post(PATH, { code })).status).to.equal(422);
    expect((await half.post(PATH, { recoveryCode: bens.codes[0] ?? '' })).status).to.equal(422);
    await insertDomain(anteroom.deps.store.db, aDomain({ url: 'https://other.acme.com' }));
    const there = openAtHost(anteroom, 'other.acme.com');
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    const moved = { method: 'POST', headers: { ...headers, cookie: half.cookie() }, body: `code=${await now()}` };
    expect((await there.send(PATH, moved)).status).to.equal(422);
    expect((await half.post(PATH, { code: await now() })).status).to.equal(303);
  });

  it('with a passkey accepts only this login, this person and this domain', async () => {
    await start();
    const key = await addPasskey(await loggedIn(), anteroom.url);
    const ben = await addPerson(anteroom.deps, { userName: 'ben.tal' });
    const bens = openClient(anteroom);
    await enterPassword(bens, 'ben.tal');
    const [one, other] = [await halfLoggedIn(), await halfLoggedIn()];
    const optionsOf = async (half: Client) => JSON.parse((await half.post(`${PATH}/options`)).text);
    const reject = async (passkey: string) => expect((await one.post(PATH, { passkey })).status).to.equal(422);
    await reject(key.get(await optionsOf(other)));
    await reject(key.get(await optionsOf(one), { origin: 'https://evil.example' }));
    await reject(key.get(await optionsOf(one), { rpId: 'evil.example' }));
    await reject((await addPasskey(bens, anteroom.url)).get(await optionsOf(one)));
    const late = await optionsOf(one);
    anteroom.deps.clock.advance(5 * 60_000);
    await reject(key.get(late));
    const passkey = key.get(await optionsOf(one), { verified: false });
    expect((await one.post(PATH, { passkey })).status, 'beside the password, a key without a PIN is enough').to.equal(
      303,
    );
    expect((await other.post(PATH, { passkey })).status, 'replayed').to.equal(422);
    expect((await findAuthenticatorApp(anteroom.deps.store.db, ben.id)) === undefined).to.equal(true);
  });

  async function halfLoggedIn(): Promise<Client> {
    const half = openClient(anteroom);
    expect((await enterPassword(half)).location).to.equal(PATH);
    return half;
  }

  async function loggedIn(): Promise<Client> {
    const half = await halfLoggedIn();
    anteroom.deps.clock.advance(STEP_MS);
    expect((await half.post(PATH, { code: await now() })).status).to.equal(303);
    anteroom.deps.clock.advance(STEP_MS);
    return half;
  }
});
