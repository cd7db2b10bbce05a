import { expect } from 'chai';
import { learnAttributes } from '../../src/sources/ownership.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { runCli } from './support/runCli.ts';

describe('anteroom scim attributes', () => {
  let deps: TestDeps;
  beforeEach(async () => {
    deps = await testDeps();
  });

  it('shows and changes what a source owns', async () => {
    const { id } = JSON.parse((await run('scim add JumpCloud --json')).printed);
    expect((await run('scim attributes jumpcloud')).printed).to.equal('Owned       userName, active\nTaken away  none');
    await learnAttributes(deps.store.db, id, ['title', 'bio']);
    const { printed } = await run('scim attributes JumpCloud --own DEPARTMENT --take-away bio,location --json');
    const owned = ['userName', 'active', 'title', 'department'];
    expect(JSON.parse(printed)).to.deep.equal({ id, name: 'JumpCloud', owned, takenAway: ['bio', 'location'] });
    const [listed] = JSON.parse((await run('scim list --json')).printed);
    expect(listed).to.deep.include({ owned }).and.not.to.have.property('ownership');
  });

  it('refuses unknown attributes, and to take away the user name', async () => {
    await run('scim add JumpCloud');
    expect(await run('scim attributes JumpCloud --own nonsense')).to.include({ code: 2 });
    const refused = await run('scim attributes JumpCloud --take-away userName');
    expect(refused.complained).to.contain('userName always belongs to the source that manages a person.');
  });

  const run = (line: string) => runCli(deps, line.split(' '));
});
