import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

const metadata = fileURLToPath(new URL('../federation/metadata/fixtures/jumpcloud.xml', import.meta.url));
const URL_ = 'localhost:3000';

describe('anteroom domain keys', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    await ensureFirstDomain(deps);
    await runCli(deps, ['idp', 'import', metadata, '--name', 'JumpCloud']);
  });

  it('needs a domain that is set up', async () => {
    for (const command of ['status', 'next']) expect((await run(command)).complained).to.contain('is not set up');
  });

  it('replaces the key of a domain, and says who does not have the new one', async () => {
    await runCli(deps, ['domain', 'setup', URL_]);
    const [first] = (await json('status')).keys;
    expect(first).to.include({ role: 'current', expires: '2036-03-02T09:00:00.000Z' });
    deps.clock.advance(1);
    expect((await run('next')).printed)
      .to.match(/^The next key is published\.\nsigns {5}expires .*\nnext key {2}expires /)
      .and.to.match(/JumpCloud +not known +never/);
    const refused = await run('switch');
    expect(refused.code).to.equal(1);
    expect(refused.complained).to.contain('JumpCloud (0 logins in 30 days)').and.contain('--force');
    expect((await run('given', 'JumpCloud')).printed).to.match(/^JumpCloud is marked[\s\S]*JumpCloud +yes/);
    expect((await run('given', 'JumpCloud', '--undo')).printed).to.match(/JumpCloud +not known/);
    await run('given', 'JumpCloud');
    const switched = await json('switch');
    expect(switched).to.include({ step: 'switched' });
    expect(switched.keys.map(({ role }: { role: string }) => role)).to.deep.equal(['current', 'old']);
    expect((await json('switch', '--back')).step).to.equal('published');
    await run('switch');
    const [key, ...others] = (await json('retire')).keys;
    expect(others).to.deep.equal([]);
    expect(key.sha256).not.to.equal(first.sha256);
  });

  it('cancels a next key, and retires it', async () => {
    await runCli(deps, ['domain', 'setup', URL_]);
    await run('next');
    expect((await json('cancel')).step).to.equal('cancelled');
    expect((await json('retire')).step).to.equal('none');
    expect((await run('retire')).complained).to.contain('There is no old key to retire.');
    await run('next');
    expect((await json('switch', '--force')).step).to.equal('switched');
    expect((await run('retire')).complained).to.contain('JumpCloud');
  });

  const args = (command: string, rest: string[]) => ['domain', 'keys', command, URL_, ...rest];
  const run = (command: string, ...rest: string[]) => runCli(deps, args(command, rest));
  const json = (command: string, ...rest: string[]) => jsonOf(deps, args(command, rest));
});
