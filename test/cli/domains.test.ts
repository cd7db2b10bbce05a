import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

const [metadata = '', okta = ''] = ['jumpcloud', 'okta'].map((name) =>
  fileURLToPath(new URL(`../federation/metadata/fixtures/${name}.xml`, import.meta.url)),
);

describe('anteroom domain', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    await ensureFirstDomain(deps);
  });

  it('adds, lists and removes domains', async () => {
    deps.clock.advance(1);
    expect((await run('domain', 'add', 'https://intranet.acme.com')).printed).to.equal(
      'Added https://intranet.acme.com.',
    );
    const [first] = await jsonOf(deps, ['domain', 'list']);
    expect(first).to.include({
      url: 'http://localhost:3000',
      acsUrl: 'http://localhost:3000/saml/acs',
      autoLogin: false,
    });
    expect((await run('domain', 'list')).printed).to.equal(
      [
        'DOMAIN                     STATE       DEFAULT PROVIDER  AUTO LOGIN',
        'http://localhost:3000      not set up                    off',
        'https://intranet.acme.com  not set up                    off',
      ].join('\n'),
    );
    expect((await run('domain', 'remove', 'localhost:3000')).printed).to.equal('Removed http://localhost:3000.');
    expect(await run('domain', 'remove', 'intranet.acme.com')).to.deep.include({
      code: 1,
      complained: 'The intranet needs a domain. Add another one before you remove this one.',
    });
  });

  it('sets a domain up and shows its Service Provider Details', async () => {
    const { printed } = await run('domain', 'setup', 'localhost:3000');
    expect(printed).to.contain('EntityID      http://localhost:3000/saml/metadata');
    expect((await jsonOf(deps, ['domain', 'list']))[0].setUpAt).to.be.a('string');
  });

  it('sets and clears the Default Provider and Auto Login', async () => {
    const provider = await jsonOf(deps, ['idp', 'import', metadata, '--name', 'JumpCloud']);
    await run('domain', 'setup', 'localhost:3000');
    const { printed, complained } = await run(
      ...['domain', 'set', 'localhost:3000', '--default', 'jumpcloud', '--auto-login', 'on', '--json'],
    );
    expect(complained).to.match(/^Warning: No Test login with JumpCloud has passed at http:\/\/localhost:3000/);
    const set = JSON.parse(printed);
    expect(set).to.deep.include({
      autoLogin: true,
      defaultProvider: { id: provider.id, name: 'JumpCloud', entityId: provider.entityId, enabled: true },
    });
    await run('domain', 'set', 'localhost:3000', '--auto-login', 'pause');
    expect((await run('domain', 'list')).printed).to.match(/JumpCloud +paused$/);
    await run('domain', 'set', 'localhost:3000', '--auto-login', 'on');
    await run('idp', 'import', okta, '--name', 'Okta');
    const changed = await run('domain', 'set', 'localhost:3000', '--default', 'okta');
    expect(changed.complained).to.match(/^Warning: No Test login with Okta has passed/);
    await run('domain', 'set', 'localhost:3000', '--default', 'jumpcloud');
    await run('idp', 'set', 'JumpCloud', 'enabled=off');
    expect((await run('domain', 'list')).printed).to.contain('on, but its provider is disabled');
    const none = await jsonOf(deps, ['domain', 'set', set.id, '--default', 'none']);
    expect(none).to.include({ defaultProvider: null, autoLogin: false });
  });

  it('gives a domain an EntityID and an ACS path of its own, and warns once the provider may know others', async () => {
    const set = (...options: string[]) => run('domain', 'set', 'localhost:3000', ...options);
    expect((await set('--entity-id', 'urn:old', '--acs-path', '/sso/acs')).complained).to.equal('');
    const { printed } = await run('domain', 'setup', 'localhost:3000');
    expect(printed).to.contain('EntityID      urn:old').and.contain('ACS URL       http://localhost:3000/sso/acs');
    const undone = await set('--acs-path', '');
    expect(undone.complained).to.contain('The ACS URL was http://localhost:3000/sso/acs and is now');
    expect((await jsonOf(deps, ['domain', 'list']))[0]).to.include({
      entityId: 'urn:old',
      acsUrl: 'http://localhost:3000/saml/acs',
    });
  });

  it('changes nothing if one of several changes is refused', async () => {
    const before = await jsonOf(deps, ['domain', 'list']);
    const { complained } = await run('domain', 'set', 'localhost:3000', '--entity-id', 'urn:new', '--auto-login', 'on');
    expect(complained).to.match(/^Auto Login needs a Default Provider/);
    expect(await jsonOf(deps, ['domain', 'list'])).to.deep.equal(before);
  });

  it('explains what is wrong', async () => {
    const cases: [string[], number, RegExp][] = [
      [['add', 'intranet.acme.com'], 1, /^Enter scheme and host/],
      [['add', 'http://localhost:3000'], 1, /^This domain already exists\.$/],
      [['setup', 'https://nowhere.acme.com'], 1, /^There is no domain https:\/\/nowhere\.acme\.com\. Domains: http/],
      [['set', 'https://localhost:3000', '--auto-login', 'off'], 1, /^There is no domain https:\/\/localhost:3000\./],
      [['set', 'localhost:3000', '--auto-login', 'on'], 1, /^Auto Login needs a Default Provider/],
      [['set', 'localhost:3000', '--entity-id', 'a b'], 1, /^--entity-id: An EntityID is a URI/],
      [['set', 'localhost:3000', '--acs-path', '/login'], 1, /^--acs-path: The intranet uses \/login itself/],
      [['set', 'localhost:3000', '--default', 'nothing'], 1, /^There is no identity provider nothing\.$/],
      [
        ['set', 'localhost:3000'],
        2,
        /^Specify --default IDP, --auto-login on\|off\|pause, --entity-id URI or --acs-path PATH\./,
      ],
      [['set', 'localhost:3000', '--default', 'none', '--auto-login', 'on'], 2, /^Auto Login needs a Default Provider/],
      [['set', 'localhost:3000', '--auto-login', 'perhaps'], 2, /^--auto-login must be on, off or pause\./],
    ];
    for (const [args, code, message] of cases) {
      const result = await run('domain', ...args);
      expect(result.complained).to.match(message);
      expect(result.code, args.join(' ')).to.equal(code);
    }
  });

  function run(...args: string[]) {
    return runCli(deps, args);
  }
});
