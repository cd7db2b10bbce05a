import { expect } from 'chai';
import { insertAuditEntry } from '../../src/store/audit.ts';
import { addPerson } from '../support/anteroom.ts';
import { anAuditEntry } from '../support/rows.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/audit', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('lists entries with the filters of the screen, newest first', async () => {
    expect((await runCli(deps, ['audit', 'list'])).printed).to.equal('There are no entries.');
    const changes = [{ name: 'autoLogin', before: false, after: true }];
    await add({ targetKind: 'domain', action: 'domain.updated', what: { name: 'a\u001b[31m', changes } });
    await add({
      actorKind: 'commandLine',
      who: { name: 'root', address: null },
      what: { name: 'b' },
      at: deps.now() + 5,
    });
    const { printed } = await runCli(deps, ['audit', 'list']);
    expect(printed.split('\n')).to.have.lengthOf(3);
    expect(printed)
      .to.match(/root .* Person changed: b/)
      .and.match(/192\.0\.2\.1 +Domain changed: a␛\[31m +Auto Login: no → yes/);
    const found = async (...args: string[]) =>
      (await jsonOf(deps, ['audit', 'list', ...args]))
        .map(({ target }: { target: string }) => target.charAt(0))
        .join('');
    expect(await found()).to.equal('ba');
    for (const args of [
      ['--search', 'autoL'],
      ['--who', 'maya'],
      ['--by', 'person'],
      ['--action', 'domain.*'],
      ['--about', 'domain'],
      ['--target', 'A'],
      ['--network', '192.0.2.0/24'],
    ])
      expect(await found(...args), args.join(' ')).to.equal('a');
    expect(await found('--limit', '1')).to.equal('b');
    expect(await found('--from', '2026-03-03')).to.equal('');
    const refused = await runCli(deps, ['audit', 'list', '--network', 'x', '--by', 'y']);
    expect([refused.code, refused.complained]).to.deep.include(1);
    expect(refused.complained).to.contain('--network: Enter addresses').and.contain('--by: Choose one of these');
  });

  it('shows an entry by its ID or number, with names for IDs', async () => {
    const anna = await addPerson(deps, { userName: 'anna.berg', givenName: 'Anna', familyName: 'Berg' });
    const changes = [
      { name: 'members', added: [anna.id] },
      { name: 'token', secret: true as const },
    ];
    const id = await add({ targetKind: 'group', action: 'group.members_changed', what: { name: 'Friends', changes } });
    const { printed } = await runCli(deps, ['audit', 'show', id]);
    expect(printed)
      .to.match(/^Who +maya\.koch \(person\)$/m)
      .and.match(/^Group +Friends$/m);
    expect(printed)
      .to.match(/^Number +not yet sealed$/m)
      .and.contain('  Members: added Anna Berg\n');
    expect(printed).to.contain('  Token: changed, value not recorded');
    await deps.store.db.updateTable('auditEntries').set({ seq: 9, hash: 'ff' }).where('id', '=', id).execute();
    expect(await jsonOf(deps, ['audit', 'show', '#9'])).to.deep.include({ id, number: 9, hash: 'ff', changes });
    expect((await runCli(deps, ['audit', 'show', '10'])).code).to.equal(1);
  });

  it('exports as CSV or NDJSON', async () => {
    for (let i = 0; i < 120; i += 1) await add({ what: { name: `=${i}` }, at: deps.now() + i });
    const csv = (await runCli(deps, ['audit', 'export', '--format', 'csv'])).printed.split('\n');
    expect([csv.length, csv[1]?.includes(`"'=119"`)]).to.deep.equal([121, true]);
    const ndjson = (await runCli(deps, ['audit', 'export', '--target', '=7'])).printed.split('\n');
    expect(ndjson.map((line) => JSON.parse(line).target)).to.have.lengthOf(11);
    expect(await jsonOf(deps, ['audit', 'export'])).to.have.lengthOf(120);
    expect((await runCli(deps, ['audit', 'export', '--format', 'xml'])).code).to.equal(2);
  });

  async function add(values: Parameters<typeof anAuditEntry>[0]): Promise<string> {
    const entry = anAuditEntry({ at: deps.now(), ...values });
    await insertAuditEntry(deps.store.db, entry);
    return entry.id;
  }
});
