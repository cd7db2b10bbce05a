import { expect } from 'chai';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { addPerson } from '../support/anteroom.ts';
import { anActivity } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/activity', () => {
  it('lists login attempts, newest first, as many as wanted and of one reason', async () => {
    const deps = await testDeps();
    expect((await runCli(deps, ['activity'])).printed).to.equal('There are no login attempts.');
    const { id } = await addPerson(deps, { userName: 'ada' });
    const asserted = 'ada@acme.com';
    const at = deps.now();
    await insertLoginActivity(
      deps.store.db,
      anActivity({ at, asserted, reason: 'person_unknown', reference: 'AAAA-0001' }),
    );
    await insertLoginActivity(
      deps.store.db,
      anActivity({ at: at + 1, asserted, userId: id, outcome: 'logged_in', reason: null }),
    );
    await insertLoginActivity(deps.store.db, anActivity({ at: at + 2, reason: 'signature_invalid' }));
    const outcomes = async (...args: string[]) =>
      (await jsonOf(deps, ['activity', ...args])).map(
        ({ outcome, reason }: Record<string, string>) => reason ?? outcome,
      );
    expect(await outcomes()).to.deep.equal(['signature_invalid', 'logged_in', 'person_unknown']);
    expect(await outcomes('--limit', '2')).to.deep.equal(['signature_invalid', 'logged_in']);
    expect(await outcomes('--reason', 'person_unknown')).to.deep.equal(['person_unknown']);
    const [, login, refusal] = await jsonOf(deps, ['activity']);
    expect(login).to.include({ at: '2026-03-02T09:00:00.001Z', asserted, matched: 'ada', outcome: 'logged_in' });
    expect(refusal).to.include({ flow: 'sp', matched: null, reference: 'AAAA-0001', idp: null, domain: null });
    const { printed } = await runCli(deps, ['activity', '--reason', 'person_unknown']);
    expect(printed.split('\n')[1]).to.match(/^2026-03-02T09:00:00\.000Z .*person_unknown +AAAA-0001$/);
  });

  it('refuses a limit that is no number from 1 to 10000', async () => {
    const deps = await testDeps();
    for (const limit of ['0', '10001', 'x', '1.5'])
      expect((await runCli(deps, ['activity', '--limit', limit])).code, limit).to.equal(2);
  });
});
