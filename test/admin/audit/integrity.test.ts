import { expect } from 'chai';
import { readAuditDays } from '../../../src/audit/auditDays.ts';
import { keptCheckpoint } from '../../../src/audit/checkpoint.ts';
import { type LastVerification, startVerification } from '../../../src/audit/lastVerification.ts';
import { makeCheckpoint } from '../../../src/audit/makeCheckpoint.ts';
import { sealEntries } from '../../../src/audit/seal.ts';
import { forwardAudit } from '../../../src/audit/syslog/forward.ts';
import { deriveSecrets } from '../../../src/secrets.ts';
import { insertAuditEntry } from '../../../src/store/audit.ts';
import { writeSetting } from '../../../src/store/settings.ts';
import { startTcp } from '../../audit/syslog/support/receivers.ts';
import type { Anteroom } from '../../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { anAuditEntry } from '../../support/rows.ts';
import { aWebhook } from '../../webhooks/support/receiver.ts';

const PATH = '/settings/security/audit/integrity';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('the integrity of the audit log', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser({ givenName: 'Maya' }));
  });

  it('is verified with a button, and shows faults with links to their entries', async () => {
    const { db } = anteroom.deps.store;
    expect((await client.get(PATH)).text).to.contain('Not verified on this page yet');
    for (let i = 0; i < 3; i += 1) await add({ what: { name: `person ${i}` } });
    const intact = await verify();
    expect(intact).to.contain('>Intact</span>').and.not.contain('data-refresh');
    const { seq } = await db
      .selectFrom('auditEntries')
      .select('seq')
      .where('seq', 'is not', null)
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow();
    await db.updateTable('auditEntries').set({ action: 'person.deleted' }).where('seq', '=', seq).execute();
    const changed = await verify();
    expect(changed).to.contain('>Not intact</span>').and.contain(`href="/settings/security/audit?q=%23${seq}"`);
    expect((await client.get('/settings/security/audit')).text)
      .to.contain('The audit log is not intact: 1 fault')
      .and.contain(`<a href="${PATH}">Show</a>`);
    expect((await client.get('/settings')).text).to.contain('The audit log is not intact: 1 fault');
  });

  it('uses a checkpoint that was kept elsewhere and earlier keys, as the command line does', async () => {
    const { deps } = anteroom;
    await add({});
    await sealEntries(deps);
    const secrets = deriveSecrets(Buffer.alloc(32, 8), deps.randomBytes);
    const old = await makeCheckpoint({ ...deps, secrets });
    if (!old) throw new Error('no checkpoint');
    expect(await verify()).to.contain(`verify again and trust it (--trust): ${old.publicKey}`);
    expect(await verify({ trust: ` ${old.publicKey}\r\n` }))
      .to.contain('>Intact</span>')
      .and.contain('Trusted too');
    expect(await verify(), 'once only').to.contain('>Not intact</span>');
    const kept = JSON.stringify(keptCheckpoint({ ...old, seq: old.seq + 9 }));
    expect(await verify({ trust: old.publicKey, checkpoint: kept })).to.contain('is forged or was changed');
    const refused = await client.post(`${PATH}/verification`, { trust: 'x', checkpoint: '{}' });
    expect(refused.status).to.equal(422);
    expect(refused.text)
      .to.contain('Enter public keys of 43 characters')
      .and.contain('This is no checkpoint.')
      .and.contain('>x</textarea>');
  });

  it('runs one verification at a time, and one that was lost can be started again', async () => {
    const { deps } = anteroom;
    const running: LastVerification = { startedAt: deps.now(), state: 'running' };
    await writeSetting(deps.store.db, 'auditVerification', running);
    expect(await verify())
      .to.contain('data-refresh')
      .and.contain('You can leave this page');
    // The second one was started before the clock was set back.
    for (const startedAt of [deps.now() - 2 * HOUR_MS, deps.now() + 2 * HOUR_MS]) {
      await writeSetting(deps.store.db, 'auditVerification', { ...running, startedAt });
      expect((await client.get(PATH)).text)
        .to.contain('Interrupted before the end')
        .and.not.contain('data-refresh');
    }
    deps.background.stop();
    await startVerification(deps);
    await deps.background.finished();
    expect((await client.get(PATH)).text).to.contain('Interrupted before the end');
  });

  it('sets for how long entries are kept, and asks before it deletes', async () => {
    const { deps } = anteroom;
    await add({ at: deps.now() - 100 * DAY_MS });
    await add({ at: deps.now() - 99 * DAY_MS });
    await sealEntries(deps);
    const first = await client.post(`${PATH}/retention`, { days: '60' });
    expect(first.status).to.equal(422);
    expect(first.text)
      .to.contain('This deletes 2 entries at once')
      .and.contain('value="60"')
      .and.contain('Save and delete');
    expect(await readAuditDays(deps.store.db)).to.equal(730);
    const confirmed = await client.post(`${PATH}/retention`, { days: '60', confirmed: 'on' });
    expect([confirmed.status, await readAuditDays(deps.store.db)]).to.deep.equal([303, 60]);
    expect((await client.get(PATH)).text)
      .to.contain('entries are kept for 60 days')
      .and.contain('older entries were deleted');
    expect((await client.post(`${PATH}/retention`, { days: '400' })).status).to.equal(303);
    const wrong = await client.post(`${PATH}/retention`, { days: '5' });
    expect([wrong.status, wrong.text]).to.deep.include(422);
    expect(wrong.text).to.contain('id="days-error"').and.contain('value="5"');
  });

  it('says where entries are sent', async () => {
    expect((await client.get(PATH)).text)
      .to.contain('AUDIT_SYSLOG')
      .and.contain('None gets the event');
    const { webhook } = await aWebhook(anteroom.deps, 'http://127.0.0.1:9/', ['audit.recorded'], {
      description: 'SIEM',
    });
    const { text } = await client.get(PATH);
    expect(text).to.contain(`<a href="/settings/webhooks/${webhook.id}"><bdi>SIEM</bdi></a>`);
  });

  it('shows how syslog goes, and sends a test message', async () => {
    expect((await client.post(`${PATH}/syslog-test`, {})).status).to.equal(404);
    const receiver = await startTcp((socket, count) => count > 1 && socket.destroy());
    ({ anteroom, client } = await startAsPowerUser({}, { env: { AUDIT_SYSLOG: receiver.url } }));
    expect((await client.get(PATH)).text)
      .to.contain(receiver.url)
      .and.contain('Last sent never.');
    expect((await client.post(`${PATH}/syslog-test`, {})).status).to.equal(303);
    expect((await client.get(PATH)).text).to.contain('The receiver has read the test message.');
    expect(receiver.parsed()[0]).to.include({ messageId: 'audit.test' });
    await client.post(`${PATH}/syslog-test`, {});
    expect((await client.get(PATH)).text).to.contain('The test message was not sent. The receiver closed');
    await forwardAudit(anteroom.deps);
    await add({});
    await sealEntries(anteroom.deps);
    await forwardAudit(anteroom.deps);
    expect((await client.get(PATH)).text)
      .to.contain('Fails since')
      .and.match(/\d waiting\./);
  });

  async function verify(given: Record<string, string> = {}): Promise<string> {
    expect((await client.post(`${PATH}/verification`, given)).status).to.equal(303);
    await anteroom.deps.background.finished();
    return (await client.get(PATH)).text;
  }

  function add(values: Parameters<typeof anAuditEntry>[0]): Promise<void> {
    return insertAuditEntry(anteroom.deps.store.db, anAuditEntry({ at: anteroom.deps.now(), ...values }));
  }
});
