import { expect } from 'chai';
import { listProviders } from '../../src/store/identityProviders.ts';
import { fixture } from '../federation/metadata/fixtures.ts';
import { aLink, arrive } from '../federation/providerSetups/support/aLink.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('anteroom setup-link', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('creates and lists links', async () => {
    await aLink(deps);
    deps.clock.advance(1);
    const created = await runCli(deps, [
      'setup-link',
      'create',
      'localhost:3000',
      '--for',
      'Kim',
      '--expires',
      '1',
      '--provider',
      'okta',
    ]);
    expect(created.printed).to.match(/^http:\/\/localhost:3000\/provider-setup#[\w-]{43}$/);
    expect(created.complained).to.contain('shown only once');
    const [first, second] = await jsonOf(deps, ['setup-link', 'list', '--domain', 'localhost:3000']);
    expect(first).to.include({ for: 'Kim', state: 'open', provider: 'okta', createdBy: 'the command line' });
    expect(second).to.include({ for: 'Kim at Contoso IT', provider: null });
    expect((await runCli(deps, ['setup-link', 'list'])).printed).to.contain('Not opened yet');
    const refused = await runCli(deps, ['setup-link', 'create', 'localhost:3000', '--expires', '2']);
    expect(refused).to.include({ code: 1 });
    expect(refused.complained).to.contain('--for: Enter who the link is for').and.contain('--expires: Select 1, 3, 7');
  });

  it('shows and approves what arrived', async () => {
    const a = await aLink(deps);
    const early = await runCli(deps, ['setup-link', 'approve', a.id]);
    expect(early.complained).to.equal('Nothing has arrived through this link.');
    await arrive(deps, a);
    const shown = await runCli(deps, ['setup-link', 'show', a.id]);
    expect(shown.printed)
      .to.match(/^state +Arrived$/m)
      .and.match(/^message +Hello$/m)
      .and.match(/^Test login +none$/m);
    expect(shown.printed).to.contain('www.okta.com');
    expect(await jsonOf(deps, ['setup-link', 'show', a.id])).to.have.nested.property('metadata.entityId');
    const approved = await runCli(deps, ['setup-link', 'approve', a.id, '--name', 'Contoso']);
    expect(approved.printed).to.match(/^Imported Contoso \(.+\), disabled\.$/);
    expect((await runCli(deps, ['setup-link', 'approve', a.id])).code).to.equal(1);
  });

  it('updates a known provider only if it is named', async () => {
    await aLink(deps);
    await runCli(deps, ['idp', 'import', '-', '--name', 'Okta'], fixture('okta'));
    await runCli(deps, ['idp', 'import', '-', '--name', 'Keycloak'], fixture('keycloak'));
    const a = await aLink(deps);
    await arrive(deps, a, fixture('okta').replaceAll('/sso/saml"', '/sso/saml/other"'));
    expect((await runCli(deps, ['setup-link', 'show', a.id])).printed).to.contain('difference from Okta');
    const other = await runCli(deps, ['setup-link', 'approve', a.id, '--update', 'Keycloak']);
    expect(other.complained).to.equal('Keycloak has another EntityID.');
    await runCli(deps, ['setup-link', 'approve', a.id, '--update', 'Okta']);
    const providers = await listProviders(deps.store.db);
    expect(providers.map(({ name }) => name)).to.deep.equal(['Okta', 'Keycloak']);
    expect(providers[0]?.facts.singleSignOn[0]?.location).to.match(/other$/);
  });

  it('declines and revokes', async () => {
    const a = await aLink(deps);
    await arrive(deps, a);
    expect((await runCli(deps, ['setup-link', 'decline', a.id])).complained).to.contain(
      '--reason: Enter what has to be',
    );
    expect(await jsonOf(deps, ['setup-link', 'decline', a.id, '--reason', 'No'])).to.include({
      state: 'declined',
      reason: 'No',
    });
    expect(await jsonOf(deps, ['setup-link', 'revoke', a.id])).to.include({ state: 'revoked' });
    expect((await runCli(deps, ['setup-link', 'revoke', a.id])).complained).to.equal('This link was revoked already.');
    expect((await runCli(deps, ['setup-link', 'show', 'nothing'])).complained).to.equal(
      'There is no such provider setup link.',
    );
  });
});
