import { expect } from 'chai';
import { setPassword } from '../../src/people/localPassword.ts';
import { findUser } from '../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { type Client, logInLocally, openClient } from '../support/client.ts';
import { connect, deliver, openTile, visitor } from '../support/connect.ts';
import { withStores } from '../support/stores.ts';

const PATH = '/profile/password';
const NEW = 'a staple of batteries';
const change = { current: testPassword, password: NEW, repeated: NEW };

describe('Change password', () => {
  let anteroom: Anteroom;
  let client: Client;
  let id: string;

  async function start(options: Parameters<typeof startAnteroom>[0] = {}): Promise<void> {
    anteroom = await startAnteroom(options);
    ({ id } = await addPerson(anteroom.deps, { userName: 'anna.berg', location: 'Oslo' }));
    client = await logInLocally(anteroom, 'anna.berg');
  }

  const logIn = async (password: string) =>
    (await openClient(anteroom).post('/local-login', { userName: 'anna.berg', password })).status;

  withStores((open) => {
    it('changes the password, keeps this session and ends the others', async () => {
      await start({ store: await open() });
      const other = await logInLocally(anteroom, 'anna.berg');
      expect((await client.get('/profile')).text).to.contain(`href="${PATH}"`);
      const changed = await client.post(PATH, change);
      expect([changed.status, changed.location]).to.deep.equal([303, '/profile']);
      expect((await client.follow(changed)).text).to.contain('Your password was changed');
      expect((await other.get('/profile')).location).to.match(/^\/login/);
      expect([await logIn(testPassword), await logIn(NEW)]).to.deep.equal([422, 303]);
    });

    it('is the only page of a person who must choose a new one, until they did', async () => {
      await start({ store: await open() });
      await setPassword(anteroom.deps, id, testPassword, true);
      expect((await client.get('/')).location, 'the session ended').to.equal('/login');
      client = await logInLocally(anteroom, 'anna.berg');
      const wanted = await client.get('/people?q=ben');
      expect([wanted.status, wanted.location]).to.deep.equal([303, `${PATH}?return=%2Fpeople%3Fq%3Dben`]);
      for (const path of ['/', '/profile', '/settings', `/people/${id}`, '/unknown'])
        expect((await client.get(path)).location, path).to.match(/^\/profile\/password/);
      expect((await client.post(`/saml/test/${id}`)).location).to.match(/^\/profile\/password/);
      const page = await client.follow(wanted);
      expect(page.text).to.contain('Choose a new password').and.contain('action="/logout"').and.not.contain('<nav');
      expect((await client.post(PATH, { ...change, password: testPassword, repeated: testPassword })).text).to.contain(
        'Choose a password that is not the current one.',
      );
      const changed = await client.post(PATH, { ...change, return: '/people?q=ben' });
      expect([changed.status, changed.location]).to.deep.equal([303, '/people?q=ben']);
      expect((await client.follow(changed)).status).to.equal(200);
      expect((await findUser(anteroom.deps.store.db, id))?.profile.interact).to.deep.equal({ location: 'Oslo' });
    });

    it('is changed by only one of two who know it', async () => {
      await start({ store: await open() });
      const other = await logInLocally(anteroom, 'anna.berg');
      const second = 'a battery of staples';
      const both = [client.post(PATH, change), other.post(PATH, { ...change, password: second, repeated: second })];
      const changed = (await Promise.all(both)).filter(({ location }) => location === '/profile');
      expect(changed).to.have.length(1);
    });

    it('counts wrong passwords like failed logins', async () => {
      await start({ store: await open() });
      for (let n = 0; n < 11; n += 1)
        expect((await client.post(PATH, { ...change, current: '' })).text).to.contain('Enter your current password.');
      const wrong = { ...change, current: 'a wrong password' };
      for (let n = 0; n < 10; n += 1)
        expect((await client.post(PATH, wrong)).text).to.contain('This is not your current password.');
      expect((await client.post(PATH, change)).text).to.contain('Too many attempts.');
      expect(await logIn(testPassword)).to.equal(429);
    });
  });

  it('says beside each field what is wrong, and changes nothing', async () => {
    await start();
    const both = await client.post(PATH, { current: 'wrong', password: 'short', repeated: 'short' });
    expect(both.status).to.equal(422);
    expect(both.text).to.match(/id="current-error">This is not your current password/);
    expect(both.text).to.match(/id="password-error">Use at least 12 characters/);
    const different = await client.post(PATH, { ...change, repeated: 'something else' });
    expect(different.text).to.match(/id="repeated-error">The two passwords are different/);
    for (const page of [both, different]) expect(page.text).not.to.contain(NEW).and.not.to.contain(testPassword);
    expect(await logIn(testPassword)).to.equal(303);
  });

  it('never leads to another origin', async () => {
    await start();
    const changed = await client.post(PATH, { ...change, return: 'https://evil.example/' });
    expect(changed.location).to.equal('/');
  });

  it('is not there for a person without a local password, and does not bother one who logs in through a provider', async () => {
    const connected = await connect();
    const person = await addPerson(connected.deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
    await setPassword(connected.deps, person.id, testPassword, true);
    const browser = visitor(connected);
    expect((await deliver(browser, await openTile(connected, 'anna.berg'))).url).to.equal(`${connected.url}/`);
    await setPassword(connected.deps, person.id, undefined);
    await deliver(browser, await openTile(connected, 'anna.berg'));
    expect((await browser.get('/profile')).text).not.to.contain(PATH);
    expect((await browser.get(PATH)).status).to.equal(404);
    expect((await browser.post(PATH, change)).status).to.equal(404);
  });
});
