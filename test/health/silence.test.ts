import { expect } from 'chai';
import { pauseAutoLogin, setAutoLogin } from '../../src/federation/domains.ts';
import { checkSilence } from '../../src/health/silence.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { addTraffic } from '../../src/store/loginTraffic.ts';
import { moveDomainToProvider } from '../../src/store/providerDomains.ts';
import { aDomain, aProvider } from '../support/rows.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const HOUR = 3_600_000;

describe('health/silence', () => {
  let deps: TestDeps;
  const provider = aProvider({ name: 'JumpCloud', importedAt: 0 });
  const domain = aDomain({
    url: 'https://intranet.acme.com',
    setUpAt: testStart,
    defaultProviderId: provider.id,
    autoLogin: true,
  });

  beforeEach(async () => {
    deps = await testDeps();
    await insertProvider(deps.store.db, provider, '');
    await insertDomain(deps.store.db, domain);
    await moveDomainToProvider(deps.store.db, domain.id, provider);
    await count({ sent: 34, received: 0 });
    deps.clock.advance(HOUR);
  });

  it('says how many logins were sent and that none came back, with cause, fix and the offer to pause Auto Login', async () => {
    const [item] = await checkSilence(deps);
    expect(item).to.include({
      code: 'logins_not_returned',
      severity: 'danger',
      subject: `${provider.id} ${domain.id}`,
    });
    expect(item?.text).to.equal('34 logins were sent to JumpCloud in the last hour, 0 came back');
    expect(item?.detail).to.contain('ACS URL or EntityID');
    expect(item?.href).to.match(new RegExp(`domains/${domain.id}/identity-providers/${provider.id}$`));
    expect(item?.action).to.deep.equal({
      label: 'Pause Auto Login',
      path: `/settings/security/saml/domains/${domain.id}/auto-login/pause`,
    });
    deps.clock.advance(4 * HOUR);
    expect((await checkSilence(deps))[0]?.text).to.contain('in the last 5 hours,');
    deps.clock.advance(24 * HOUR);
    expect((await checkSilence(deps))[0]?.text).to.contain('in the last 1 day,');
  });

  it('recalls a paused Auto Login until it is resumed, also when logins come back', async () => {
    await pauseAutoLogin(deps, domain.id);
    const [silent, paused] = await checkSilence(deps);
    expect(silent).not.to.have.property('action');
    expect(paused).to.include({ code: 'auto_login_paused', text: 'Auto Login for intranet.acme.com is paused' });
    expect(paused?.detail).to.contain('until JumpCloud is repaired');
    await count({ sent: 1, received: 1 });
    const [back, ...others] = await checkSilence(deps);
    expect(others).to.deep.equal([]);
    expect(back?.action?.label).to.equal('Resume Auto Login');
    await setAutoLogin(deps, domain.id, true);
    expect(await checkSilence(deps)).to.deep.equal([]);
  });

  it('says where all of them came from, if that is one network', async () => {
    expect((await checkSilence(deps))[0]?.detail).not.to.contain('All came from');
    deps.clock.advance(4 * 24 * HOUR);
    await count({ sent: 5, received: 0, sentFrom: '203.0.113.5' });
    deps.clock.advance(HOUR);
    expect((await checkSilence(deps))[0]?.detail).to.contain(
      ' All came from 203.0.113.5. If none of your offices uses it,',
    );
    expect((await checkSilence(deps))[0]?.provider?.text, 'not for the provider').not.to.contain('203.0.113.5');
  });

  async function count(traffic: { sent: number; received: number; sentFrom?: string }): Promise<void> {
    const route = { providerId: provider.id, domainId: domain.id };
    await addTraffic(deps.store.db, [{ ...route, slot: deps.now(), offsets: '', sentFrom: null, ...traffic }]);
  }
});
