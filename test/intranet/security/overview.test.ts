import { expect } from 'chai';
import { initialSettings, saveIntranetSettings } from '../../../src/people/intranetSettings.ts';
import { setPassword } from '../../../src/people/localPassword.ts';
import { removeUser } from '../../../src/people/users.ts';
import { deleteExpired } from '../../../src/store/expired.ts';
import { countRecoveryCodes, findAuthenticatorApp, listPasskeys } from '../../../src/store/secondFactors.ts';
import type { User } from '../../../src/store/users.ts';
import { fieldsOfForm } from '../../admin/support/formFields.ts';
import { type Anteroom, addPerson, type startAnteroom, testPassword } from '../../support/anteroom.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { type Client, logInLocally, openClient, startAsPowerUser } from '../../support/client.ts';
import { connect, deliver, openTile, visitor } from '../../support/connect.ts';
import { addPasskey, codeOf, enterPassword, giveApp } from '../../support/secondFactors.ts';
import { withStores } from '../../support/stores.ts';
import { recordEvents } from '../../webhooks/support/receiver.ts';

const PAGE = '/profile/security';
const APP = `${PAGE}/app`;

describe('intranet/security', () => {
  let anteroom: Anteroom;
  let maya: User;
  let client: Client;

  async function start(options: Parameters<typeof startAnteroom>[0] = {}): Promise<void> {
    ({ anteroom, maya, client } = await startAsPowerUser({}, options));
  }

  withStores((open) => {
    it('sets up an authenticator app with a code, shows recovery codes once, and ends the other sessions', async () => {
      await start({ store: await open() });
      const events = await recordEvents(anteroom.deps, ['person.updated']);
      const other = await logInLocally(anteroom);
      const fields = fieldsOfForm((await client.get(APP)).text, APP);
      const secret =
        (fieldsOfForm((await client.get(APP)).text, APP).draft ?? '') && secretOf((await client.get(APP)).text);
      expect(secret).to.match(/^[A-Z2-7]{32}$/);
      const wrong = await client.post(APP, { ...fields, code: '123' });
      expect(wrong.status).to.equal(422);
      const again = fieldsOfForm(wrong.text, APP);
      const kept = secretOf(wrong.text);
      const saved = await client.post(APP, { ...again, code: await codeOf(anteroom.deps, kept) });
      expect(saved.text.match(/<li>[0-9A-Z]{4}(-[0-9A-Z]{4}){3}<\/li>/g)).to.have.length(10);
      const stored = await findAuthenticatorApp(anteroom.deps.store.db, maya.id);
      expect(JSON.stringify(stored)).not.to.contain(kept);
      expect((await client.get(PAGE)).text).to.contain('10 codes are left.');
      expect((await other.get('/profile')).location).to.match(/^\/login/);
      expect((await events()).map(({ data }) => data.changed)).to.deep.equal([['secondFactors']]);
      // The code that confirmed the app does not log in.
      const next = openClient(anteroom);
      await enterPassword(next);
      expect(
        (await next.post('/local-login/second-step', { code: await codeOf(anteroom.deps, kept) })).status,
      ).to.equal(422);
    });

    it('replaces recovery codes, removes each factor, and the codes with the last one', async () => {
      await start({ store: await open() });
      const { db } = anteroom.deps.store;
      await addPasskey(client, anteroom.url);
      const before = await countRecoveryCodes(db, maya.id);
      const page = await client.get(`${PAGE}/recovery-codes`);
      expect([before, page.text.includes('The 10 codes that you have left stop working.')]).to.deep.equal([10, true]);
      const renewed = await client.post(`${PAGE}/recovery-codes`);
      expect(renewed.text.match(/<li>[0-9A-Z]{4}-/g)).to.have.length(10);
      const [passkey] = await listPasskeys(db, maya.id);
      const removal = `${PAGE}/removal?factor=${passkey?.id}`;
      expect((await client.get(removal)).text).to.contain('It is your last second factor.');
      const ben = await addPerson(anteroom.deps, { userName: 'ben.tal' });
      const bens = await logInLocally(anteroom, 'ben.tal');
      expect((await bens.get(removal)).status).to.equal(404);
      expect((await bens.post(`${PAGE}/removal`, { factor: passkey?.id ?? '' })).status).to.equal(404);
      expect((await client.post(`${PAGE}/removal`, { factor: passkey?.id ?? '' })).location).to.equal(PAGE);
      expect([await listPasskeys(db, maya.id), await countRecoveryCodes(db, maya.id)]).to.deep.equal([[], 0]);
      expect((await client.post(`${PAGE}/recovery-codes`)).status).to.equal(404);
      await giveApp(anteroom.deps, ben.id);
      await removeUser(anteroom.deps, ben.id);
      expect(await findAuthenticatorApp(db, ben.id)).to.equal(undefined);
    });

    it('leads a Power User without a factor to this page, whatever they ask for, and never refuses them', async () => {
      await start({ store: await open() });
      await saveIntranetSettings(anteroom.deps, { ...initialSettings, secondFactor: 'required' });
      const wanted = await client.get('/people?q=ben');
      expect(wanted.location).to.equal(`${PAGE}?return=%2Fpeople%3Fq%3Dben`);
      for (const path of ['/', '/profile', '/settings', '/unknown', '/profile/edit'])
        expect((await client.get(path)).location, path).to.match(/^\/profile\/security\?/);
      expect((await client.post('/settings/general', { name: 'x' })).location).to.match(/^\/profile\/security/);
      const page = await client.follow(wanted);
      expect(page.text).to.contain('Set up a second factor').and.contain('action="/logout"').and.not.contain('<nav');
      const form = await client.get(`${APP}?return=%2Fpeople`);
      const fields = fieldsOfForm(form.text, APP);
      const saved = await client.post(APP, { ...fields, code: await codeOf(anteroom.deps, secretOf(form.text)) });
      expect(saved.text).to.contain('href="/people">I have kept them');
      expect((await client.get('/settings')).status).to.equal(200);
      await addPerson(anteroom.deps, { userName: 'ben.tal' });
      expect((await (await logInLocally(anteroom, 'ben.tal')).get('/')).status, 'not a Power User').to.equal(200);
    });
  });

  it('renames a passkey, and shows an error beside the field', async () => {
    await start();
    const { deps, url } = anteroom;
    await addPasskey(client, url);
    const [passkey] = await listPasskeys(deps.store.db, maya.id);
    const [path, id] = [`${PAGE}/name`, passkey?.id ?? ''];
    expect((await client.get(PAGE)).text).to.contain(`href="${path}?passkey=${id}"`);
    expect(fieldsOfForm((await client.get(`${path}?passkey=${id}`)).text, path)).to.include({ name: 'Laptop' });
    const empty = await client.post(path, { passkey: id, name: ' \t' });
    expect([empty.status, empty.text.includes('Enter a name.')]).to.deep.equal([422, true]);
    const saved = await client.post(path, { passkey: id, name: ` Key\nof <b>${'x'.repeat(60)}` });
    const page = await client.follow(saved);
    expect(page.text).to.contain('The passkey is named “Key of &lt;b&gt;xxx');
    expect((await listPasskeys(deps.store.db, maya.id))[0]?.name).to.have.length(60);
    expect((await client.get('/profile')).status).to.equal(200);
    await addPerson(deps, { userName: 'ben.tal' });
    const bens = await logInLocally(anteroom, 'ben.tal');
    for (const reply of [await bens.get(`${path}?passkey=${id}`), await bens.post(path, { passkey: id, name: 'x' })])
      expect(reply.status, 'of another person').to.equal(404);
    const entries = await deps.store.db.selectFrom('auditEntries').select('action').execute();
    expect(entries.filter(({ action }) => action === 'second_factor.changed')).to.have.length(1);
  });

  it('asks for the password or a passkey ten minutes after the login', async () => {
    await start();
    const key = await addPasskey(client, anteroom.url);
    anteroom.deps.clock.advance(10 * 60_000);
    const { db } = anteroom.deps.store;
    const asked = await client.get(APP);
    expect(asked.location).to.equal(`${PAGE}/confirm?return=%2Fprofile%2Fsecurity%2Fapp`);
    for (const path of [
      APP,
      `${PAGE}/passkeys`,
      `${PAGE}/recovery-codes`,
      `${PAGE}/removal`,
      `${PAGE}/passkeys/options`,
    ])
      expect((await client.post(path, { factor: 'app' })).location, path).to.match(/^\/profile\/security\/confirm/);
    expect(await listPasskeys(db, maya.id)).to.have.length(1);
    const confirm = `${PAGE}/confirm`;
    expect((await client.post(confirm, { password: 'wrong', return: APP })).text).to.contain(
      'This is not your current password.',
    );
    expect((await client.post(confirm, { password: testPassword, return: 'https://evil.example' })).location).to.equal(
      '/',
    );
    expect((await client.get(APP)).status).to.equal(200);
    anteroom.deps.clock.advance(10 * 60_000);
    const options = async () => JSON.parse((await client.post(`${confirm}/options`)).text);
    const unverified = key.get(await options(), { verified: false });
    expect((await client.post(confirm, { passkey: unverified })).status).to.equal(422);
    const login = JSON.parse((await client.post('/local-login/passkey/options')).text);
    expect((await client.post(confirm, { passkey: key.get(login) })).status, 'a challenge for a login').to.equal(422);
    expect((await client.post(confirm, { passkey: key.get(await options()), return: APP })).location).to.equal(APP);
    expect((await client.get(APP)).status).to.equal(200);
  });

  it('counts wrong passwords of a confirmation like failed logins', async () => {
    await start();
    for (let n = 0; n < 10; n += 1) await client.post(`${PAGE}/confirm`, { password: 'wrong' });
    expect((await client.post(`${PAGE}/confirm`, { password: testPassword })).text).to.contain('Too many attempts.');
  });

  it('accepts no secret of another person, of another time or that was changed', async () => {
    await start();
    await addPerson(anteroom.deps, { userName: 'ben.tal' });
    const bens = await (await logInLocally(anteroom, 'ben.tal')).get(APP);
    const stolen = {
      draft: fieldsOfForm(bens.text, APP).draft ?? '',
      code: await codeOf(anteroom.deps, secretOf(bens.text)),
    };
    for (const fields of [stolen, { ...stolen, draft: 'x' }, { ...stolen, draft: `A${stolen.draft.slice(1)}` }])
      expect((await client.post(APP, fields)).text).to.contain('This page was open for too long.');
    const own = (await client.get(APP)).text;
    anteroom.deps.clock.advance(30 * 60_000);
    const late = { draft: fieldsOfForm(own, APP).draft ?? '', code: await codeOf(anteroom.deps, secretOf(own)) };
    expect((await (await logInLocally(anteroom)).post(APP, late)).text).to.contain('This page was open for too long.');
    expect(await findAuthenticatorApp(anteroom.deps.store.db, maya.id)).to.equal(undefined);
  });

  it('adds no passkey for another origin, host or session, or twice', async () => {
    await start();
    const key = createAuthenticator(anteroom.url);
    const options = async (of = client) => JSON.parse((await of.post(`${PAGE}/passkeys/options`)).text);
    const other = await logInLocally(anteroom);
    const { db } = anteroom.deps.store;
    for (const passkey of [
      key.create(await options(), { origin: 'https://evil.example' }),
      key.create(await options(), { rpId: 'evil.example' }),
      key.create(await options(), { challenge: 'AAAA' }),
      key.create(await options(other)),
      'nonsense',
      '',
    ])
      expect((await client.follow(await client.post(`${PAGE}/passkeys`, { passkey }))).text).to.contain(
        'was not added',
      );
    expect(await listPasskeys(db, maya.id)).to.deep.equal([]);
    const name = `\u0007${'n'.repeat(90)}`;
    expect((await client.post(`${PAGE}/passkeys`, { passkey: key.create(await options()), name })).status).to.equal(
      200,
    );
    expect((await listPasskeys(db, maya.id)).map((passkey) => passkey.name)).to.deep.equal(['n'.repeat(60)]);
    expect((await options()).excludeCredentials).to.have.length(1);
    await client.post(`${PAGE}/passkeys`, { passkey: key.create(await options()) });
    expect(await listPasskeys(db, maya.id)).to.have.length(1);
  });

  it('is for people with a local password, and concerns no login through a provider', async () => {
    const connected = await connect();
    const { deps } = connected;
    const person = await addPerson(deps, {
      userName: 'anna.berg',
      email: 'anna.berg@acme.example',
      userType: 'Power User',
    });
    await addPerson(deps, { userName: 'other', userType: 'Power User' });
    await giveApp(deps, person.id);
    await saveIntranetSettings(deps, { ...initialSettings, secondFactor: 'required' });
    const browser = visitor(connected);
    expect((await deliver(browser, await openTile(connected, 'anna.berg'))).url).to.equal(`${connected.url}/`);
    expect((await browser.get(`${connected.url}${PAGE}`)).text).to.contain('10 codes are left.');
    expect((await browser.get(`${connected.url}${APP}`)).text, 'the provider proved nothing here').to.contain(
      'Confirm that it is you',
    );
    await setPassword(deps, person.id, undefined);
    expect((await deliver(browser, await openTile(connected, 'anna.berg'))).url).to.equal(`${connected.url}/`);
    expect((await browser.get(`${connected.url}${PAGE}`)).status).to.equal(404);
    expect((await browser.get(`${connected.url}/settings`)).status).to.equal(200);
    expect(await countRecoveryCodes(deps.store.db, person.id)).to.equal(0);
  });

  it('leaves no expired challenges and logins behind', async () => {
    await start();
    await giveApp(anteroom.deps, maya.id);
    await enterPassword(openClient(anteroom));
    await openClient(anteroom).post('/local-login/passkey/options');
    const { db } = anteroom.deps.store;
    await deleteExpired(db, anteroom.deps.clock.at + 11 * 60_000, { activity: 400, messages: 14 });
    for (const table of ['passkeyChallenges', 'secondSteps'] as const)
      expect(await db.selectFrom(table).selectAll().execute()).to.deep.equal([]);
  });
});

function secretOf(html: string): string {
  return (/id="secret" value="([^"]+)"/.exec(html)?.[1] ?? '').replaceAll(' ', '');
}
