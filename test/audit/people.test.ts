import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { noPeopleRules } from '../../src/federation/peopleRules.ts';
import { createSetupLink } from '../../src/login/firstPowerUser.ts';
import { writePeopleRules } from '../../src/store/identityProviders.ts';
import { findUserByUserName, type User } from '../../src/store/users.ts';
import { fieldsOfForm } from '../admin/support/formFields.ts';
import { untilDone } from '../admin/support/untilDone.ts';
import { runCli } from '../cli/support/runCli.ts';
import { addClient } from '../scim/support/scimServer.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { type Client, logInLocally, openClient, startAsPowerUser } from '../support/client.ts';
import { connect, deliver, openTile, visitor } from '../support/connect.ts';
import { addAttributes } from '../support/customAttributes.ts';
import { withStores } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { type Entry, watchAudit } from './support/entries.ts';

const maya = 'person maya.koch 127.0.0.1';

describe('audit of people', () => {
  withStores((open) => {
    let anteroom: Anteroom;
    let client: Client;
    let audit: () => Promise<Entry[]>;

    async function start(): Promise<void> {
      ({ anteroom, client } = await startAsPowerUser({}, { store: await open() }));
      audit = await watchAudit(anteroom.deps);
    }

    it('records what a Power User does on the screens, with all values', async () => {
      await start();
      await addAttributes(anteroom.deps, { name: 'clearance', visibleTo: 'powerUsers' });
      await audit();
      const entered = {
        userName: 'anna.berg',
        givenName: 'Anna',
        'emails.lines': '1',
        'emails.0.value': 'anna@acme.com',
        password: testPassword,
      };
      await client.post('/settings/people/new', { ...entered, userType: 'Intranet User' });
      const anna = await known('anna.berg');
      await logInLocally(anteroom, 'anna.berg');
      await change(anna, { title: 'Clerk', clearance: 'high' });
      await change(anna, {});
      await change(anna, { title: '', clearance: 'low' });
      await client.post(`/settings/people/${anna.id}/deactivation`);
      await client.post(`/settings/people/${anna.id}/activation`);
      await client.post(`/settings/people/${anna.id}/removal`, { typed: 'anna.berg' });
      const created = [
        { name: 'givenName', after: 'Anna' },
        { name: 'userName', after: 'anna.berg' },
        { name: 'emails', after: [{ value: 'anna@acme.com' }] },
        { name: 'userType', after: 'Intranet User' },
        { name: 'active', after: true },
      ];
      expect(await audit()).to.deep.equal([
        about('person.created', [...created, { name: 'password', secret: true }]),
        about('person.updated', [
          { name: 'title', after: 'Clerk' },
          { name: 'clearance', after: 'high' },
        ]),
        about('person.updated', [{ name: 'title', before: 'Clerk' }, value('clearance', 'high', 'low')]),
        about('person.deactivated', [value('active', true, false), value('sessions', 1, 0)]),
        about('person.activated', [value('active', false, true)]),
        about('person.deleted', [
          ...created.map(({ name, after }) => ({ name, before: after })),
          { name: 'clearance', before: 'low' },
        ]),
      ]);
    });

    it('records what people change themselves as theirs', async () => {
      await start();
      await addPerson(anteroom.deps, { userName: 'anna.berg' });
      const anna = await logInLocally(anteroom, 'anna.berg');
      await audit();
      const PATH = '/profile/edit';
      await anna.upload(PATH, { ...fieldsOfForm((await anna.get(PATH)).text, PATH), bio: 'Likes trains.' });
      const password = 'another battery horse';
      const changed = { current: testPassword, password, repeated: password };
      expect((await anna.post('/profile/password', changed)).status).to.equal(303);
      const who = 'person anna.berg 127.0.0.1';
      expect(await audit()).to.deep.equal([
        about('person.updated', [{ name: 'bio', after: 'Likes trains.' }], { who }),
        about('password.set', [secretPassword, value('sessions', 1, 0)], { who }),
      ]);
    });

    it('records what an import changes as the doing of who uploaded it, also in the background', async () => {
      await start();
      await addPerson(anteroom.deps, { userName: 'anna.berg', title: 'Clerk' });
      const names = Array.from({ length: 110 }, (_, index) => `person${index}`);
      await audit();
      const csv = `userName,title\nanna.berg,Head\n${names.map((name) => `${name},\n`).join('')}`;
      const preview = await client.upload('/settings/people/import', { file: new Blob([csv], { type: 'text/csv' }) });
      const page = await untilDone(client, preview);
      const action = /action="(\/settings\/jobs\/[^"]+\/import)"/.exec(page.text)?.[1] ?? '';
      await untilDone(client, await client.post(action));
      const entries = (await audit()).filter(({ what }) => what.startsWith('person '));
      expect(entries[0]).to.deep.equal(about('person.updated', [value('title', 'Clerk', 'Head')]));
      expect(entries.slice(1).map(({ action, what }) => [action, what])).to.deep.equal(
        names.map((name) => ['person.created', `person ${name}`]),
      );
      expect(new Set(entries.map(({ who }) => who))).to.deep.equal(new Set([maya]));
    });

    it('records the changes of two people at once as the doing of each', async () => {
      await start();
      const others = await Promise.all(['ben', 'cleo'].map((userName) => addPerson(anteroom.deps, { userName })));
      const clients = await Promise.all(['ben', 'cleo'].map((userName) => logInLocally(anteroom, userName)));
      await audit();
      for (let round = 0; round < 5; round += 1)
        await Promise.all(
          clients.map(async (one) =>
            one.post('/profile/edit', {
              ...fieldsOfForm((await one.get('/profile/edit')).text, '/profile/edit'),
              bio: `Round ${round}`,
            }),
          ),
        );
      const entries = await audit();
      expect(entries).to.have.length(5 * others.length);
      for (const { who, what } of entries) expect(who).to.equal(`${what} 127.0.0.1`);
    });

    it('records what the command line does, with the user of the operating system', async () => {
      await start();
      await runCli(anteroom.deps, ['user', 'add', '--user-name', 'anna.berg']);
      await runCli(anteroom.deps, ['user', 'deactivate', 'anna.berg']);
      const file = join(tempFolder(), 'people.csv');
      writeFileSync(file, 'userName,title\nanna.berg,Clerk\n');
      await runCli(anteroom.deps, ['people', 'import', file]);
      const entries = (await audit()).filter(({ what }) => what.startsWith('person '));
      expect(entries.map(({ action }) => action)).to.deep.equal([
        'person.created',
        'person.deactivated',
        'person.updated',
      ]);
      expect(entries.at(-1)).to.deep.equal(
        about('person.updated', [{ name: 'title', after: 'Clerk' }], { who: 'commandLine root' }),
      );
    });

    it('records what a profile source sends, and nothing for a request that changes nothing', async () => {
      await start();
      const source = await addClient(anteroom);
      await audit();
      const sent = { userName: 'anna.berg', title: 'Clerk', password: testPassword };
      const { id } = (await source.call('POST', '/Users', sent)).body;
      const patch = (change: object) =>
        source.call('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', value: change }] });
      await patch({ title: 'Head', active: false });
      await patch({ title: 'Head' });
      await patch({ password: 'another battery horse' });
      await source.call('DELETE', `/Users/${id}`);
      const who = 'source Cloud Directory 127.0.0.1';
      const [created, deactivated, password, deleted, ...others] = (await audit()).filter(({ what }) =>
        what.startsWith('person '),
      );
      expect([created?.action, deleted?.action, others]).to.deep.equal(['person.created', 'person.deleted', []]);
      expect(created?.changes.map(({ name }) => name)).to.deep.equal([
        ...['userName', 'title', 'userType', 'active', 'meta.sourceId', 'password'],
      ]);
      expect(deactivated).to.deep.equal(
        about('person.deactivated', [value('title', 'Clerk', 'Head'), value('active', true, false)], { who }),
      );
      expect(password).to.deep.equal(about('password.set', [secretPassword], { who }));
    });

    it('records who a profile source takes over, and who is released with it', async () => {
      await start();
      const source = await addClient(anteroom);
      await addPerson(anteroom.deps, { userName: 'anna.berg' });
      await audit();
      const { id } = await known('anna.berg');
      await source.call('PUT', `/Users/${id}`, { userName: 'anna.berg', active: true, title: 'Clerk' });
      const { sourceId } = await known('anna.berg');
      await untilDone(
        client,
        await client.post(`/settings/profile-sources/scim/${sourceId}/removal`, {
          typed: 'Cloud Directory',
          people: 'deactivate',
        }),
      );
      expect((await audit()).filter(({ what }) => what === 'person anna.berg')).to.deep.equal([
        about(
          'person.updated',
          [
            { name: 'title', after: 'Clerk' },
            { name: 'meta.sourceId', after: sourceId },
          ],
          { who: 'source Cloud Directory 127.0.0.1' },
        ),
        about('person.deactivated', [value('active', true, false), { name: 'meta.sourceId', before: sourceId }]),
      ]);
    });

    it('records what logins change as the doing of the provider, and whose access they end', async () => {
      const connected = await connect({ store: await open() });
      const rules = {
        ...noPeopleRules,
        create: true,
        update: true,
        mapping: [{ from: 'email', to: 'email' }],
        groupsFrom: 'memberOf',
      };
      const arrive = async (required: string) => {
        const people = { ...rules, required: { attribute: 'memberOf', values: [required] } };
        await writePeopleRules(connected.deps.store.db, connected.provider.id, people);
        connected.deps.clock.advance(1);
        await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
      };
      audit = await watchAudit(connected.deps);
      await arrive('Employees');
      await arrive('Nobody');
      const entries = await audit();
      expect(entries.map(({ action }) => action)).to.deep.equal([
        ...['person.created', 'group.created', 'group.members_changed', 'group.created', 'group.members_changed'],
        'person.deactivated',
      ]);
      expect(new Set(entries.map(({ who }) => who))).to.deep.equal(new Set(['provider Cloud Directory 127.0.0.1']));
      expect(entries.at(-1)?.changes).to.deep.equal([value('active', true, false), value('sessions', 1, 0)]);
      expect(entries[0]?.changes.at(-1)).to.deep.equal({ name: 'meta.creatorId', after: connected.provider.id });
    });

    it('records the first Power User as the doing of a visitor', async () => {
      const fresh = await startAnteroom({ store: await open() });
      audit = await watchAudit(fresh.deps);
      const path = new URL((await createSetupLink(fresh.deps)) ?? '').pathname;
      const first = openClient(fresh);
      await first.post(path, { givenName: 'Maya', userName: 'maya.koch', password: testPassword });
      await first.post('/settings/groups/new', { displayName: 'Sales' });
      const entries = await audit();
      expect(entries.map(({ action, who }) => [action, who])).to.deep.equal([
        ['person.created', 'visitor a visitor 127.0.0.1'],
        ['group.created', maya],
      ]);
      expect(entries[0]?.changes).to.deep.include({ name: 'userType', after: 'Power User' });
    });

    it('keeps the values of a custom attribute that is removed', async () => {
      await start();
      const [attribute] = await addAttributes(anteroom.deps, { name: 'clearance' });
      const id = attribute?.id ?? '';
      await addPerson(anteroom.deps, { userName: 'anna.berg' });
      const anna = await known('anna.berg');
      await change(anna, { clearance: 'high' });
      await audit();
      await untilDone(client, await client.post(`/settings/attributes/${id}/removal`, { typed: 'clearance' }));
      expect(await audit()).to.deep.include(about('person.updated', [{ name: `custom.${id}`, before: 'high' }]));
    });

    async function change({ id }: User, fields: Record<string, string>): Promise<void> {
      const path = `/settings/people/${id}`;
      const saved = await client.post(path, { ...fieldsOfForm((await client.get(path)).text, path), ...fields });
      expect(saved.status).to.equal(303);
    }

    async function known(userName: string): Promise<User> {
      const user = await findUserByUserName(anteroom.deps.store.db, userName);
      if (!user) throw new Error(`${userName} is unknown`);
      return user;
    }

    function about(action: string, changes: object[], { who = maya, userName = 'anna.berg' } = {}): object {
      return { action, who, what: `person ${userName}`, changes };
    }
  });
});

const secretPassword = { name: 'password', secret: true };

function value(name: string, before: unknown, after: unknown): object {
  return { name, before, after };
}
