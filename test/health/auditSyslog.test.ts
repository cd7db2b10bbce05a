import { expect } from 'chai';
import { recordChange } from '../../src/audit/record.ts';
import { sealEntries } from '../../src/audit/seal.ts';
import { forwardAudit } from '../../src/audit/syslog/forward.ts';
import { changeProgress, startProgress } from '../../src/audit/syslog/progress.ts';
import { checkAuditSyslog } from '../../src/health/auditSyslog.ts';
import { startTcp } from '../audit/syslog/support/receivers.ts';
import { testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('health/auditSyslog', () => {
  it('says since when entries have not arrived, why, and how many wait, until they arrive', async () => {
    const away = await testDeps({ env: { AUDIT_SYSLOG: 'tls://127.0.0.1:9' } });
    const { db } = away.store;
    await forwardAudit(away);
    await recordChange(db, away, 'settings.updated', { kind: 'settings', id: 'intranet', name: 'General' });
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
        href: '/settings/security/audit/integrity',
      },
    ]);
    const receiver = await startTcp();
    const back = await testDeps({ store: away.store, at: away.now(), env: { AUDIT_SYSLOG: receiver.url } });
    await forwardAudit(back);
    expect(await checkAuditSyslog(back)).to.deep.equal([]);
  });

  it('tells when retention will delete entries unsent, and how many it has', async () => {
    const deps = await testDeps({ env: { AUDIT_SYSLOG: 'tls://127.0.0.1:9' } });
    await forwardAudit(deps);
    await recordChange(deps.store.db, deps, 'settings.updated', { kind: 'settings', id: 'intranet', name: 'General' });
    await sealEntries(deps);
    await forwardAudit(deps);
    deps.clock.advance(700 * DAY_MS);
    expect((await checkAuditSyslog(deps))[0]?.detail).not.to.include('kept');
    deps.clock.advance(17 * DAY_MS);
    const waits = '1 entry waits and will be sent once it works.';
    const expires = 'They are kept for 730 days: the oldest one expires in 13 days.';
    expect((await checkAuditSyslog(deps))[0]?.detail).to.match(new RegExp(`${waits} ${expires}$`));
    const progress = await startProgress(deps.store.db);
    await changeProgress(deps.store.db, progress, { seq: 1, missed: 1_200 });
    expect((await checkAuditSyslog(deps))[0]?.detail).to.match(
      /0 entries wait and will be sent once it works\. 1,200 entries were deleted before they could be sent\.$/,
    );
  });

  it('finds nothing without a receiver', async () => {
    expect(await checkAuditSyslog(await testDeps())).to.deep.equal([]);
  });
});
