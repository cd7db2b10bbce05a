import { expect } from 'chai';
import { createPasswordLink } from '../../src/login/passwordLinks.ts';
import { setPassword } from '../../src/people/localPassword.ts';
import { setActive } from '../../src/people/users.ts';
import { deleteExpired } from '../../src/store/expired.ts';
import type { User } from '../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { type Client, logInLocally, openClient } from '../support/client.ts';

const password = 'a new one of twenty characters';
const chosen = { password, repeated: password };

describe('intranet/newPassword', () => {
  let anteroom: Anteroom;
  let anna: User;
  let visitor: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    anna = await addPerson(anteroom.deps, { userName: 'anna.berg', displayName: 'Anna Berg' });
    visitor = openClient(anteroom);
  });

  it('is a link that a Power User creates, and a person uses once to choose a password', async () => {
    const maya = await logInLocally(anteroom);
    const page = await maya.post(`/settings/people/${anna.id}/password/link`);
    const link = /value="http[^"]*(\/new-password\/[\w-]{43})"/.exec(page.text)?.[1] ?? '';
    const employee = await logInLocally(anteroom, 'anna.berg');
    expect((await visitor.get(link)).text)
      .to.contain('anna.berg')
      .and.not.contain('Anna Berg');
    const saved = await visitor.post(link, chosen);
    expect((await visitor.follow(saved)).text).to.contain('Your new password is saved. Log in with it.');
    expect((await employee.get('/profile')).status, 'other sessions end').to.equal(303);
    expect((await visitor.post('/local-login', { userName: 'anna.berg', password, return: '/' })).status).to.equal(303);
    for (const used of [await visitor.get(link), await visitor.post(link, chosen)])
      expect([used.status, used.text.includes('This link no longer works')]).to.deep.equal([404, true]);
  });

  it('keeps the link if the passwords are refused', async () => {
    const link = await linkFor(anna);
    for (const [entered, text] of [
      [{ password: 'short', repeated: 'short' }, 'Use at least 12 characters.'],
      [{ password: 'qwerty123456', repeated: 'qwerty123456' }, 'attackers try first'],
      [{ password, repeated: 'another' }, 'The two passwords are different.'],
    ] as const) {
      const refused = await visitor.post(link, entered);
      expect([refused.status, refused.text.includes(text)]).to.deep.equal([422, true]);
    }
    expect((await visitor.post(link, chosen)).status).to.equal(303);
  });

  it('ends with its time, a newer link, another new password, or the access of the person', async () => {
    const { deps } = anteroom;
    const first = await linkFor(anna);
    const second = await linkFor(anna);
    expect([await status(first), await status(second)]).to.deep.equal([404, 200]);
    await setPassword(deps, anna.id, 'set by a Power User');
    expect(await status(second)).to.equal(404);
    const third = await linkFor(anna);
    await setActive(deps, anna.id, false);
    expect(await status(third)).to.equal(403);
    await setActive(deps, anna.id, true);
    deps.clock.advance(24 * 3_600_000 - 1);
    expect(await status(third)).to.equal(200);
    deps.clock.advance(1);
    expect(await status(third)).to.equal(404);
    await deleteExpired(deps.store.db, deps.now(), { activity: 90, messages: 14 });
    expect(await deps.store.db.selectFrom('passwordLinks').selectAll().execute()).to.deep.equal([]);
  });

  it('lets the person log in although someone else has guessed too often', async () => {
    const tryAs = (userName: string, tried: string) =>
      visitor.post('/local-login', { userName, password: tried, return: '/' });
    for (let tries = 0; tries < 10; tries++) await tryAs('anna.berg', 'wrong');
    expect((await tryAs('anna.berg', testPassword)).status).to.equal(429);
    await visitor.post(await linkFor(anna), chosen);
    expect((await tryAs('anna.berg', password)).status).to.equal(303);
  });

  it('is used by only one of two requests at once', async () => {
    const link = await linkFor(anna);
    const replies = await Promise.all([visitor.post(link, chosen), visitor.post(link, chosen)]);
    expect(replies.map(({ status }) => status).sort()).to.deep.equal([303, 404]);
  });

  it('is not offered to people who cannot log in with a password', async () => {
    const maya = await logInLocally(anteroom);
    const other = await addPerson(anteroom.deps, { userName: 'saml.only', loginType: 'SAML' });
    const page = (await maya.get(`/settings/people/${other.id}/password`)).text;
    expect(page).to.contain('The Authentication Type of this person is SAML.').and.not.contain('Create a link');
    expect((await maya.post(`/settings/people/${other.id}/password/link`)).status).to.equal(403);
    expect(
      (await (await logInLocally(anteroom, 'anna.berg')).post(`/settings/people/${anna.id}/password/link`)).status,
    ).to.equal(403);
  });

  async function linkFor(person: User): Promise<string> {
    return new URL(await createPasswordLink(anteroom.deps, person, anteroom.url)).pathname;
  }

  async function status(link: string): Promise<number> {
    return (await visitor.get(link)).status;
  }
});
