import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { isSigned, readCheckpoint } from '../../../src/audit/checkpoint.ts';
import { makeCheckpoint } from '../../../src/audit/makeCheckpoint.ts';
import { recordChange } from '../../../src/audit/record.ts';
import { sealEntries } from '../../../src/audit/seal.ts';
import { forwardAudit, LEASE_MS, PAUSES_MS } from '../../../src/audit/syslog/forward.ts';
import {
  changeProgress,
  type Progress,
  readProgress,
  sendAfter,
  startProgress,
} from '../../../src/audit/syslog/progress.ts';
import { openStore, type Store } from '../../../src/db/open.ts';
import type { AuditChange } from '../../../src/store/audit.ts';
import { startServer } from '../../support/program.ts';
import { freshDatabaseUrl, withStores } from '../../support/stores.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { type Handle, type RunningReceiver, startTcp, startUdp } from './support/receivers.ts';

describe('audit/syslog/forward', () => {
  withStores((open) => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
    });

    it('sends new entries in their order, and each once, from its first start on', async () => {
      const { receiver, deps } = await start();
      await record(deps, 'before');
      await sealEntries(deps);
      await forwardAudit(deps);
      expect(receiver.connections).to.equal(0);
      for (let index = 1; index <= 130; index += 1) await record(deps, `n${index}`); // more than one batch
      await forwardAudit(deps); // not sealed yet: they have no order
      expect(receiver.connections).to.equal(0);
      await sealEntries(deps);
      await forwardAudit(deps);
      await forwardAudit(deps);
      expect(targetsIn(receiver)).to.deep.equal(Array.from({ length: 130 }, (_, index) => `n${index + 1}`));
      expect(await progress()).to.include({ seq: 131, sentAt: deps.now(), failingSince: null, missed: 0 });
    });

    it('does nothing without a receiver', async () => {
      await forwardAudit(await testDeps({ store }));
      expect(await readProgress(store.db)).to.equal(undefined);
    });

    it('sends again what a receiver may not have read, after growing pauses, and says what is wrong meanwhile', async () => {
      const { receiver, deps } = await start((socket, count) => count <= 2 && socket.destroy());
      await forwardAudit(deps);
      await record(deps, 'a');
      await sealEntries(deps);
      await forwardAudit(deps);
      const since = deps.now();
      const error = 'The receiver closed the connection before it had read the messages. Its own log may say why.';
      expect(await progress()).to.include({ seq: 0, failingSince: since, failures: 1, error, retryAt: since + 5_000 });
      await forwardAudit(deps);
      expect(receiver.connections).to.equal(1); // it waits
      deps.clock.advance(5_000);
      await record(deps, 'b');
      await sealEntries(deps);
      await forwardAudit(deps);
      expect(await progress()).to.include({ failingSince: since, failures: 2, retryAt: deps.now() + 15_000 });
      deps.clock.advance(15_000);
      await forwardAudit(deps);
      expect(targetsIn(receiver)).to.deep.equal(['a', 'b']);
      expect(await progress()).to.include({ seq: 2, failingSince: null, failures: 0, error: null });
      const logged = deps.logged.map(({ msg }) => msg);
      expect(logged).to.deep.equal(['audit log cannot be sent to syslog', 'audit log is sent to syslog again']);
    });

    it('tries a receiver that is away for hours every five minutes', async () => {
      const { deps } = await start();
      const away = await testDeps({ store, env: { AUDIT_SYSLOG: 'tcp://127.0.0.1:9' } });
      await forwardAudit(away);
      await record(away, 'a');
      await sealEntries(away);
      for (let attempt = 1; attempt <= 8; attempt += 1) {
        await forwardAudit(away);
        away.clock.at = (await progress()).retryAt;
      }
      expect(await progress()).to.include({ failures: 8, retryAt: away.now(), seq: 0 });
      expect(PAUSES_MS.at(-1)).to.equal(300_000);
      deps.clock.at = away.now();
      await forwardAudit(deps);
      expect(await progress()).to.include({ failures: 0, seq: 1 });
    });

    it('lets one server send at a time, and takes over from one that died', async () => {
      const { receiver, deps } = await start((socket, count) => count === 1 && socket.pause());
      const other = await testDeps({ store, seed: 'other', env: { AUDIT_SYSLOG: receiver.url } });
      await forwardAudit(deps);
      await record(deps, 'a');
      await sealEntries(deps);
      const stuck = forwardAudit(deps);
      while (receiver.connections === 0) await setImmediate();
      await forwardAudit(other);
      expect(receiver.connections).to.equal(1);
      other.clock.at = deps.now() + LEASE_MS;
      await forwardAudit(other);
      expect(targetsIn(receiver)).to.deep.equal(['a']);
      deps.background.stop();
      await stuck;
      expect(await progress()).to.include({ seq: 1, leasedUntil: 0 });
    });

    it('sends each entry once if two servers start at the same time', async () => {
      const { receiver, deps } = await start();
      const other = await testDeps({ store, seed: 'other', at: deps.now() + 1, env: { AUDIT_SYSLOG: receiver.url } });
      await forwardAudit(deps);
      await record(deps, 'a');
      await sealEntries(deps);
      await Promise.all([forwardAudit(deps), forwardAudit(other)]);
      expect(targetsIn(receiver)).to.deep.equal(['a']);
    });

    it('stops at once with the server, and resumes with the next one', async () => {
      const { receiver, deps } = await start((socket, count) => count === 1 && socket.pause());
      await forwardAudit(deps);
      await record(deps, 'a');
      await sealEntries(deps);
      const stopped = forwardAudit(deps);
      while (receiver.connections === 0) await setImmediate();
      deps.background.stop();
      await stopped;
      expect(await progress()).to.include({ seq: 0, leasedUntil: 0, failures: 0 });
      await forwardAudit(await testDeps({ store, env: { AUDIT_SYSLOG: receiver.url } }));
      expect(targetsIn(receiver)).to.deep.equal(['a']);
    });

    it('counts entries that were deleted before they could be sent', async () => {
      const { receiver, deps } = await start();
      await forwardAudit(deps);
      for (const name of ['a', 'b', 'c']) await record(deps, name);
      await sealEntries(deps);
      await store.db.deleteFrom('auditEntries').where('seq', '<=', 2).execute();
      await forwardAudit(deps);
      expect(targetsIn(receiver)).to.deep.equal(['c']);
      expect(await progress()).to.include({ seq: 3, missed: 2 });
    });

    it('sends signed checkpoints after their entries, each once', async () => {
      const { receiver, deps } = await start();
      await forwardAudit(deps);
      await record(deps, 'a');
      await sealEntries(deps);
      await makeCheckpoint(deps);
      await record(deps, 'b');
      await sealEntries(deps);
      await forwardAudit(deps);
      const made = await makeCheckpoint(deps);
      await forwardAudit(deps);
      await forwardAudit(deps);
      const { parsed } = receiver;
      const names = parsed().map(({ structure, messageId }) => structure[0]?.params.target ?? messageId);
      expect(names).to.deep.equal(['a', 'audit.checkpoint', 'b', 'audit.checkpoint']);
      const checkpoint = readCheckpoint(parsed()[3]?.text ?? '');
      expect(checkpoint).to.deep.include({ ok: true });
      expect(checkpoint.ok && checkpoint.value).to.deep.include(made ?? {});
      expect(checkpoint.ok && (await isSigned(checkpoint.value))).to.equal(true);
    });

    it('keeps to the size that receivers by UDP take', async () => {
      const receiver = await startUdp();
      const deps = await testDeps({ store, env: { AUDIT_SYSLOG: receiver.url, AUDIT_SYSLOG_FACILITY: 'local7' } });
      await forwardAudit(deps);
      await record(deps, 'a', [{ name: 'notes', after: 'x'.repeat(3_000) }]);
      await sealEntries(deps);
      await forwardAudit(deps);
      while (receiver.messages.length === 0) await setImmediate();
      expect(receiver.messages[0]?.length).to.be.at.most(2_048);
      const [parsed] = receiver.parsed();
      expect(parsed).to.include({ facility: 23, host: 'localhost', app: 'anteroom', processId: String(process.pid) });
      expect(JSON.parse(parsed?.text ?? '').changes).to.deep.equal([{ name: 'notes', cut: true }]);
    });

    it('sends from another place if the operator wants it, even while it fails', async () => {
      const { receiver, deps } = await start();
      await forwardAudit(deps);
      for (const name of ['a', 'b', 'c']) await record(deps, name);
      await sealEntries(deps);
      await changeProgress(store.db, await progress(), {
        seq: 3,
        failures: 4,
        retryAt: deps.now() + 300_000,
        missed: 7,
      });
      await sendAfter(store.db, 1);
      await forwardAudit(deps);
      expect(targetsIn(receiver)).to.deep.equal(['b', 'c']);
      expect(await progress()).to.include({ seq: 3, missed: 0, failures: 0 });
    });

    async function start(handle?: Handle): Promise<{ receiver: RunningReceiver; deps: TestDeps }> {
      const receiver = await startTcp(handle);
      return { receiver, deps: await testDeps({ store, env: { AUDIT_SYSLOG: receiver.url } }) };
    }

    async function progress(): Promise<Progress> {
      return startProgress(store.db);
    }
  });

  it('sends everything after the server was killed while it sent', async function () {
    this.timeout(90_000);
    const url = await freshDatabaseUrl('sqlite');
    const here = await testDeps({ store: await openStore(url) });
    await startProgress(here.store.db);
    for (let index = 1; index <= 130; index += 1) await record(here, `n${index}`);
    const connected = Promise.withResolvers<void>();
    const receiver = await startTcp((socket, count) => {
      if (count !== 2) return;
      socket.pause();
      connected.resolve();
    });
    const env = { DATABASE_URL: url, SECRET_KEY: Buffer.alloc(32, 7).toString('base64'), AUDIT_SYSLOG: receiver.url };
    const { child } = await startServer(env);
    await connected.promise;
    child.kill('SIGKILL');
    const next = await testDeps({
      store: here.store,
      at: Date.now() + LEASE_MS + 1,
      env: { AUDIT_SYSLOG: receiver.url },
    });
    await forwardAudit(next);
    const sent = receiver
      .parsed()
      .flatMap(({ structure, messageId }) => (messageId === 'settings.updated' ? structure[0]?.params.target : []));
    expect(sent).to.deep.equal(Array.from({ length: 130 }, (_, index) => `n${index + 1}`));
    await here.store.close();
  });
});

async function record(deps: TestDeps, name: string, changes: AuditChange[] = []): Promise<void> {
  deps.clock.advance(1);
  await recordChange(deps.store.db, deps, 'settings.updated', { kind: 'settings', id: 'intranet', name }, changes);
}

function targetsIn(receiver: RunningReceiver): (string | undefined)[] {
  return receiver.parsed().map(({ structure }) => structure[0]?.params.target);
}
