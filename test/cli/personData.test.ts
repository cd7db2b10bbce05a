import { expect } from 'chai';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { findUser } from '../../src/store/users.ts';
import { anActivity, aUser, insertUser } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/personData', () => {
  it('exports a person, and erases them once that is confirmed', async () => {
    const deps = await testDeps();
    const { db } = deps.store;
    const anna = aUser({ userName: 'anna', sourceId: 'okta' });
    await insertUser(db, anna, null);
    await insertLoginActivity(db, anActivity({ userId: anna.id }));
    const data = await jsonOf(deps, ['person', 'export', 'anna']);
    expect([data.person.userName, data.logins.length]).to.deep.equal(['anna', 1]);
    expect((await runCli(deps, ['person', 'erase', 'anna'])).code).to.equal(2);
    expect(await findUser(db, anna.id)).not.to.equal(undefined);
    const erased = await runCli(deps, ['person', 'erase', 'anna', '--yes']);
    expect(erased.printed).to.match(/^Login attempts +1$/m);
    expect(erased.complained).to.contain('A profile source managed this person');
    expect(await findUser(db, anna.id)).to.equal(undefined);
  });
});
