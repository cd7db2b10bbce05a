import { expect } from 'chai';
import { createNextKey, retireKey, switchToNextKey } from '../../src/federation/domainKeys.ts';
import { setUpDomain } from '../../src/federation/domains.ts';
import { checkDomainKeys } from '../../src/health/domainKeys.ts';
import { type Domain, insertDomain } from '../../src/store/domains.ts';
import { aDomain } from '../support/rows.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;
const END = Date.UTC(2036, 2, 2, 9); // of the first certificate

describe('health/domainKeys', () => {
  let deps: TestDeps;
  let domain: Domain;

  beforeEach(async () => {
    deps = await testDeps();
    domain = aDomain({ url: 'https://a.com' });
    await insertDomain(deps.store.db, domain);
    await setUpDomain(deps, domain.id);
  });

  it('finds the certificate of a domain from 30 days before it expires', async () => {
    expect(await checkDomainKeys(deps)).to.deep.equal([]);
    deps.clock.at = END - 30 * DAY_MS;
    const [soon] = await checkDomainKeys(deps);
    expect(soon).to.include({ code: 'own_certificate', severity: 'warning', subject: domain.id, endsAt: END });
    expect(soon?.text).to.equal('a.com’s certificate expires in 30 days');
    expect(soon?.detail).to.contain('Create the next key');
    deps.clock.at = END;
    expect(await checkDomainKeys(deps)).to.have.nested.property('[0].severity', 'danger');
  });

  it('looks at the key that signs', async () => {
    deps.clock.at = END - 5 * DAY_MS;
    await createNextKey(deps, domain);
    const [next, ...others] = await checkDomainKeys(deps);
    expect(others).to.deep.equal([]);
    expect(next?.detail).to.contain('Switch to the next key');
    await switchToNextKey(deps, domain);
    expect(await checkDomainKeys(deps)).to.deep.equal([]);
  });

  it('finds a rollover in which nothing has happened for two weeks', async () => {
    await createNextKey(deps, domain);
    deps.clock.advance(14 * DAY_MS - 1);
    expect(await checkDomainKeys(deps)).to.deep.equal([]);
    deps.clock.advance(1);
    const [still] = await checkDomainKeys(deps);
    expect(still).to.include({ code: 'key_rollover_still', text: 'a.com has had two keys for 14 days' });
    expect(still?.detail).to.contain('or cancel it');
    await switchToNextKey(deps, domain);
    expect(await checkDomainKeys(deps)).to.deep.equal([]);
    deps.clock.advance(14 * DAY_MS);
    expect((await checkDomainKeys(deps))[0]?.detail).to.contain('Retire the key');
    await retireKey(deps, domain);
    expect(await checkDomainKeys(deps)).to.deep.equal([]);
  });
});
