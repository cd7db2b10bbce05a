import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { insertDomain } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { aDomain, aProvider } from '../support/rows.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/logInScreen', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    await insertDomain(deps.store.db, aDomain({ url: 'https://intranet.acme.com' }));
    await insertProvider(deps.store.db, aProvider({ name: 'Cloud' }), '');
  });

  it('asks for the e-mail address first, or not', async () => {
    const screen = (...args: string[]) => jsonOf(deps, ['domain', 'log-in-screen', 'intranet.acme.com', ...args]);
    expect(await screen()).to.deep.equal({ url: 'https://intranet.acme.com', emailFirst: false });
    expect(await screen('--email-first', 'on')).to.include({ emailFirst: true });
    expect(await screen()).to.include({ emailFirst: true });
    expect(await screen('--email-first', 'off')).to.include({ emailFirst: false });
  });

  it('sets and removes a logo', async () => {
    const [picture, drawing] = [join(tempFolder(), 'a.gif'), join(tempFolder(), 'a.svg')];
    writeFileSync(picture, 'GIF89a');
    writeFileSync(drawing, '<svg/>');
    expect(await jsonOf(deps, ['idp', 'logo', 'cloud', '--file', picture])).to.include({ logo: true });
    const refused = await runCli(deps, ['idp', 'logo', 'cloud', '--file', drawing]);
    expect([refused.code, refused.complained]).to.deep.equal([1, 'Use a PNG, JPEG, GIF or WebP picture.']);
    const missing = await runCli(deps, ['idp', 'logo', 'cloud', '--file', `${picture}.gone`]);
    expect([missing.code, missing.complained]).to.deep.equal([1, `File not found: ${picture}.gone`]);
    expect((await runCli(deps, ['idp', 'logo', 'cloud'])).code).to.equal(2);
    expect((await runCli(deps, ['idp', 'logo', 'cloud', '--remove'])).printed).to.equal('Cloud has no logo.');
  });
});
