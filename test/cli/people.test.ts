import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findUserByUserName } from '../../src/store/users.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { runCli } from './support/runCli.ts';

describe('anteroom people', () => {
  let deps: TestDeps;
  beforeEach(async () => {
    deps = await testDeps();
  });

  it('imports a file, lists the lines it skipped, and exports what it can import again', async () => {
    const file = fileWith('userName,givenName,manager,shoe\nanna.berg,Anna,ben.tal,38\nben.tal,=Ben,,\n,x,,\n');
    const dry = await run('people', 'import', file, '--dry-run', '--json');
    expect(JSON.parse(dry.printed)).to.include({ created: 2, changed: 0 });
    expect(await findUserByUserName(deps.store.db, 'anna.berg')).to.equal(undefined);
    const done = await run('people', 'import', file);
    expect(done.code).to.equal(0);
    expect(done.printed).to.equal('Added 2 and changed 0 people; 0 did not change.');
    expect(done.complained).to.contain('Unknown columns were ignored: shoe');
    expect(done.complained).to.contain('Line 4 was skipped: The user name is missing.');
    const csv = (await run('people', 'export')).printed;
    expect(csv.split('\n')).to.have.length(3);
    const again = await run('people', 'import', fileWith(csv));
    expect(again.printed).to.equal('Added 0 and changed 0 people; 2 did not change.');
    const people = JSON.parse((await run('people', 'export', '--json')).printed);
    expect(people[1]).to.include({ userName: 'anna.berg', givenName: 'Anna', manager: 'ben.tal', active: 'yes' });
  });

  it('explains what is wrong with a file', async () => {
    expect(await run('people', 'import', '/no/such.csv')).to.include({
      code: 1,
      complained: 'File not found: /no/such.csv',
    });
    expect((await run('people', 'import', fileWith('name\nx\n'))).complained).to.contain(
      'one of them must be userName',
    );
    expect((await run('people', 'import')).code).to.equal(2);
  });

  function run(...args: string[]) {
    return runCli(deps, args);
  }
});

function fileWith(content: string): string {
  const path = join(tempFolder(), 'people.csv');
  writeFileSync(path, content);
  return path;
}
