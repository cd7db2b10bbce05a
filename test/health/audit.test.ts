import { expect } from 'chai';
import { startVerification } from '../../src/audit/lastVerification.ts';
import { recordChange } from '../../src/audit/record.ts';
import { trimAudit } from '../../src/audit/retention.ts';
import { sealEntries } from '../../src/audit/seal.ts';
import { checkAudit } from '../../src/health/audit.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('health/audit', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    for (let count = 0; count < 3; count += 1) await record();
    await sealEntries(deps);
  });

  it('says after a verification with faults how many there are, until the log is intact', async () => {
    await verify();
    expect(await checkAudit(deps)).to.deep.equal([]);
    await setAction('settings.updated', 'person.deleted');
    await verify();
    const [item, ...others] = await checkAudit(deps);
    expect(item).to.deep.include({
      code: 'audit_not_intact',
      severity: 'danger',
      text: 'The audit log is not intact: 1 fault',
      href: '/settings/security/audit/integrity',
    });
    expect(item?.detail).to.match(/^Verified 2026-03-02 09:00 UTC: Entry 2 was changed or replaced/);
    expect(others).to.deep.equal([]);
    await setAction('person.deleted', 'settings.updated');
    await startVerification(deps);
    expect((await checkAudit(deps)).length, 'while it is verified again').to.equal(1);
    await deps.background.finished();
    expect(await checkAudit(deps)).to.deep.equal([]);
  });

  it('says so too once retention has found that the log is not intact', async () => {
    await setAction('settings.updated', 'person.deleted');
    deps.clock.advance(800 * DAY_MS);
    await record();
    await sealEntries(deps);
    expect(await trimAudit(deps)).to.equal(0);
    expect((await checkAudit(deps)).map(({ code }) => code)).to.deep.equal(['audit_not_intact']);
  });

  it('says after ten minutes that entries cannot join the chain', async () => {
    await record();
    deps.clock.advance(599_999);
    expect(await checkAudit(deps)).to.deep.equal([]);
    deps.clock.advance(1);
    expect(await checkAudit(deps)).to.have.nested.property(
      '[0].text',
      'New audit entries have not joined the chain since 2026-03-02 09:00 UTC',
    );
    await sealEntries(deps);
    expect(await checkAudit(deps)).to.deep.equal([]);
  });

  const record = () =>
    recordChange(deps.store.db, deps, 'settings.updated', { kind: 'settings', id: 'intranet', name: 'General' });

  async function verify(): Promise<void> {
    await startVerification(deps);
    await deps.background.finished();
  }

  async function setAction(from: string, to: string): Promise<void> {
    await deps.store.db
      .updateTable('auditEntries')
      .set({ action: to })
      .where('seq', '=', 2)
      .where('action', '=', from)
      .execute();
  }
});
