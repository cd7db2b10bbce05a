import { expect } from 'chai';
import { recordChange } from '../../src/audit/record.ts';
import { sealEntries } from '../../src/audit/seal.ts';
import { forwardAudit } from '../../src/audit/syslog/forward.ts';
import { changeProgress, sendAfter, startProgress } from '../../src/audit/syslog/progress.ts';
import { checkAuditSyslog } from '../../src/health/auditSyslog.ts';
import { startTcp } from '../audit/syslog/support/receivers.ts';
import { testDeps } from '../support/testDeps.ts';

describe('health/auditSyslog', () => {
  it('says since when entries have not arrived, why, and how many wait, until they arrive', async () => {
    const away = await testDeps({ env: { AUDIT_SYSLOG: 'tls://127.0.0.1:9' } });
    const { db } = away.store;
    await forwardAudit(away);
    await recordChange(db, away, 'settings.updated', { kind: 'settings', id: null, name: 'General' });
    await sealEntries(away);
    await forwardAudit(away);
    expect(await checkAuditSyslog(away)).to.deep.equal([]); // it may be a restart
    away.clock.advance(60_000);
    expect(await checkAuditSyslog(away)).to.deep.equal([
      {
        code: 'audit_syslog',
        severity: 'danger',
        subject: '',
        text: 'Audit entries have not reached syslog since 2026-03-02 09:00 UTC',
        detail:
          'tls://127.0.0.1:9: The receiver cannot be reached: the connection was refused. 1 entry waits and will be sent once it works.',
        href: '/settings/security/audit',
      },
    ]);
    const receiver = await startTcp();
    const back = await testDeps({ store: away.store, at: away.now(), env: { AUDIT_SYSLOG: receiver.url } });
    await forwardAudit(back);
    expect(await checkAuditSyslog(back)).to.deep.equal([]);
  });

  it('tells how many entries were deleted unsent', async () => {
    const deps = await testDeps({ env: { AUDIT_SYSLOG: 'udp://127.0.0.1' } });
    const { db } = deps.store;
    await sendAfter(db, 0);
    const failing = { failingSince: deps.now() - 60_000, error: 'It fails.', missed: 1_200 };
    await changeProgress(db, await startProgress(db), failing);
    const [item] = await checkAuditSyslog(deps);
    expect(item?.detail).to.include('0 entries wait and will be sent once it works. 1,200 entries were deleted before');
  });

  it('finds nothing without a receiver', async () => {
    expect(await checkAuditSyslog(await testDeps())).to.deep.equal([]);
  });
});
