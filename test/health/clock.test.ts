import { expect } from 'chai';
import { checkClocks } from '../../src/health/clock.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { addTraffic } from '../../src/store/loginTraffic.ts';
import { aProvider } from '../support/rows.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const okta = aProvider({ name: 'Okta' });
const entra = aProvider({ name: 'Entra' });

describe('health/clock', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    for (const provider of [okta, entra]) await insertProvider(deps.store.db, provider, '');
  });

  it('names the seconds by which the clock of one provider differs, by the median of five responses or more', async () => {
    await offsets(okta, '-40 -42 900 -41'); // one was open in a tab
    expect(await checkClocks(deps)).to.deep.equal([]);
    await offsets(okta, '-41', 1);
    const [item] = await checkClocks(deps);
    expect(item).to.include({ code: 'provider_clock', severity: 'warning', subject: okta.id });
    expect(item?.text).to.equal('The clocks of this server and of Okta differ by 41 seconds');
    expect(item?.detail).to.contain('Ours is behind.');
    await offsets(entra, '1 1 1 2 1');
    expect((await checkClocks(deps)).map(({ subject }) => subject)).to.deep.equal([okta.id]);
  });

  it('says that logins fail if the clock skew of the provider allows less', async () => {
    await offsets(okta, '95 95 95 95 95');
    const [item] = await checkClocks(deps);
    expect(item?.severity).to.equal('danger');
    expect(item?.detail).to.match(/^Ours is ahead\. Its setting Clock skew allows less, so logins fail\./);
  });

  it('blames this server if the clocks of all of several providers differ alike', async () => {
    await offsets(okta, '95 95 95 95 95');
    await offsets(entra, '97 97 97 97 97');
    const items = await checkClocks(deps);
    expect(items.map(({ code, text }) => [code, text])).to.deep.equal([
      ['clock_wrong', 'The clock of this server is 95 seconds ahead'],
    ]);
    deps.clock.advance(86_400_000 + 1);
    expect(await checkClocks(deps), 'only the last day counts').to.deep.equal([]);
  });

  it('finds nothing in small differences', async () => {
    await offsets(okta, '29 29 29 29 29');
    expect(await checkClocks(deps)).to.deep.equal([]);
  });

  async function offsets({ id: providerId }: { id: string }, text: string, slots = 0): Promise<void> {
    const slot = testStart + slots;
    const counts = { sent: 0, received: 1, offsets: ` ${text}`, sentFrom: null };
    await addTraffic(deps.store.db, [{ providerId, domainId: 'd', slot, ...counts }]);
  }
});
