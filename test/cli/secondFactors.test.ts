import { expect } from 'chai';
import { findHealth } from '../../src/health/findHealth.ts';
import { insertPasskey } from '../../src/store/secondFactors.ts';
import { addPerson } from '../support/anteroom.ts';
import { giveApp } from '../support/secondFactors.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('anteroom second-factor', () => {
  let deps: TestDeps;
  beforeEach(async () => {
    deps = await testDeps();
  });

  const run = (...args: string[]) => runCli(deps, args);

  it('shows the second factors of a person, and removes them', async () => {
    const { id } = await addPerson(deps, { userName: 'maya.koch', givenName: 'Maya' });
    expect((await run('user', 'second-factor', 'maya.koch')).printed).to.contain('Second factor of Maya: none');
    await giveApp(deps, id);
    const shown = await run('user', 'second-factor', 'MAYA.koch');
    expect(shown.printed).to.equal('Second factor of Maya: authenticator app\nRecovery codes left: 10');
    expect(await jsonOf(deps, ['user', 'second-factor', 'maya.koch'])).to.include({ recoveryCodes: 10 });
    expect((await run('user', 'second-factor', 'maya.koch', '--remove')).printed).to.contain(
      'no second factor any more',
    );
    expect((await run('user', 'second-factor', 'maya.koch')).printed).to.contain('none');
    expect((await run('user', 'second-factor', 'nobody')).code).to.equal(1);
  });

  it('renames a passkey', async () => {
    const { id: userId } = await addPerson(deps, { userName: 'maya.koch' });
    const key = { userId, publicKey: 'k', counter: 0, transports: '[]', rpId: 'localhost', lastUsedAt: null };
    for (const id of ['one', 'two'])
      await insertPasskey(deps.store.db, { ...key, id, credentialId: id, name: 'Firefox', createdAt: deps.now() });
    const rename = (...args: string[]) => run('user', 'second-factor', 'maya.koch', ...args);
    expect((await rename('--rename', 'Firefox', '--to', 'Laptop')).complained).to.contain('Use the ID');
    expect((await rename('--rename', 'two', '--to', 'Laptop')).printed).to.contain('Laptop (localhost)');
    const { passkeys } = await jsonOf(deps, ['user', 'second-factor', 'maya.koch']);
    expect(passkeys.map(({ name }: { name: string }) => name)).to.deep.equal(['Firefox', 'Laptop']);
    expect((await rename('--rename', 'Phone', '--to', 'x')).complained).to.equal('There is no passkey Phone.');
    expect((await rename('--rename', 'Laptop', '--to', ' ')).complained).to.equal('Enter a name.');
    expect((await rename('--rename', 'Laptop')).code).to.equal(2);
  });

  it('requires them of Power Users, says who has none, and so does health', async () => {
    const { id } = await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
    await addPerson(deps, { userName: 'ben.tal', userType: 'Power User' });
    await giveApp(deps, id);
    const codes = async () => (await findHealth(deps)).map(({ code, text }) => `${code}: ${text}`).join('\n');
    expect((await run('second-factor')).printed)
      .to.contain('optional')
      .and.contain('Without one: ben.tal');
    expect(await codes()).not.to.contain('second_factor');
    const set = await run('second-factor', '--power-users', 'required');
    expect(set.printed).to.contain('1 of them has no second factor and must set one up at the next local login.');
    expect(await codes()).to.contain('power_users_without_second_factor: ben.tal has no second factor');
    expect((await run('second-factor', '--power-users', 'yes')).code).to.equal(2);
    expect((await run('second-factor', '--power-users', 'optional')).printed).to.contain('Power Users: optional');
  });
});
