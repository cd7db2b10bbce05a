import { expect } from 'chai';
import { recordChange } from '../../src/audit/record.ts';
import { sealEntries } from '../../src/audit/seal.ts';
import { forwardAudit } from '../../src/audit/syslog/forward.ts';
import { readProgress } from '../../src/audit/syslog/progress.ts';
import { startTcp, startUdp } from '../audit/syslog/support/receivers.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { runCli } from './support/runCli.ts';

describe('cli/auditSyslog', () => {
  const start = (url: string) => testDeps({ env: { AUDIT_SYSLOG: url } });

  it('says that the audit log is not sent, and how to change that', async () => {
    const deps = await testDeps();
    const { code, printed } = await runCli(deps, ['audit', 'syslog']);
    expect([code, printed]).to.deep.equal([0, 'The audit log is not sent by syslog. Set AUDIT_SYSLOG to a receiver.']);
    const { code: failed, complained } = await runCli(deps, ['audit', 'syslog', '--test']);
    expect([failed, complained]).to.deep.equal([1, 'There is no receiver: AUDIT_SYSLOG is not set.']);
  });

  it('shows how it goes, in text and JSON', async () => {
    const receiver = await startTcp((socket, count) => count === 1 && socket.destroy());
    const deps = await start(receiver.url);
    expect((await runCli(deps, ['audit', 'syslog'])).printed).to.match(
      /^State {6}works\nLast sent {2}never\nWaiting {4}0$/m,
    );
    await forwardAudit(deps);
    await record(deps);
    await forwardAudit(deps);
    const error = 'The receiver closed the connection before it had read the messages. Its own log may say why.';
    const { printed } = await runCli(deps, ['audit', 'syslog']);
    expect(printed)
      .to.include(`fails since 2026-03-02T09:00:00.001Z: ${error}`)
      .and.match(/^Waiting {4}1$/m);
    const json = JSON.parse((await runCli(deps, ['audit', 'syslog', '--json'])).printed);
    expect(json).to.deep.include({ receiver: receiver.url, confirmed: true, error, waiting: 1, sentAt: null });
    deps.clock.advance(5_000);
    await forwardAudit(deps);
    const works = JSON.parse((await runCli(deps, ['audit', 'syslog', '--json'])).printed);
    expect(works).to.deep.include({
      failingSince: null,
      retryAt: null,
      sentAt: '2026-03-02T09:00:05.001Z',
      waiting: 0,
    });
  });

  it('sends a test message, and says whether it was read', async () => {
    const receiver = await startTcp((socket, count) => count === 2 && socket.destroy());
    const deps = await start(receiver.url);
    const { code, printed } = await runCli(deps, ['audit', 'syslog', '--test']);
    expect([code, printed]).to.deep.equal([0, 'The receiver has read the test message.']);
    expect(receiver.parsed()[0]).to.include({ messageId: 'audit.test', severity: 6 });
    const failed = await runCli(deps, ['audit', 'syslog', '--test']);
    expect(failed.code).to.equal(1);
    expect(failed.complained).to.match(/^The test message was not sent\. The receiver closed the connection/);
    const { printed: udp } = await runCli(await start((await startUdp()).url), ['audit', 'syslog', '--test']);
    expect(udp).to.match(/^The test message was sent\. Check that it arrived/);
  });

  it('sends all entries again, or none but new ones, and records who wanted that', async () => {
    const receiver = await startTcp();
    const deps = await start(receiver.url);
    for (let index = 0; index < 3; index += 1) await record(deps);
    await runCli(deps, ['audit', 'syslog', '--from', '2']);
    expect(JSON.parse((await runCli(deps, ['audit', 'syslog', '--json', '--from', 'start'])).printed).waiting).to.equal(
      4,
    );
    await runCli(deps, ['audit', 'syslog', '--from', 'now']);
    await sealEntries(deps);
    await forwardAudit(deps);
    const [moved, ...others] = receiver.parsed();
    expect(others).to.deep.equal([]);
    expect(moved?.messageId).to.equal('audit.syslog_moved');
    expect(JSON.parse(moved?.text ?? '')).to.deep.include({ changes: [{ name: 'nextEntry', before: 1, after: 6 }] });
  });

  it('refuses an entry that does not exist', async () => {
    const deps = await start('tls://siem.acme.com');
    await record(deps);
    for (const from of ['0', '3', '-1', 'later', '1e3', 'constructor', '']) {
      const { code, complained } = await runCli(deps, ['audit', 'syslog', `--from=${from}`]);
      expect([code, complained]).to.deep.equal([1, '--from: Use now, start, or the number of an entry up to 2.']);
    }
  });

  it('starts with the first entry that is still there', async () => {
    const deps = await start('tls://siem.acme.com');
    for (let index = 0; index < 3; index += 1) await record(deps);
    await deps.store.db.deleteFrom('auditEntries').where('seq', '<=', 2).execute();
    await runCli(deps, ['audit', 'syslog', '--from', 'start']);
    expect(await readProgress(deps.store.db)).to.include({ seq: 2, missed: 0 });
  });

  async function record(deps: TestDeps): Promise<void> {
    deps.clock.advance(1);
    await recordChange(deps.store.db, deps, 'settings.updated', { kind: 'settings', id: 'intranet', name: 'General' });
    await sealEntries(deps);
  }
});
