import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findUserByUserName } from '../../src/store/users.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

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

  it('adds, lists, deactivates and activates people', async () => {
    const fields = ['--email', 'bob@acme.com', '--given-name', 'Bob', '--family-name', 'Öz'];
    const bob = await json('user', 'add', '--user-name', 'Bob', '--type', 'non-intranet-user', ...fields);
    await json('user', 'add', '--user-name', 'anna', '--display-name', 'Anna B.');
    const listed: { userName: string }[] = await json('user', 'list');
    expect(listed.map(({ userName }) => userName)).to.have.members(['anna', 'Bob']);
    expect(listed).to.deep.include(bob);
    expect(await json('user', 'list', '--search', 'bo')).to.deep.equal([bob]);
    expect((await json('user', 'deactivate', 'BOB')).active).to.equal(false);
    expect((await json('user', 'activate', bob.id)).active).to.equal(true);
    expect((await run('user', 'list', '--type', 'Non Intranet User')).printed).to.equal(
      'USER NAME  NAME    E-MAIL        TYPE               STATUS\nBob        Bob Öz  bob@acme.com  Non Intranet User  active',
    );
  });

  for (const [args, sentence] of [
    [['user', 'add', '--user-name', 'ANNA'], /^--user-name: This user name is already taken\.$/],
    [['user', 'add', '--user-name', 'bob', '--email', 'x'], /^--email: Enter an e-mail address/],
    [
      ['user', 'add', '--user-name', 'bob', '--type', 'boss'],
      /^--type: Use one of: Power User, Intranet User, Non Intranet User\.$/,
    ],
    [['user', 'add', '--user-name', 'bob', '--password-stdin'], /^--password-stdin: Use at least 12 characters\.$/],
    [['user', 'deactivate', 'nobody'], /^No person has the user name nobody\.$/],
    [['user', 'deactivate', 'anna'], /^This is the last active Power User/],
  ] as [string[], RegExp][])
    it(`explains in one line why it failed, and changes nothing: ${args.join(' ')}`, async () => {
      await json('user', 'add', '--user-name', 'anna', '--type', 'power-user');
      const { code, printed, complained } = await run(...args);
      expect({ code, printed }).to.deep.equal({ code: 1, printed: '' });
      expect(complained).to.match(sentence).and.not.to.include('\n');
      expect(await json('user', 'list')).to.have.lengthOf(1);
    });

  function run(...args: string[]) {
    return runCli(deps, args);
  }

  function json(...args: string[]) {
    return jsonOf(deps, args);
  }
});

function fileWith(content: string): string {
  const path = join(tempFolder(), 'people.csv');
  writeFileSync(path, content);
  return path;
}
