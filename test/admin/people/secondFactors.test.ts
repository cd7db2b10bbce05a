import { expect } from 'chai';
import { findSecondFactors } from '../../../src/login/secondFactors.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, openClient, startAsPowerUser } from '../../support/client.ts';
import { codeOf, enterPassword, giveApp } from '../../support/secondFactors.ts';
import { withStores } from '../../support/stores.ts';
import { errorOf, fieldsOfForm } from '../support/formFields.ts';

describe('admin/people/secondFactors', () => {
  withStores((open) => {
    let anteroom: Anteroom;
    let client: Client;
    let maya: User;
    let anna: User;

    beforeEach(async () => {
      ({ anteroom, maya, client } = await startAsPowerUser({}, { store: await open() }));
      anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    });

    /** Sets up an authenticator app for a person, and logs in with it. */
    async function logInWithApp({ id, userName }: User): Promise<Client> {
      const { secret } = await giveApp(anteroom.deps, id);
      anteroom.deps.clock.advance(30_000);
      const other = openClient(anteroom);
      await enterPassword(other, userName);
      await other.post('/local-login/second-step', { code: await codeOf(anteroom.deps, secret) });
      return other;
    }

    it('removes them after a confirmation, ends sessions and waiting logins, and logs who did it', async () => {
      const annas = await logInWithApp(anna);
      const half = openClient(anteroom);
      await enterPassword(half, 'anna.berg');
      const screen = await client.get(`/settings/people/${anna.id}`);
      expect(screen.text).to.match(/Second factor<\/dt><dd class="col-6">authenticator app</);
      const path = `/settings/people/${anna.id}/second-factors`;
      expect((await client.get(path)).text).to.contain('1 session will end immediately.');
      expect((await annas.post(path)).status, 'only Power Users').to.equal(403);
      const removed = await client.follow(await client.post(path));
      expect(removed.text)
        .to.contain('were removed')
        .and.match(/Second factor<\/dt><dd class="col-6">none</);
      const { app, passkeys, recoveryCodes } = await findSecondFactors(anteroom.deps.store.db, anna.id);
      expect([app, passkeys, recoveryCodes]).to.deep.equal([undefined, [], 0]);
      expect((await annas.get('/profile')).location).to.match(/^\/login/);
      expect((await half.post('/local-login/second-step', { code: '000000' })).text).to.contain(
        'has expired or was finished',
      );
      expect(anteroom.deps.logged.find(({ msg }) => msg === 'second factors removed')).to.include({
        person: anna.id,
        by: maya.id,
      });
      expect((await enterPassword(openClient(anteroom), 'anna.berg')).location).to.equal('/');
    });

    it('are required only once the Power User who decides has one', async () => {
      const path = '/settings/general';
      const page = await client.get(path);
      expect(page.text).to.contain('1 Power User can log in with a password. 1 of them has no second factor');
      const fields = { ...fieldsOfForm(page.text, path), secondFactor: 'required' };
      const refused = await client.post(path, fields);
      expect([refused.status, errorOf(refused.text, 'secondFactor')]).to.deep.equal([
        422,
        'Set up a second factor for yourself first: My profile > Security.',
      ]);
      expect(fieldsOfForm(refused.text, path).secondFactor).to.equal('required');
      client = await logInWithApp(maya);
      const saved = await client.follow(await client.post(path, fields));
      expect(saved.text).to.contain('Saved: second factor of Power Users.').and.contain('all have a second factor');
    });
  });
});
