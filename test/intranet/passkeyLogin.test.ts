import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { personInputOf } from '../../src/people/form.ts';
import { initialSettings, saveIntranetSettings } from '../../src/people/intranetSettings.ts';
import { setPassword } from '../../src/people/localPassword.ts';
import { changePerson, setActive } from '../../src/people/users.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { listPasskeys } from '../../src/store/secondFactors.ts';
import type { User } from '../../src/store/users.ts';
import { writePasswordHash } from '../../src/store/writeUsers.ts';
import { type Anteroom, addPerson, startAnteroom } from '../support/anteroom.ts';
import type { Authenticator, Lies } from '../support/authenticator.ts';
import { type Client, logInLocally, openClient } from '../support/client.ts';
import { openAtHost } from '../support/hostClient.ts';
import { aDomain } from '../support/rows.ts';
import { addPasskey } from '../support/secondFactors.ts';
import { withStores } from '../support/stores.ts';
import { recordEvents } from '../webhooks/support/receiver.ts';

const PATH = '/local-login/passkey';

describe('intranet/passkeyLogin', () => {
  let anteroom: Anteroom;
  let anna: User;
  let key: Authenticator;
  let client: Client;

  async function start(options: Parameters<typeof startAnteroom>[0] = {}, counts = true): Promise<void> {
    anteroom = await startAnteroom(options);
    anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    key = await addPasskey(await logInLocally(anteroom, 'anna.berg'), anteroom.url, { counts });
    client = openClient(anteroom);
  }

  const optionsOf = async (browser: Client) => {
    anteroom.deps.clock.advance(1); // Login activity sorts by time
    return JSON.parse((await browser.post(`${PATH}/options`)).text);
  };
  const logIn = async (lies: Lies = {}, browser = client) =>
    browser.post(PATH, { passkey: key.get(await optionsOf(browser), lies), return: '/people' });
  const lastReason = async () =>
    (await listLoginActivity(anteroom.deps.store.db, {}, { limit: 1 })).rows.map(({ reason, userId }) => [
      reason,
      userId,
    ])[0];

  withStores((open) => {
    it('logs in the person of the passkey, and records it', async () => {
      await start({ store: await open() });
      const events = await recordEvents(anteroom.deps, ['login.succeeded', 'login.refused']);
      const asked = await optionsOf(client);
      expect(asked).to.include({ rpId: 'localhost', userVerification: 'required' });
      expect(asked.allowCredentials, 'names no one').to.equal(undefined);
      const done = await logIn();
      expect([done.status, done.location]).to.deep.equal([303, '/people']);
      expect((await client.get('/profile')).text).to.match(/Method<\/dt>\s*<dd class="col-7">Passkey</);
      const { rows } = await listLoginActivity(anteroom.deps.store.db, {}, { limit: 1 });
      expect(rows[0]).to.include({ outcome: 'logged_in', asserted: 'anna.berg', userId: anna.id });
      expect(rows[0]?.detail.proof).to.equal('passkey');
      expect((await events()).map(({ type, data }) => [type, data.method, data.userId])).to.deep.equal([
        ['login.succeeded', 'local', anna.id],
      ]);
    });

    it('refuses a response that is used twice, also at the same time, and a counter that does not grow', async () => {
      await start({ store: await open() });
      const passkey = key.get(await optionsOf(client));
      const both = await Promise.all([0, 1].map(() => client.post(PATH, { passkey })));
      expect(both.map(({ status }) => status).sort()).to.deep.equal([303, 422]);
      for (const counter of [1, 2])
        expect((await logIn({ counter }, openClient(anteroom))).text).to.contain('there may be a copy of it');
      expect(await lastReason()).to.deep.equal(['passkey_copied', anna.id]);
      expect((await logIn({ counter: 9 }, openClient(anteroom))).status).to.equal(303);
      expect((await logIn({ counter: 0 }, openClient(anteroom))).status, 'stopped counting').to.equal(422);
    });
  });

  for (const [what, lies, reason] of [
    ['another origin', { origin: 'https://evil.example' }, 'passkey_invalid'],
    ['http instead of the origin', { origin: 'http://localhost' }, 'passkey_invalid'],
    ['another RP ID', { rpId: 'evil.example' }, 'passkey_invalid'],
    ['a challenge that was never given', { challenge: 'AAAA' }, 'passkey_invalid'],
    ['another ceremony', { type: 'webauthn.create' }, 'passkey_invalid'],
    ['another user handle', { userHandle: Buffer.from('someone').toString('base64url') }, 'passkey_invalid'],
    ['no user handle', { userHandle: '' }, 'passkey_invalid'],
    ['no verification of the person', { verified: false }, 'passkey_invalid'],
    ['another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }, 'passkey_invalid'],
  ] as const)
    it(`refuses a response with ${what}`, async () => {
      await start();
      const refused = await logIn(lies);
      expect([refused.status, refused.text.includes('The passkey was not accepted. Try again.')]).to.deep.equal([
        422,
        true,
      ]);
      expect(await lastReason()).to.deep.equal([reason, anna.id]);
      expect((await client.get('/profile')).location).to.match(/^\/login/);
      expect((await logIn()).status).to.equal(303);
    });

  it('accepts a challenge only from the browser that asked for it, for five minutes', async () => {
    await start();
    const passkey = key.get(await optionsOf(openClient(anteroom)));
    const cookieless = openClient(anteroom);
    expect((await cookieless.post(PATH, { passkey })).status).to.equal(422);
    expect((await client.post(PATH, { passkey })).status).to.equal(422);
    const asked = await optionsOf(client);
    anteroom.deps.clock.advance(5 * 60_000);
    expect((await client.post(PATH, { passkey: key.get(asked) })).status).to.equal(422);
    const [one, two] = [await optionsOf(client), await optionsOf(client)];
    expect((await client.post(PATH, { passkey: key.get(one) })).status, 'an earlier tab').to.equal(303);
    expect((await client.post(PATH, { passkey: key.get(two) })).status).to.equal(303);
  });

  it('accepts authenticators that do not count', async () => {
    await start({}, false);
    for (let n = 0; n < 3; n += 1) expect((await logIn()).status).to.equal(303);
  });

  it('survives any text, and refuses it', async () => {
    await start();
    for (const passkey of ['', '{', 'null', '[]', '{"id":{}}', '{"id":"x","response":null}', 'x'.repeat(60_000)])
      expect((await client.post(PATH, { passkey })).status, passkey.slice(0, 20)).to.equal(422);
    const passkey = JSON.parse(key.get(await optionsOf(client)));
    for (const part of ['clientDataJSON', 'authenticatorData', 'signature'])
      for (const value of ['', 'AAAA', 7, null, {}, '%%%']) {
        const broken = { ...passkey, response: { ...passkey.response, [part]: value } };
        expect((await client.post(PATH, { passkey: JSON.stringify(broken) })).status).to.equal(422);
      }
    expect(anteroom.deps.logged.filter(({ level }) => level >= 50)).to.deep.equal([]);
  });

  it('is a local login: not for people who are deactivated, may not use a password or have none, or from other networks', async () => {
    await start();
    const { deps } = anteroom;
    await setActive(deps, anna.id, false);
    expect((await logIn()).text).to.contain('Your account is deactivated.');
    const active = await setActive(deps, anna.id, true);
    const input = { ...personInputOf(active, deps.attributes.list), loginType: 'SAML' };
    await changePerson(deps, anna.id, active.version, input);
    expect((await logIn()).text).to.contain('This passkey does not work here.');
    expect(await lastReason()).to.deep.equal(['local_login_forbidden', anna.id]);
    await changePerson(deps, anna.id, active.version + 1, { ...input, loginType: '' });
    await writePasswordHash(deps.store.db, anna.id, null);
    expect((await logIn()).text, 'a passkey alone').to.contain('This passkey does not work here.');
    await setPassword(deps, anna.id, undefined);
    expect(await listPasskeys(deps.store.db, anna.id), 'they go with the password').to.deep.equal([]);
    expect((await logIn()).text).to.contain('This passkey does not work here.');
    await saveIntranetSettings(deps, { ...initialSettings, localLoginNetworks: ['10.0.0.0/8'] });
    for (const path of [`${PATH}/options`, PATH]) expect((await client.post(path)).status).to.equal(403);
  });

  it('belongs to one domain', async () => {
    await start();
    await insertDomain(anteroom.deps.store.db, aDomain({ url: 'https://other.acme.com' }));
    const there = openAtHost(anteroom, 'other.acme.com');
    const asked = async () => JSON.parse((await there.post(`${PATH}/options`, {})).text);
    expect((await asked()).rpId).to.equal('other.acme.com');
    const origin = 'https://other.acme.com';
    for (const lies of [{}, { rpId: 'localhost' }, { origin }, { origin, rpId: 'localhost' }])
      expect((await there.post(PATH, { passkey: key.get(await asked(), lies) })).status).to.equal(422);
    expect((await there.send('/local-login')).text).to.contain('data-passkey="get"');
    await insertDomain(anteroom.deps.store.db, aDomain({ url: 'http://10.1.2.3:3000' }));
    const open = openAtHost(anteroom, '10.1.2.3:3000');
    expect((await open.send('/local-login')).text, 'browsers would refuse').not.to.contain('data-passkey');
  });

  it('limits how often a network asks for challenges', async () => {
    await start();
    const replies = await Promise.all(Array.from({ length: 130 }, () => client.post(`${PATH}/options`)));
    expect(replies.filter(({ status }) => status === 429)).to.have.length(10);
  });
});
