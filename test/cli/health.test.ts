import { expect } from 'chai';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { insertSource } from '../../src/store/profileSources.ts';
import { aProvider, aSource } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';
import { runCli } from './support/runCli.ts';

describe('cli/health', () => {
  it('shows what needs attention with its fix, and tells by its exit code', async () => {
    const deps = await testDeps();
    expect(await runCli(deps, ['health'])).to.include({ code: 0, printed: 'Nothing needs attention.' });
    await insertProvider(deps.store.db, aProvider(), '');
    const warned = await runCli(deps, ['health']);
    expect(warned.code).to.equal(3);
    expect(warned.printed.split('\n')).to.deep.equal([
      'Warning: There is no help address (help_contact_missing)',
      '  People whose login fails see no one to ask. Enter an e-mail or web address.',
      `  ${deps.config.publicUrl}/settings/general`,
    ]);
    const source = aSource({ name: 'JumpCloud\u001b[2J' });
    await insertSource(deps.store.db, source);
    const failing = await runCli(deps, ['health']);
    expect(failing.code).to.equal(4);
    expect(failing.printed).to.contain('Fails: JumpCloud\u{fffd}[2J has no token (source_token)');
    const { code, printed } = await runCli(deps, ['health', '--json']);
    expect(code).to.equal(4);
    expect(JSON.parse(printed)[0]).to.deep.equal({
      code: 'source_token',
      severity: 'danger',
      subject: source.id,
      text: 'JumpCloud\u001b[2J has no token',
      detail: 'All its requests are refused. Generate a new key and enter it at the provider.',
      url: `${deps.config.publicUrl}/settings/profile-sources/scim/${source.id}`,
      endsAt: null,
    });
  });
});
