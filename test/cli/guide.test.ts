import { expect } from 'chai';
import { ensureFirstDomain, setUpDomain } from '../../src/federation/domains.ts';
import { listDomains } from '../../src/store/domains.ts';
import { fixture } from '../federation/metadata/fixtures.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('anteroom domain guide', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    await ensureFirstDomain(deps);
  });

  it('prints the values of a domain under the names of a product', async () => {
    const { code, printed } = await runCli(deps, ['domain', 'guide', 'localhost:3000', '--provider', 'okta']);
    expect(code).to.equal(0);
    expect(printed).to.match(/^Audience URI \(SP Entity ID\) +http:\/\/localhost:3000\/saml\/metadata$/m);
    expect(printed).to.contain('person_unknown').and.not.contain('CERTIFICATE');
    const [domain] = await listDomains(deps.store.db);
    await setUpDomain(deps, domain?.id ?? '');
    const json = await jsonOf(deps, ['domain', 'guide', 'localhost:3000', '--provider', 'auth0']);
    expect(json.values.acsUrl).to.equal('http://localhost:3000/saml/acs');
    expect(json.certificate).to.match(/^-----BEGIN CERTIFICATE/);
    expect(JSON.parse(json.forms[0].fields[1].text).audience).to.equal('http://localhost:3000/saml/metadata');
  });

  it('shows that of the imported provider by default', async () => {
    expect((await jsonOf(deps, ['domain', 'guide', 'localhost:3000'])).id).to.equal('other');
    await runCli(deps, ['idp', 'import', '-'], fixture('keycloak'));
    expect((await jsonOf(deps, ['domain', 'guide', 'localhost:3000'])).id).to.equal('keycloak');
  });

  it('names the products if there is no guide', async () => {
    const { code, complained } = await runCli(deps, ['domain', 'guide', 'localhost:3000', '--provider', 'acme']);
    expect(code).to.equal(2);
    expect(complained).to.contain('There is no guide for acme. Products: jumpcloud, okta,');
  });
});
