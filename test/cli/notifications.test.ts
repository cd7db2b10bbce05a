import { expect } from 'chai';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { startMailServer } from '../notifications/support/mailServer.ts';
import { aProvider } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/notifications', () => {
  it('sets notifications up, tests them and lists the mails', async () => {
    const deps = await testDeps();
    const server = await startMailServer({ hideSTARTTLS: true });
    const provider = aProvider({ name: 'Okta' });
    await insertProvider(deps.store.db, provider, '');
    const run = (...args: string[]) => runCli(deps, ['notifications', ...args], 'mail password\n');
    expect((await run('show')).printed).to.match(/^State +off$/m);
    expect((await run('test')).complained).to.contain('Enter a server, a sender and at least one recipient first.');
    const address = ['--host', 'localhost', '--port', String(server.port), '--security', 'none'];
    const people = ['--from', 'intranet@acme.com', '--recipients', 'it@acme.com,ops@acme.com', '--providers', 'okta'];
    const set = await run('set', '--active', 'on', ...address, ...people, '--user', 'anteroom', '--password-stdin');
    expect(set.printed)
      .to.match(/^State +on$/m)
      .and.match(/^Password +stored$/m)
      .and.match(/^Contacts of +Okta$/m);
    expect(set.printed).not.to.contain('mail password');
    const shown = await jsonOf(deps, ['notifications', 'show']);
    expect(shown).to.deep.include({ active: true, hasPassword: true, providerIds: [provider.id] });
    expect(JSON.stringify(shown)).not.to.match(/mail password|Sealed/);
    expect((await run('set', '--user', '')).printed).to.match(/^Password +none$/m);
    expect((await run('test')).printed).to.equal('The test mail was sent.');
    expect(server.mails).to.have.lengthOf(1);
    const [mail] = await jsonOf(deps, ['notifications', 'log']);
    expect(mail).to.deep.include({
      kind: 'test',
      state: 'sent',
      error: null,
      recipients: ['it@acme.com', 'ops@acme.com'],
    });
    expect((await run('log')).printed.split('\n')[1]).to.match(/sent +it@acme\.com, ops@acme\.com/);
  });

  it('explains what is wrong', async () => {
    const deps = await testDeps();
    const run = (...args: string[]) => runCli(deps, ['notifications', ...args]);
    expect(await run('set')).to.include({ code: 2 });
    expect(await run('log', '--limit', '0')).to.include({ code: 2 });
    const wrong = await run('set', '--active', 'on', '--port', 'x');
    expect(wrong.code).to.equal(1);
    expect(wrong.complained).to.contain('--port: Enter a number.');
  });
});
