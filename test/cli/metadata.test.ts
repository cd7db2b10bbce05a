import { expect } from 'chai';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { fixture } from '../federation/metadata/fixtures.ts';
import { serve } from '../support/listen.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('anteroom idp versions and rollback', () => {
  let deps: TestDeps;
  let id: string;

  beforeEach(async () => {
    deps = await testDeps();
    await ensureFirstDomain(deps);
    ({ id } = await jsonOf(deps, ['idp', 'import', '-', '--name', 'Okta'], fixture('okta')));
    deps.clock.advance(1);
    const changed = fixture('okta').replaceAll('/sso/saml"', '/sso/saml2"');
    await jsonOf(deps, ['idp', 'import', '-', '--update', id], changed);
  });

  it('lists the versions with what each changed', async () => {
    const [newest, oldest] = await jsonOf(deps, ['idp', 'versions', 'Okta']);
    expect(newest).to.include({ origin: 'import', author: 'the command line', current: true });
    expect(newest.changed[0]).to.match(/^URL added: HTTP-POST https:.*saml2$/);
    expect(oldest).to.include({ current: false, changed: null });
    const { printed } = await runCli(deps, ['idp', 'versions', id]);
    expect(printed).to.match(/Imported by the command line, in use\n {2}URL added/);
  });

  it('rolls back to a version and says what changed', async () => {
    const [newest, oldest] = await jsonOf(deps, ['idp', 'versions', id]);
    deps.clock.advance(1);
    const { code, printed } = await runCli(deps, ['idp', 'rollback', id, oldest.id]);
    expect(code).to.equal(0);
    expect(printed).to.match(/^Rolled back the metadata of Okta\.\n {2}URL added: HTTP-POST https:.*saml\n/);
    const again = await runCli(deps, ['idp', 'rollback', id, oldest.id]);
    expect(again).to.include({ code: 1, complained: 'This version is in use already.' });
    expect((await jsonOf(deps, ['idp', 'versions', id])).map((one: { id: string }) => one.id).slice(1)).to.deep.equal([
      newest.id,
      oldest.id,
    ]);
  });
});

describe('anteroom idp refresh, approve and reject', () => {
  it('refreshes, shows what waits, and decides about it', async () => {
    const deps = await testDeps();
    await ensureFirstDomain(deps);
    let published = fixture('okta');
    const url = await serve((_req, res) => void res.end(published));
    const { id } = await jsonOf(deps, ['idp', 'import', url, '--name', 'Okta']);
    expect(await jsonOf(deps, ['idp', 'refresh', 'Okta'])).to.deep.equal({ outcome: 'unchanged', waiting: [] });
    published = fixture('okta').replaceAll('/sso/saml"', '/sso/saml2"');
    const { printed } = await runCli(deps, ['idp', 'refresh', 'Okta']);
    expect(printed)
      .to.match(/has published changes/)
      .and.match(/\n {2}URL added: HTTP-POST https:.*saml2\n/);
    expect((await jsonOf(deps, ['idp', 'reject', id])).singleSignOn[0].location).to.match(/saml$/);
    const nothing = await runCli(deps, ['idp', 'approve', id]);
    expect(nothing).to.include({ code: 1, complained: 'No metadata waits for approval.' });
    published = published.replaceAll('/sso/saml2"', '/sso/saml3"');
    await runCli(deps, ['idp', 'refresh', id]);
    expect((await jsonOf(deps, ['idp', 'approve', id])).singleSignOn[0].location).to.match(/saml3$/);
    published = fixture('keycloak');
    const failed = await runCli(deps, ['idp', 'refresh', id]);
    expect(failed.code).to.equal(1);
    expect(failed.complained).to.match(/another identity provider/);
  });
});
