import { expect } from 'chai';
import { fieldsOfForm } from '../admin/support/formFields.ts';
import { keyOf } from '../admin/support/sources.ts';
import { untilDone } from '../admin/support/untilDone.ts';
import { runCli } from '../cli/support/runCli.ts';
import type { Anteroom } from '../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../support/client.ts';
import { sendRaw } from '../support/hostClient.ts';
import { withStores } from '../support/stores.ts';
import { type Entry, storedAudit, watchAudit } from './support/entries.ts';

const SCIM = '/settings/profile-sources/scim';
const maya = 'person maya.koch 127.0.0.1';
const DAY_MS = 86_400_000;

describe('audit of profile sources', () => {
  withStores((open) => {
    let anteroom: Anteroom;
    let client: Client;
    let audit: () => Promise<Entry[]>;

    beforeEach(async () => {
      ({ anteroom, client } = await startAsPowerUser({}, { store: await open() }));
      audit = await watchAudit(anteroom.deps);
    });

    it('records a source, its settings, its tokens and its removal, and never a token', async () => {
      const { id, token } = keyOf(await client.post(SCIM, { name: 'JumpCloud', active: 'on' }));
      const [created, first] = await audit();
      expect(created).to.include({ action: 'source.created', who: maya, what: 'source JumpCloud' });
      expect(created?.changes).to.deep.include({ name: 'mayTakeOver', after: true });
      const never = { name: 'expiresAt', after: 'never' };
      expect(first).to.deep.equal(entry('source.token_created', [{ name: 'hint', after: token.slice(-4) }, never]));

      const path = `${SCIM}/${id}`;
      await client.post(path, { ...fieldsOfForm((await client.get(path)).text, path), networks: '192.0.2.0/24' });
      await client.post(path, fieldsOfForm((await client.get(path)).text, path));
      const next = keyOf(await client.post(`${path}/token`, { overlap: '7', lifetime: '' }));
      const inAWeek = new Date(anteroom.deps.now() + 7 * DAY_MS).toISOString();
      expect(await audit()).to.deep.equal([
        entry('source.updated', [{ name: 'networks', before: [], after: ['192.0.2.0/24'] }]),
        entry('source.token_deleted', [
          { name: 'hint', before: token.slice(-4) },
          { name: 'expiresAt', before: 'never', after: inAWeek },
        ]),
        entry('source.token_created', [{ name: 'hint', after: next.token.slice(-4) }, never]),
      ]);

      await untilDone(client, await client.post(`${path}/removal`, { typed: 'JumpCloud', people: 'keep' }));
      const removal = (await audit()).filter(({ what }) => what === 'source JumpCloud');
      expect(removal.map(({ action }) => action)).to.deep.equal(['source.updated', 'source.deleted']);
      expect(removal[0]?.changes).to.deep.equal([{ name: 'active', before: true, after: false }]);
      expect(removal[1]?.changes).to.deep.include({ name: 'networks', before: ['192.0.2.0/24'] });
      const stored = await storedAudit(anteroom.deps);
      for (const secret of [token, next.token]) expect(stored).not.to.contain(secret);
    });

    it('records what a source owns and where what it sends goes, however that is changed', async () => {
      const { id, token } = keyOf(await client.post(SCIM, { name: 'JumpCloud', active: 'on' }));
      await audit();
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
      const body = JSON.stringify({ userName: 'anna.berg', title: 'Clerk' });
      await sendRaw(anteroom, '/api/v2/scim/v2/Users', { method: 'POST', headers, body });
      await client.post(`${SCIM}/${id}/attributes`, { shown: 'title', own: 'department' });
      await runCli(anteroom.deps, ['scim', 'mapping', 'JumpCloud', '--map', 'costCode=location']);
      const owned = ['userName', 'active'];
      const changed = (await audit()).filter(({ what }) => what === 'source JumpCloud');
      expect(changed).to.deep.equal([
        entry(
          'source.updated',
          [{ name: 'owned', before: owned, after: [...owned, 'title'] }],
          'source JumpCloud 127.0.0.1',
        ),
        entry('source.updated', [
          { name: 'owned', before: [...owned, 'title'], after: [...owned, 'department'] },
          { name: 'leftOut', before: [], after: ['title'] },
        ]),
        entry(
          'source.updated',
          [{ name: 'mapping', before: [], after: [{ from: 'costCode', to: 'location' }] }],
          'commandLine root',
        ),
      ]);
    });
  });
});

function entry(action: string, changes: object[], who = maya): object {
  return { action, who, what: 'source JumpCloud', changes };
}
