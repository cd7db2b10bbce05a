import { expect } from 'chai';
import { checkRefusals } from '../../src/health/logins.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { anActivity } from '../support/rows.ts';
import { testDeps, testStart } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('health/logins', () => {
  it('finds the people refused in the last 24 hours, by reason', async () => {
    const deps = await testDeps();
    const refused = { outcome: 'refused', reason: 'person_unknown', flow: 'sp' };
    for (const [asserted, age] of [
      ['anna', 0],
      ['anna', 1],
      ['ben', DAY_MS],
      ['carl', DAY_MS + 1],
    ] as const)
      await insertLoginActivity(deps.store.db, anActivity({ ...refused, asserted, at: testStart - age }));
    const [item] = await checkRefusals(deps);
    expect(item).to.include({ text: '2 people were refused in the last 24 hours', reason: 'person_unknown' });
    expect(item?.code).to.equal('logins_refused');
    expect(item?.href).to.equal('/settings/security/activity?q=person_unknown&outcome=refused');
  });

  it('tells five people who are refused alike from single ones: it is not about them', async () => {
    const deps = await testDeps();
    const refused = { outcome: 'refused', reason: 'signature_invalid', flow: 'sp', at: testStart };
    for (let person = 0; person < 5; person += 1) {
      expect((await checkRefusals(deps)).map(({ code }) => code)).to.not.include('logins_failing');
      await insertLoginActivity(deps.store.db, anActivity({ ...refused, asserted: `person ${person}` }));
    }
    expect((await checkRefusals(deps)).map(({ code }) => code)).to.deep.equal(['logins_failing']);
  });

  it('says that people without a name cannot be told apart', async () => {
    const deps = await testDeps();
    for (const network of ['192.0.2.1', '192.0.2.1'])
      await insertLoginActivity(
        deps.store.db,
        anActivity({ outcome: 'refused', reason: 'signature_invalid', flow: 'sp', asserted: null, network }),
      );
    const [item] = await checkRefusals(deps);
    expect(item?.text).to.equal('At least 1 person was refused in the last 24 hours');
  });
});
