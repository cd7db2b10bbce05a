import { expect } from 'chai';
import { setActive } from '../../src/people/users.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { connect, deliver, goThroughProvider, openTile, visitor } from '../support/connect.ts';
import { openAtHost } from '../support/hostClient.ts';
import { withStores } from '../support/stores.ts';
import { recordEvents } from '../webhooks/support/receiver.ts';

const LOGINS = ['login.succeeded', 'login.refused'];

describe('login/events', () => {
  withStores((open) => {
    it('reports local logins, and refusals once although they are repeated, without what was typed', async () => {
      const anteroom = await startAnteroom({ store: await open() });
      const { deps, url } = anteroom;
      const events = await recordEvents(deps, LOGINS);
      const person = await addPerson(deps, {});
      const browser = openAtHost(anteroom, new URL(url).host);
      const logIn = (userName: string, password: string) => {
        deps.clock.advance(1);
        return browser.post('/local-login', { userName, password });
      };
      await logIn('maya.koch', testPassword);
      await logIn('my secret password', 'wrong');
      await logIn('my secret password', 'wrong');
      await logIn('maya.koch', 'wrong');
      const { rows } = await listLoginActivity(deps.store.db, {}, { limit: 9 });
      const about = (index: number) => ({ id: rows[index]?.id, method: 'local', providerId: null });
      const refusal = (index: number) => ({ reason: 'password_wrong', reference: rows[index]?.reference });
      const [known, unknown] = [
        { userId: person.id, userName: 'maya.koch' },
        { userId: null, userName: null },
      ];
      expect(await events()).to.deep.equal([
        { type: 'login.succeeded', data: { ...about(2), ...known } },
        { type: 'login.refused', data: { ...about(1), ...unknown, ...refusal(1) } },
        { type: 'login.refused', data: { ...about(0), ...known, ...refusal(0) } },
      ]);
    });

    it('reports logouts, once for each that ended something', async () => {
      const anteroom = await startAnteroom({ store: await open() });
      const { deps, url } = anteroom;
      const events = await recordEvents(deps, ['login.ended']);
      const { id: userId } = await addPerson(deps, {});
      const browser = openAtHost(anteroom, new URL(url).host);
      await browser.post('/logout', {});
      await browser.post('/local-login', { userName: 'maya.koch', password: testPassword });
      await browser.post('/logout', {});
      await browser.post('/logout', {});
      const nothing = { id: null, method: 'local', providerId: null };
      expect(await events()).to.deep.equal([
        { type: 'login.ended', data: { ...nothing, userId, userName: 'maya.koch', endedBy: 'person', sessions: 1 } },
      ]);
    });

    it('reports logins through a provider, also from its tile in a browser that had no cookie, and refusals', async () => {
      const connected = await connect({ store: await open() });
      const { deps, provider } = connected;
      const events = await recordEvents(deps, LOGINS);
      const person = await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
      const browser = visitor(connected);
      await deliver(browser, await goThroughProvider(browser, `/saml/login/${provider.id}`, 'anna.berg'));
      await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
      await setActive(deps, person.id, false);
      await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
      const about = { method: 'saml', providerId: provider.id, userId: person.id, userName: 'anna.berg' };
      const found = await events();
      const { rows } = await listLoginActivity(deps.store.db, {}, { limit: 9 });
      expect(found.map(({ data }) => data.id)).to.have.members(rows.map(({ id }) => id));
      for (const { data } of found) delete data.id;
      const reference = found[2]?.data.reference;
      expect(found).to.deep.equal([
        { type: 'login.succeeded', data: about },
        { type: 'login.succeeded', data: about },
        { type: 'login.refused', data: { ...about, reason: 'person_deactivated', reference } },
      ]);
    });
  });
});
