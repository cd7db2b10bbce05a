import { expect } from 'chai';
import { insertGroup } from '../../src/store/groups.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { aGroup, aProvider } from '../support/rows.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('anteroom group', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('lists groups by name, by its beginning and by what manages them', async () => {
    expect((await run('group', 'list')).printed).to.equal('No groups.');
    const provider = aProvider({ name: 'Okta' });
    await insertProvider(deps.store.db, provider, '<xml/>');
    await insertGroup(deps.store.db, aGroup({ displayName: 'Sales', sourceId: provider.id }));
    await insertGroup(deps.store.db, aGroup({ displayName: 'Support' }));
    const names = async (...args: string[]) => {
      const listed: { displayName: string }[] = await jsonOf(deps, ['group', 'list', ...args]);
      return listed.map(({ displayName }) => displayName);
    };
    expect(await names()).to.deep.equal(['Sales', 'Support']);
    expect(await names('--beginning', 'SU')).to.deep.equal(['Support']);
    expect(await names('--managed-by', 'okta')).to.deep.equal(['Sales']);
    expect(await names('--managed-by', 'none')).to.deep.equal(['Support']);
    expect((await run('group', 'list')).printed).to.match(/Sales +0 +Okta/);
    expect(await run('group', 'list', '--managed-by', 'x')).to.include({
      code: 1,
      complained: 'There is no profile source or identity provider x.',
    });
  });

  const run = (...args: string[]) => runCli(deps, args);
});
