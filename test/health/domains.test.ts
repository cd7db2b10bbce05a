import { expect } from 'chai';
import { setUpDomain } from '../../src/federation/domains.ts';
import { checkDomains } from '../../src/health/domains.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { aDomain, anActivity, aProvider } from '../support/rows.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;
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

  it('finds the certificate of a domain from 30 days before it expires', async () => {
    const domain = aDomain({ url: 'https://a.com' });
    await insertDomain(deps.store.db, domain);
    await setUpDomain(deps, domain.id);
    expect(await checkDomains(deps)).to.deep.equal([]);
    const end = Date.UTC(2036, 2, 2, 9);
    deps.clock.at = end - 30 * DAY_MS;
    const [soon] = await checkDomains(deps);
    expect(soon).to.include({ code: 'own_certificate', severity: 'warning', subject: domain.id, endsAt: end });
    expect(soon?.text).to.equal('a.com’s certificate expires in 30 days');
    deps.clock.at = end;
    expect(await checkDomains(deps)).to.have.nested.property('[0].severity', 'danger');
  });

  async function texts(): Promise<string[]> {
    return (await checkDomains(deps)).map(({ text }) => text);
  }
});
