import { expect } from 'chai';
import { checkHelpContact, checkPowerUsers } from '../../src/health/people.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { writeAuditedSetting } from '../../src/store/settings.ts';
import { aProvider, aUser, insertUser } from '../support/rows.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('health/people', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('asks for a help contact once there is a provider', async () => {
    expect(await checkHelpContact(deps)).to.deep.equal([]);
    await insertProvider(deps.store.db, aProvider(), '');
    const [item] = await checkHelpContact(deps);
    expect(item).to.include({ text: 'There is no help address', href: '/settings/general' });
    await writeAuditedSetting(deps.store.db, 'intranet', { helpAddress: 'it@acme.com' });
    expect(await checkHelpContact(deps)).to.deep.equal([]);
  });

  it('warns while profile sources manage all Power Users, and offers to add one by hand', async () => {
    expect(await codes()).to.deep.equal([]);
    await insertUser(deps.store.db, aUser({ userType: 'Power User', sourceId: 'a source' }), 'a hash');
    expect(await codes()).to.deep.equal(['power_users_managed']);
    expect((await checkPowerUsers(deps))[0]?.href).to.equal('/settings/people/new');
    await insertUser(deps.store.db, aUser({ userType: 'Power User' }), null);
    expect(await codes()).to.deep.equal([]);
  });

  it('warns while no Power User has a local password', async () => {
    await insertUser(deps.store.db, aUser({ userType: 'Power User' }), null);
    expect(await codes()).to.deep.equal(['power_users_without_password']);
    await insertUser(deps.store.db, aUser({ userType: 'Power User', active: false }), 'a hash');
    expect(await codes()).to.deep.equal(['power_users_without_password']);
  });

  it('warns while there is only one Power User, once there is a provider', async () => {
    await insertUser(deps.store.db, aUser({ userType: 'Power User' }), 'a hash');
    expect(await codes()).to.deep.equal([]);
    await insertProvider(deps.store.db, aProvider(), '');
    expect(await codes()).to.deep.equal(['power_user_single']);
    await insertUser(deps.store.db, aUser({ userType: 'Power User' }), null);
    expect(await codes()).to.deep.equal([]);
  });

  async function codes(): Promise<string[]> {
    return (await checkPowerUsers(deps)).map(({ code }) => code);
  }
});
