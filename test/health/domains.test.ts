import { expect } from 'chai';
import { checkDomains } from '../../src/health/domains.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { aDomain, anActivity, aProvider } from '../support/rows.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const setUp = { setUpAt: testStart };

describe('health/domains', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('finds nothing if everything is fine', async () => {
    const provider = aProvider();
    await insertProvider(deps.store.db, provider, '');
    const domain = aDomain({ ...setUp, url: 'http://localhost:3000', defaultProviderId: provider.id });
    await insertDomain(deps.store.db, domain);
    expect(await texts()).to.deep.equal([]);
  });

  it('finds domains that are not set up, or use plain HTTP on another host than localhost', async () => {
    await insertDomain(deps.store.db, aDomain({ url: 'http://intranet.acme.com' }));
    expect(await texts()).to.deep.equal(['intranet.acme.com uses plain HTTP', 'intranet.acme.com is not set up']);
  });

  it('finds Auto Login until someone has logged in through the Default Provider, and one that is disabled', async () => {
    const provider = aProvider();
    await insertProvider(deps.store.db, provider, '');
    const domain = aDomain({ ...setUp, url: 'https://a.com', defaultProviderId: provider.id, autoLogin: true });
    await insertDomain(deps.store.db, domain);
    expect(await texts()).to.deep.equal(['Auto Login for a.com has not been tested']);
    const worked = { outcome: 'logged_in', reason: null, domainId: domain.id, providerId: provider.id, at: testStart };
    await insertLoginActivity(deps.store.db, anActivity(worked));
    expect(await texts()).to.deep.equal([]);
    const disabled = aProvider({ enabled: false });
    await insertProvider(deps.store.db, disabled, '');
    await insertDomain(deps.store.db, aDomain({ ...setUp, url: 'https://b.com', defaultProviderId: disabled.id }));
    expect(await texts()).to.deep.equal(['The Default Provider of b.com is disabled']);
  });

  async function texts(): Promise<string[]> {
    return (await checkDomains(deps)).map(({ text }) => text);
  }
});
