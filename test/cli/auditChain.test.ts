import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { recordChange } from '../../src/audit/record.ts';
import { listUnsealedEntries } from '../../src/store/auditChain.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/auditChain', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  function record(): Promise<void> {
    return recordChange(deps.store.db, deps, 'settings.updated', { kind: 'settings', id: 'intranet', name: 'General' });
  }

  it('adds what a command recorded to the chain', async () => {
    await record();
    await runCli(deps, ['health']);
    expect(await listUnsealedEntries(deps.store.db, 1)).to.deep.equal([]);
  });

  it('verifies the log, and says in numbers what was verified', async () => {
    await record();
    expect(await jsonOf(deps, ['audit', 'verify'])).to.deep.include({ intact: true, entries: 1, last: 1, faults: [] });
    const { printed } = await runCli(deps, ['audit', 'verify']);
    expect(printed).to.contain('The audit log is intact.').and.contain('1, from 1 to 1');
  });

  it('ends with 1 and names the entry if the log was changed', async () => {
    await record();
    await runCli(deps, ['audit', 'verify']);
    await deps.store.db.updateTable('auditEntries').set({ action: 'group.deleted' }).execute();
    const { code, printed } = await runCli(deps, ['audit', 'verify']);
    expect(code).to.equal(1);
    expect(printed).to.match(/^The audit log is not intact: 1 fault\.\nEntry 1 was changed or replaced/);
  });

  it('prints the newest checkpoint, which is logged too, and verifies the log with it', async () => {
    expect((await runCli(deps, ['audit', 'checkpoint'])).complained).to.equal('The audit log has no entries yet.');
    await record();
    const made = await jsonOf(deps, ['audit', 'checkpoint']);
    expect(made).to.deep.include({ version: 1, seq: 1, cut: false });
    const { printed } = await runCli(deps, ['audit', 'checkpoint']);
    expect(JSON.parse(printed), 'nothing new').to.deep.equal(made);
    const logged = deps.logged.filter(({ msg }) => msg === 'audit checkpoint');
    expect(logged.map(({ checkpoint }) => checkpoint)).to.deep.equal([made]);

    await deps.store.db.deleteFrom('auditEntries').execute();
    await deps.store.db.deleteFrom('auditCheckpoints').execute();
    const file = join(tempFolder(), 'checkpoint.json');
    for (const content of [printed, JSON.stringify(logged[0])]) {
      writeFileSync(file, content);
      const verified = await runCli(deps, ['audit', 'verify', '--checkpoint', file]);
      expect(verified.code).to.equal(1);
      expect(verified.printed).to.contain('Entry 1 is missing: the log ends before');
    }
  });

  it('sets for how many days entries are kept', async () => {
    const { printed } = await runCli(deps, ['audit', 'keep', '365']);
    expect(printed).to.equal('Audit entries are kept for 365 days. 0 older entries were deleted.');
    const { code, complained } = await runCli(deps, ['audit', 'keep', '7']);
    expect([code, complained]).to.deep.equal([1, 'Enter a number of days from 30 to 3,650.']);
  });

  it('refuses a file without a checkpoint, and keys that are none', async () => {
    const file = join(tempFolder(), 'checkpoint.json');
    for (const content of ['', 'x', 'null', '[]', '{"version":2}', '{"checkpoint":{"version":1,"seq":1.5}}']) {
      writeFileSync(file, content);
      const { code, complained } = await runCli(deps, ['audit', 'verify', '--checkpoint', file]);
      expect([code, complained]).to.deep.equal([
        1,
        'This is no checkpoint. Use what `anteroom audit checkpoint` printed.',
      ]);
    }
    expect((await runCli(deps, ['audit', 'verify', '--checkpoint', '/nowhere'])).complained).to.contain('not found');
    expect((await runCli(deps, ['audit', 'verify', '--trust', 'x'])).code).to.equal(2);
  });
});
