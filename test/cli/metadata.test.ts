import { expect } from 'chai';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { fixture } from '../federation/metadata/fixtures.ts';
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
