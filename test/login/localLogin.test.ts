import { expect } from 'chai';
import { type LocalLogin, logInLocally } from '../../src/login/localLogin.ts';
import { setActive } from '../../src/people/users.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { openTestStore, withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const maya = { userName: 'maya.koch', email: 'maya@acme.example' };
const [HOME, OFFICE] = ['203.0.113.7', '198.51.100.9'];
const MINUTE = 60_000;

describe('logInLocally', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps({ store: await openTestStore() });
  });

  it('accepts the user name or the e-mail address, ignoring case', async () => {
    const { id } = await addPerson(deps, maya);
    for (const name of ['maya.koch', 'MAYA.Koch', 'Maya@ACME.example']) {
      const result = await attempt(name, testPassword);
      expect(result.ok && result.user.id).to.equal(id);
    }
  });

  it('refuses look-alikes of a name', async () => {
    await addPerson(deps, { userName: 'klaus' });
    for (const name of ['\u212alaus', 'klaus\u200b', 'ｋlaus', 'klaus\u0301', ' klaus'])
      expect(await attempt(name, testPassword), name).to.deep.equal({ ok: false, reason: 'password_wrong' });
  });

  it('returns the same for a wrong name, a wrong password, and an address that two people share', async () => {
    await addPerson(deps, maya);
    await addPerson(deps, { userName: 'one', email: 'both@acme.example' });
    await addPerson(deps, { userName: 'two', email: 'both@acme.example' });
    await insertUser(deps.store.db, aUser({ userName: 'saml.only' }), null);
    for (const [name, password] of [
      ['nobody', testPassword],
      ['maya.koch', 'wrong'],
      ['both@acme.example', testPassword],
      ['saml.only', ''],
      ['', ''],
    ] as const) {
      const { ok, reason } = (await attempt(name, password)) as { ok: boolean; reason?: string };
      expect({ ok, reason }, name).to.deep.equal({ ok: false, reason: 'password_wrong' });
    }
  });

  it('refuses a person whose Authentication Type is SAML, whatever the password, unless they are a Power User', async () => {
    for (const [userName, loginType, userType] of [
      ['ada', 'SAML', 'Intranet User'],
      ['ben', ' saml', 'Intranet User'],
      ['eve', 'SAML', 'Power User'],
      ['dan', 'Local Login', 'Intranet User'],
      ['fay', 'Windows Login', 'Intranet User'],
    ] as const) {
      const { id } = await addPerson(deps, { userName, loginType, userType });
      const isRefused = userName === 'ada' || userName === 'ben';
      const reasonOf = (result: LocalLogin) => (result.ok ? undefined : result.reason);
      expect(reasonOf(await attempt(userName, testPassword))).to.equal(
        isRefused ? 'local_login_forbidden' : undefined,
        userName,
      );
      const wrong = await attempt(userName, 'wrong');
      expect(reasonOf(wrong)).to.equal(isRefused ? 'local_login_forbidden' : 'password_wrong', userName);
      expect(!wrong.ok && wrong.user?.id).to.equal(id);
    }
    // It counts as a failure, as a wrong password does.
    for (let n = 0; n < 8; n += 1) await attempt('ada', testPassword);
    expect(await attempt('ada', testPassword)).to.include({ reason: 'too_many_failures' });
  });

  it('reveals that a person may not log in only if the password is right', async () => {
    const { id } = await addPerson(deps, maya);
    await addPerson(deps, { userName: 'listed', userType: 'Non Intranet User' });
    const other = await addPerson(deps, { userName: 'gone' });
    await setActive(deps, other.id, false);
    expect(await attempt('listed', testPassword)).to.include({ ok: false, reason: 'person_not_intranet_user' });
    expect(await attempt('gone', testPassword)).to.include({ ok: false, reason: 'person_deactivated' });
    expect(await attempt('gone', 'wrong')).to.include({ ok: false, reason: 'password_wrong' });
    expect(id).not.to.equal(other.id);
  });

  it('blocks a name in a network for 15 minutes after ten failures, even with the right password', async () => {
    await addPerson(deps, maya);
    for (let n = 0; n < 10; n += 1)
      expect(await attempt('maya.koch', 'wrong')).to.include({ reason: 'password_wrong' });
    expect(await attempt('MAYA.koch', testPassword)).to.include({ reason: 'too_many_failures' });
    deps.clock.advance(14 * MINUTE);
    expect(await attempt('maya.koch', testPassword)).to.include({ reason: 'too_many_failures' });
    deps.clock.advance(MINUTE);
    expect(await attempt('maya.koch', testPassword)).to.include({ ok: true });
  });

  it('does not block the name in other networks', async () => {
    await addPerson(deps, maya);
    for (let n = 0; n < 60; n += 1) await attempt('maya.koch', 'wrong', HOME);
    expect(await attempt('maya.koch', testPassword, HOME)).to.include({ reason: 'too_many_failures' });
    expect(await attempt('maya.koch', testPassword, OFFICE)).to.include({ ok: true });
  });

  it('allows fifty failures of a network with any names, and counts an IPv6 /64 as one network', async () => {
    await addPerson(deps, maya);
    for (let n = 0; n < 50; n += 1) {
      const address = `2001:db8:1:2:${n.toString(16)}::1`;
      expect(await attempt(`guess-${n}`, 'wrong', address)).to.include({ reason: 'password_wrong' });
    }
    expect(await attempt('maya.koch', testPassword, '2001:db8:1:2::9')).to.include({ reason: 'too_many_failures' });
    expect(await attempt('maya.koch', testPassword, '2001:db8:1:3::9')).to.include({ ok: true });
  });

  it('allows a hundred failures of a name from all networks', async () => {
    await addPerson(deps, maya);
    for (let n = 0; n < 100; n += 1) await attempt('maya.koch', 'wrong', `203.0.113.${n}`);
    expect(await attempt('maya.koch', testPassword, OFFICE)).to.include({ reason: 'too_many_failures' });
  }).timeout(60_000);

  it('does not count successful logins, because a whole office can share one address', async () => {
    await addPerson(deps, maya);
    for (let n = 0; n < 49; n += 1) await attempt(`guess-${n}`, 'wrong');
    for (let n = 0; n < 5; n += 1) expect(await attempt('maya.koch', testPassword)).to.include({ ok: true });
    for (let n = 0; n < 9; n += 1) await attempt('maya.koch', 'wrong', OFFICE);
    expect(await attempt('maya.koch', testPassword, OFFICE)).to.include({ ok: true });
    for (let n = 0; n < 9; n += 1) await attempt('maya.koch', 'wrong', OFFICE);
    expect(await attempt('maya.koch', testPassword, OFFICE)).to.include({ ok: true });
  });

  it('counts nothing with RATE_LIMITS=off', async () => {
    deps = await testDeps({ store: deps.store, env: { RATE_LIMITS: 'off' } });
    await addPerson(deps, maya);
    for (let n = 0; n < 12; n += 1) await attempt('maya.koch', 'wrong');
    expect(await attempt('maya.koch', testPassword)).to.include({ ok: true });
  });

  withStores((open) => {
    it('lets no burst of guesses exceed the limit', async () => {
      deps = await testDeps({ store: await open() });
      await addPerson(deps, maya);
      const results = await Promise.all(Array.from({ length: 30 }, (_, n) => attempt('maya.koch', `guess ${n}`)));
      const tried = results.filter((result) => !result.ok && result.reason === 'password_wrong');
      expect(tried.length).to.be.at.most(10);
    });
  });

  function attempt(name: string, password: string, network = HOME) {
    return logInLocally(deps, name, password, network);
  }
});
