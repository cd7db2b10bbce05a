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
    await learnAttributes(deps.store.db, deps, id, ['title', 'bio']);
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

  it('shows and changes the mapping, and refuses what would lose data', async () => {
    await run('scim add JumpCloud');
    expect((await run('scim mapping JumpCloud')).printed).to.equal('There is no mapping.');
    await run('scim mapping JumpCloud --map costCode=COSTCENTER');
    const { printed } = await run('scim mapping JumpCloud --map urn:acme:2.0:User:desk=ignore');
    expect(printed)
      .to.match(/^costCode +costCenter$/m)
      .and.to.match(/^urn:acme:2.0:User:desk +ignore$/m);
    expect((await run('scim mapping JumpCloud --map a=userName')).complained).to.contain(
      'so nothing can be mapped to it.',
    );
    expect((await run('scim mapping JumpCloud --unmap COSTCODE --json')).printed).not.to.contain('costCode');
    expect((await run('scim mapping JumpCloud --unmap x')).complained).to.contain('There is no rule for x.');
    expect((await run('scim mapping JumpCloud --map x')).code).to.equal(2);
  });

  it('tries out a request without storing anything', async () => {
    await run('scim add JumpCloud');
    const tried = await run('scim try JumpCloud', '{"userName":"anna","title":"Boss","nonsense":1}');
    expect(tried.printed).to.match(/^title +"Boss"$/m);
    expect(tried.complained).to.contain('There is no attribute nonsense.');
    expect((await run('scim try JumpCloud', '{')).complained).to.contain('The body is not valid JSON');
    const missing = await runCli(deps, ['scim', 'try', 'JumpCloud', '--request', 'PUT /Users/x'], '{"userName":"x"}');
    expect([missing.code, missing.complained]).to.deep.equal([1, '404: There is no such resource.']);
    expect(await deps.store.db.selectFrom('users').select('id').execute()).to.deep.equal([]);
  });

  const run = (line: string, input = '') => runCli(deps, line.split(' '), input);
});
