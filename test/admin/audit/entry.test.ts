import { expect } from 'chai';
import { recordEndedSessions } from '../../../src/login/recordSessions.ts';
import { insertAuditEntry } from '../../../src/store/audit.ts';
import { listAudit } from '../../../src/store/auditSearch.ts';
import { insertProvider } from '../../../src/store/identityProviders.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { anAuditEntry, aProvider } from '../../support/rows.ts';

const PATH = '/settings/security/audit';

describe('an entry of the audit log', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser());
  });

  it('shows each change before and after, with names for IDs, and what a secret and a long value leave', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna', familyName: 'Berg' });
    const cut = { start: `<x>${'y'.repeat(700)}`, length: 12_345, sha256: 'ab12' };
    const id = await add({
      what: {
        name: '"><script>',
        changes: [
          { name: 'autoLogin', before: false, after: true },
          { name: 'members', added: [anna.id], removed: ['11111111-1111-4111-8111-111111111111'] },
          { name: 'emails', before: ['a@acme.com', 'b@acme.com'], after: ['b@acme.com', 'c@acme.com'] },
          { name: 'metadataXml', before: cut },
          { name: 'expiresAt', after: Date.UTC(2026, 5, 1) },
          { name: 'greeting', before: '', after: 'evil\u202egnp\u0007' },
          { name: 'token', secret: true },
        ],
      },
    });
    const { text } = await client.get(`${PATH}/${id}`);
    expect(text).to.contain('<bdi>Auto Login</bdi>').and.contain('>no</bdi>').and.contain('>yes</bdi>');
    expect(text).to.contain(`<a href="/settings/people/${anna.id}"><bdi>Anna Berg</bdi></a>`);
    expect(text).to.contain('11111111-1111-4111-8111-111111111111');
    expect(text).to.contain('c@acme.com').and.contain('1 unchanged').and.not.contain('b@acme.com');
    expect(text).to.contain('<summary><bdi>&lt;x&gt;yyy').and.contain('The first 703 of 12,345 characters. SHA-256');
    expect(text).to.contain('<time datetime="2026-06-01T00:00:00.000Z"');
    expect(text).to.contain('evil⟨U+202E⟩gnp␇').and.contain('>empty</bdi>');
    expect(text).to.contain('changed, value not recorded');
    expect(text).to.contain('Person changed: &#34;&gt;&lt;script&gt;').and.not.contain('"><script>');
    expect(text).to.contain('Not yet sealed').and.contain(`href="${PATH}?about=person&amp;target=`);
  });

  it('leads from one change of the audit log, or of the sessions of several people, to the next', async () => {
    const { deps } = anteroom;
    const sessions = (count: number) =>
      recordEndedSessions(deps.store.db, deps, ['a', 'b', 'c'].slice(0, count), {
        providerId: undefined,
        domainId: undefined,
      });
    for (const count of [2, 3]) {
      await sessions(count);
      deps.clock.advance(1_000);
    }
    const { rows } = await listAudit(deps.store.db, { targetKind: 'sessions' }, { limit: 5 });
    const [second, first] = rows.map(({ id }) => id);
    const { text } = await client.get(`${PATH}/${second}`);
    expect(text).to.contain(`rel="prev" href="${PATH}/${first}"`).and.contain(`href="${PATH}?about=sessions"`);
  });

  it('names the settings of notifications in words, and links the providers', async () => {
    const { deps } = anteroom;
    const provider = aProvider({ name: 'Okta' });
    await insertProvider(deps.store.db, provider, '<xml/>');
    const fields = {
      host: 'smtp.acme.com',
      port: '587',
      security: 'starttls',
      user: 'anteroom',
      password: 'mail password',
    };
    await client.post('/settings/notifications', { ...fields, providers: provider.id });
    const { rows } = await listAudit(deps.store.db, { targetKind: 'settings' }, { limit: 1 });
    const { text } = await client.get(`${PATH}/${rows[0]?.id}`);
    expect(text).to.contain('Password of the mail server').and.contain('Contacts of identity providers');
    const [, href = ''] =
      new RegExp(`<a href="([^"]+/identity-providers/${provider.id})"><bdi>Okta</bdi></a>`).exec(text) ?? [];
    expect((await client.get(href)).status, 'a provider that is used at no domain').to.equal(200);
  });

  it('shows the number and the hash, what was erased, and the changes of the same before and after', async () => {
    const targetId = '22222222-2222-4222-8222-222222222222';
    const ids = [];
    for (let i = 0; i < 3; i += 1) ids.push(await add({ targetId, at: anteroom.deps.now() + i }));
    const { db } = anteroom.deps.store;
    const sealed = { seq: 41, hash: 'ff00', whoJson: null, whatJson: null };
    await db
      .updateTable('auditEntries')
      .set(sealed)
      .where('id', '=', ids[1] ?? '')
      .execute();
    const { text } = await client.get(`${PATH}/${ids[1]}`);
    expect(text).to.contain('#41').and.contain('ff00').and.contain('>erased<').and.not.contain('Not yet sealed');
    expect(text).to.contain(`rel="prev" href="${PATH}/${ids[0]}"`).and.contain(`rel="next" href="${PATH}/${ids[2]}"`);
    expect(text).to.contain(`href="${PATH}?target=${targetId}"`).and.contain('the chain can be verified');
  });

  it('shows hundreds of changes, and none', async () => {
    const changes = Array.from({ length: 400 }, (_, i) => ({ name: `field${i}`, after: i }));
    expect((await client.get(`${PATH}/${await add({ what: { changes } })}`)).text).to.contain('Field399');
    expect((await client.get(`${PATH}/${await add({})}`)).text).to.contain('This action has no values.');
  });

  it('is not found if retention deleted it', async () => {
    for (const id of ['33333333-3333-4333-8333-333333333333', 'x%00'])
      expect((await client.get(`${PATH}/${id}`)).status).to.equal(404);
  });

  async function add(values: Parameters<typeof anAuditEntry>[0]): Promise<string> {
    const entry = anAuditEntry({ at: anteroom.deps.now(), ...values });
    await insertAuditEntry(anteroom.deps.store.db, entry);
    return entry.id;
  }
});
