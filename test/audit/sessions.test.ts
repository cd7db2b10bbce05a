import { expect } from 'chai';
import { listPasskeys } from '../../src/store/secondFactors.ts';
import { writeSession } from '../../src/store/sessions.ts';
import type { User } from '../../src/store/users.ts';
import { fieldsOfForm } from '../admin/support/formFields.ts';
import { runCli } from '../cli/support/runCli.ts';
import { addAda, requestParts, sendLogout, signedQuery } from '../saml/support/logout.ts';
import { startSigning } from '../saml/support/signingProvider.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { type Client, logInLocally, openClient } from '../support/client.ts';
import { aSession } from '../support/rows.ts';
import { addPasskey, codeOf, enterPassword } from '../support/secondFactors.ts';
import { withStores } from '../support/stores.ts';
import { type Entry, storedAudit, watchAudit } from './support/entries.ts';

const maya = 'person maya.koch 127.0.0.1';
const anna = 'person anna.berg 127.0.0.1';
const password = { name: 'password', secret: true };

describe('audit of sessions and second factors', () => {
  withStores((open) => {
    let anteroom: Anteroom;
    let client: Client;
    let person: User;
    let audit: () => Promise<Entry[]>;

    async function start(): Promise<void> {
      anteroom = await startAnteroom({ store: await open() });
      await addPerson(anteroom.deps, { userType: 'Power User' });
      person = await addPerson(anteroom.deps, { userName: 'anna.berg' });
      client = await logInLocally(anteroom);
      audit = await watchAudit(anteroom.deps);
    }

    it('records whose sessions were ended, who did it, and how many, but no ordinary logout', async () => {
      await start();
      const { deps } = anteroom;
      const add = (id: string) => writeSession(deps.store.db, aSession(person.id, { id, domainId: null }));
      for (const id of ['s1', 's2', 's3']) await add(id);
      await client.post('/settings/security/sessions/end', { id: 's1' });
      const annas = await logInLocally(anteroom, 'anna.berg');
      await annas.post('/profile/sessions/end', { id: 's2' });
      await annas.post('/profile/sessions/end');
      await annas.post('/profile/sessions/end');
      await runCli(deps, ['session', 'end', '--all']);
      await (await logInLocally(anteroom, 'anna.berg')).post('/logout');
      const ended = (before: number) => ({ name: 'sessions', before, after: 0 });
      const [one, device, everywhere, all, ...others] = await audit();
      const about = { action: 'session.ended', what: anna.replace(' 127.0.0.1', '') };
      expect([one, device, everywhere]).to.deep.equal([
        { ...about, who: maya, changes: [ended(1)] },
        { ...about, who: anna, changes: [ended(1)] },
        { ...about, who: anna, changes: [ended(1)] },
      ]);
      expect(all).to.include({ action: 'session.ended', who: 'commandLine root', what: 'sessions 2 people' });
      expect(all?.changes[0]).to.deep.equal(ended(2));
      expect(all?.changes[1]?.removed).to.have.length(2).and.to.include(person.id);
      expect(others).to.deep.equal([]);
    });

    it('records a logout that the provider asked for as the doing of the provider', async () => {
      const signing = await startSigning({}, { store: await open() });
      await addAda(signing);
      audit = await watchAudit(signing.deps);
      await sendLogout(signing, signedQuery(requestParts(`${signing.url}/saml/slo`)));
      expect(await audit()).to.deep.equal([
        {
          action: 'session.ended',
          who: `provider ${signing.provider.name} 127.0.0.1`,
          what: 'person ada@acme.com',
          changes: [
            { name: 'sessions', before: 1, after: 0 },
            { name: 'providerId', before: signing.provider.id },
          ],
        },
      ]);
    });

    it('records passwords and links for them, and never one of them', async () => {
      await start();
      const path = `/settings/people/${person.id}/password`;
      await client.post(path, { password: 'set by a Power User', mustChoose: 'on' });
      const linked = await client.post(`${path}/link`);
      const link = /value="http[^"]*(\/new-password\/[\w-]{43})"/.exec(linked.text)?.[1] ?? '';
      const chosen = 'chosen with the link';
      expect((await openClient(anteroom).post(link, { password: chosen, repeated: chosen })).status).to.equal(303);
      await client.post(path, { action: 'remove' });
      await runCli(anteroom.deps, ['recover', 'maya.koch']);
      const visitor = 'visitor a visitor 127.0.0.1';
      const entries = await audit();
      expect(entries.map(({ action, who }) => [action, who])).to.deep.equal([
        ['person.updated', maya],
        ['password.set', maya],
        ['password.link_created', maya],
        ['password.link_used', visitor],
        ['person.updated', visitor],
        ['password.set', visitor],
        ['password.removed', maya],
        ['password.link_created', 'commandLine root'],
      ]);
      expect(entries.find(({ action }) => action === 'password.removed')?.changes).to.deep.equal([password]);
      const stored = await storedAudit(anteroom.deps);
      for (const secret of [testPassword, 'set by a Power User', chosen, link.split('/').at(-1) ?? ''])
        expect(stored).not.to.contain(secret);
      expect(stored).not.to.match(/argon2/);
    });

    it('records second factors and recovery codes, by their person and by others, and never a secret', async () => {
      await start();
      const SECURITY = '/profile/security';
      const annas = await logInLocally(anteroom, 'anna.berg');
      const app = await annas.get(`${SECURITY}/app`);
      const secret = (/id="secret" value="([^"]+)"/.exec(app.text)?.[1] ?? '').replaceAll(' ', '');
      const code = await codeOf(anteroom.deps, secret);
      const saved = await annas.post(`${SECURITY}/app`, { ...fieldsOfForm(app.text, `${SECURITY}/app`), code });
      const codes = [...saved.text.matchAll(/<li>([0-9A-Z-]{19})<\/li>/g)].map(([, one = '']) => one);
      await addPasskey(annas, anteroom.url);
      await annas.post(`${SECURITY}/removal`, { factor: 'app' });
      const renewed = await annas.post(`${SECURITY}/recovery-codes`);
      const newCodes = [...renewed.text.matchAll(/<li>([0-9A-Z-]{19})<\/li>/g)].map(([, one = '']) => one);
      const next = openClient(anteroom);
      await enterPassword(next, 'anna.berg');
      expect((await next.post('/local-login/second-step', { recoveryCode: newCodes[0] ?? '' })).status).to.equal(303);
      await client.post(`/settings/people/${person.id}/second-factors`);
      const passkey = { name: 'Laptop', host: 'localhost' };
      const ended = { name: 'sessions', before: 1, after: 0 };
      const at = new Date(anteroom.deps.now()).toISOString();
      const entry = (action: string, changes: object[], who = anna) => ({
        action: `second_factor.${action}`,
        who,
        what: 'person anna.berg',
        changes,
      });
      expect(await audit()).to.deep.equal([
        entry('added', [
          { name: 'authenticatorApp', after: at },
          { name: 'recoveryCodes', before: 0, after: 10 },
          ended,
        ]),
        entry('added', [{ name: 'passkeys', before: [], after: [passkey] }, ended]),
        entry('removed', [{ name: 'authenticatorApp', before: at }, ended]),
        entry('codes_created', [{ name: 'recoveryCodes', secret: true }, ended]),
        entry('code_used', [{ name: 'recoveryCodes', before: 10, after: 9 }]),
        entry(
          'removed',
          [
            { name: 'passkeys', before: [passkey], after: [] },
            { name: 'recoveryCodes', before: 9, after: 0 },
            { ...ended, before: 2 },
          ],
          maya,
        ),
      ]);
      const stored = await storedAudit(anteroom.deps);
      const [key] = await listPasskeys(anteroom.deps.store.db, person.id);
      expect([codes.length, newCodes.length, key]).to.deep.equal([10, 10, undefined]);
      for (const one of [secret, ...codes, ...newCodes]) expect(stored).not.to.contain(one);
    });
  });
});
