import { expect } from 'chai';
import { checkProviders } from '../../src/health/providers.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { writeRefresh } from '../../src/store/metadataRefreshes.ts';
import { aDomain, aProvider } from '../support/rows.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('health/providers', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('finds the last certificate of a provider from 30 days before it expires', async () => {
    await insertDomain(deps.store.db, aDomain());
    await addProvider('Okta', [13]);
    await addProvider('Acme', [-3]);
    await addProvider('Entra', [-3, 400]);
    await addProvider('Google', [31]);
    await addProvider('Keys', [undefined]);
    await addProvider('Off', [1], false);
    const items = await checkProviders(deps);
    expect(items.map(({ severity, text }) => `${severity}: ${text}`)).to.have.members([
      'warning: Okta’s certificate expires in 13 days',
      'danger: Acme’s certificate expired 3 days ago',
    ]);
    expect(items.map(({ endsAt }) => endsAt)).to.have.members([testStart + 13 * DAY_MS, testStart - 3 * DAY_MS]);
  });

  it('finds a refresh that failed and changes that wait, and leads to the screen of the provider', async () => {
    const [domain, provider] = [aDomain(), aProvider({ name: 'Okta' })];
    await insertDomain(deps.store.db, domain);
    await insertProvider(deps.store.db, provider, '');
    await writeRefresh(deps.store.db, provider.id, {
      failure: 'The server responded with 500.',
      waitingJson: JSON.stringify(provider.facts),
    });
    const items = await checkProviders(deps);
    expect(items.map(({ code, text }) => [code, text])).to.deep.equal([
      ['metadata_waits', 'Changed metadata of Okta waits for approval'],
      ['metadata_refresh', 'The metadata of Okta could not be refreshed'],
    ]);
    expect(items[1]?.detail).to.equal('The server responded with 500. The last good copy stays in use.');
    const href = `/settings/security/saml/domains/${domain.id}/identity-providers/${provider.id}`;
    expect(items.map((item) => item.href)).to.deep.equal([href, href]);
  });

  async function addProvider(name: string, days: (number | undefined)[], enabled = true): Promise<void> {
    const provider = aProvider({ name, enabled });
    const certificates = days.map((day) => ({
      pem: '',
      sha256: String(day),
      subject: 'CN=idp',
      keyDescription: 'RSA 2048',
      ...(day === undefined ? {} : { notBefore: 0, notAfter: testStart + day * DAY_MS }),
    }));
    await insertProvider(deps.store.db, { ...provider, facts: { ...provider.facts, certificates } }, '');
  }
});
