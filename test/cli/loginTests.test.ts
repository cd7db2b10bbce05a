import { expect } from 'chai';
import { testRequestPath } from '../../src/federation/loginTests.ts';
import { answer, type Signing, startSigning } from '../saml/support/signingProvider.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { visitor } from '../support/connect.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('anteroom idp test, tests and locked-out', () => {
  let signing: Signing;

  beforeEach(async () => {
    signing = await startSigning();
    await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com' });
  });

  it('starts a test that a Power User opens, and shows its result', async () => {
    const { deps, provider } = signing;
    await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
    const { id, url } = await jsonOf(deps, ['idp', 'test', provider.id]);
    expect((await visitor(signing).get(url)).status, 'a stranger').to.equal(403);
    const browser = visitor(signing);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword, return: '/' });
    expect((await browser.get(url)).text).to.contain('Start the test');
    expect((await jsonOf(deps, ['idp', 'tests']))[0]).to.include({ id, state: 'ready', outcome: null });
    const page = await answer(signing, browser, await browser.get(testRequestPath(id)));
    expect(page.text).to.contain('Test login succeeded');
    const [test] = await jsonOf(deps, ['idp', 'tests']);
    expect(test).to.include({ state: 'finished', outcome: 'tested', asserted: 'ada@acme.com' });
    expect((await jsonOf(deps, ['idp', 'show', provider.id])).states[0]).to.include({
      tested: 'current',
      active: true,
    });
    expect((await runCli(deps, ['idp', 'show', provider.id])).printed).to.contain('Configured, Tested, Active');
  });

  it('needs a domain if there are several', async () => {
    const { deps, provider, url } = signing;
    await jsonOf(deps, ['domain', 'add', 'https://other.acme.com']);
    await jsonOf(deps, ['idp', 'set', provider.id, `domains=${url},https://other.acme.com`]);
    expect(await runCli(deps, ['idp', 'test', provider.id])).to.include({
      code: 1,
      complained: 'Specify the domain to test at: --domain URL.',
    });
    const { printed } = await runCli(deps, ['idp', 'test', provider.id, '--domain', 'other.acme.com']);
    expect(printed).to.contain('https://other.acme.com/saml/test/');
  });

  it('lists who would be locked out, as text, JSON and CSV', async () => {
    const { deps, provider } = signing;
    const name = provider.id;
    expect((await runCli(deps, ['idp', 'locked-out', name])).printed).to.equal('Nobody would be locked out.');
    await addPerson(deps, { userName: 'luis', loginType: 'Local Login' });
    const { printed } = await runCli(deps, ['idp', 'locked-out', name]);
    expect(printed).to.equal('luis  Local Login only (has a local password)\n1 would be locked out.');
    expect(await jsonOf(deps, ['idp', 'locked-out', name])).to.deep.equal([
      { userName: 'luis', displayName: 'luis', email: '', reasons: 'Local Login only', localPassword: 'yes' },
    ]);
    const csv = await runCli(deps, ['idp', 'locked-out', name, '--csv']);
    expect(csv.printed.split('\n')[1]).to.equal('"luis","luis","","Local Login only","yes"');
  });
});
