import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { federationOf, memberId } from '../federation/metadata/federation.ts';
import { certificateOf, signMetadata } from '../saml/support/signedMetadata.ts';
import { serve } from '../support/listen.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

const metadata = fileURLToPath(new URL('../federation/metadata/fixtures/jumpcloud.xml', import.meta.url));

describe('anteroom idp', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    await ensureFirstDomain(deps);
  });

  it('imports a provider from a URL, and updates it from a file without changing its settings', async () => {
    const url = await serve(readFileSync(metadata));
    const provider = await json('idp', 'import', url, '--name', 'JumpCloud', '--button');
    expect(provider).to.include({ name: 'JumpCloud', showButton: true, enabled: true, metadataUrl: url });
    expect(provider.certificates[0].sha256).to.match(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const again = await run('idp', 'import', metadata);
    expect(again.printed).to.equal('Updated JumpCloud (rivet-jumpcloud).');
    const [listed, ...others] = await json('idp', 'list');
    expect(others).to.deep.equal([]);
    expect(listed).to.include({ id: provider.id, name: 'JumpCloud', showButton: true, metadataUrl: url });
    expect(await json('idp', 'show', provider.entityId)).to.deep.equal(listed);
  });

  it('imports a provider from standard input, with the name in its metadata or the host of its EntityID', async () => {
    const okta = readFileSync(new URL('../federation/metadata/fixtures/okta.xml', import.meta.url), 'utf8');
    expect(await jsonOf(deps, ['idp', 'import', '-'], okta)).to.include({ name: 'www.okta.com', showButton: false });
  });

  it('searches a collection, and imports one of it, or of an MDQ server', async () => {
    const url = await serve(federationOf(400));
    expect((await run('idp', 'import', url)).complained)
      .to.contain('collection of 400')
      .and.contain('anteroom idp search');
    expect(await json('idp', 'search', url, 'university', '399')).to.deep.equal([
      { entityId: memberId(399), name: 'University 399' },
    ]);
    expect((await run('idp', 'search', url, 'university')).printed).to.contain('The first 50 of 400.');
    const one = ['idp', 'import', url, '--entity-id', memberId(399)];
    expect(await json(...one)).to.include({ entityId: memberId(399), name: 'University 399', metadataUrl: url });
    expect((await run('idp', 'search', await serve(readFileSync(metadata)), 'x')).complained).to.contain(
      'no collection',
    );
    const mdq = await serve(readFileSync(metadata));
    expect((await run('idp', 'import', mdq, '--mdq')).complained).to.contain('--mdq needs --entity-id');
    const asked = await json('idp', 'import', mdq, '--mdq', '--entity-id', 'rivet-jumpcloud');
    expect(asked.metadataUrl).to.equal(`${mdq}/entities/rivet-jumpcloud`);
  });

  it('requires a signature of a pinned certificate, and shows its fingerprint', async () => {
    const file = join(tempFolder(), 'federation.pem');
    writeFileSync(file, await certificateOf());
    const okta = readFileSync(new URL('../federation/metadata/fixtures/okta.xml', import.meta.url), 'utf8');
    const pinned = ['idp', 'import', '-', '--name', 'Okta', '--signed-by', file];
    expect((await runCli(deps, pinned, okta)).complained).to.contain('is not signed');
    await jsonOf(deps, pinned, signMetadata(okta));
    expect((await run('idp', 'show', 'Okta')).printed).to.match(/metadata-signers +SHA-256 ([0-9A-F]{2}:){31}/);
    expect(await json('idp', 'set', 'Okta', 'metadata-signers=')).to.include({ metadataSigners: '' });
    const none = await run('idp', 'import', metadata, '--signed-by', metadata);
    expect(none.complained).to.match(/^--signed-by: Paste up to 5 certificates/);
  });

  it('checks the name before it imports metadata', async () => {
    const { code, complained } = await run('idp', 'import', metadata, '--name', 'x'.repeat(65));
    expect({ code, complained }).to.deep.equal({ code: 1, complained: '--name: Use at most 64 characters.' });
    expect(await json('idp', 'list')).to.deep.equal([]);
  });

  it('prints warnings about metadata', async () => {
    const file = metadata.replace('jumpcloud', 'simplesamlphp');
    expect((await run('idp', 'import', file)).complained).to.equal(
      'Warning: The provider only accepts login requests by HTTP-Redirect.',
    );
  });

  it('shows settings, endpoints and certificates as text', async () => {
    await json('idp', 'import', metadata, '--name', 'JumpCloud');
    const { printed } = await run('idp', 'show', 'jumpcloud');
    for (const line of [
      /^EntityID +rivet-jumpcloud$/m,
      /^clock-skew +60$/m,
      /^SSO by HTTP-POST +https:/m,
      /RSA 2048, SHA-256/,
    ])
      expect(printed).to.match(line);
    expect((await run('idp', 'list')).printed).to.match(
      /^JumpCloud +rivet-jumpcloud +enabled +no +http:\/\/localhost:3000$/m,
    );
  });

  it('disables a provider', async () => {
    await json('idp', 'import', metadata, '--name', 'JumpCloud');
    expect(await json('idp', 'set', 'JumpCloud', 'enabled=off')).to.include({ enabled: false });
  });

  it('warns about the consequences of removing a provider', async () => {
    await json('idp', 'import', metadata, '--name', 'JumpCloud');
    await json('domain', 'setup', 'localhost:3000');
    await run('domain', 'set', 'localhost:3000', '--default', 'JumpCloud', '--auto-login', 'on');
    expect(await run('idp', 'remove', 'JumpCloud')).to.deep.equal({
      code: 0,
      printed: 'Removed JumpCloud. Sessions ended: 0.',
      complained: 'Warning: http://localhost:3000 no longer has a Default Provider, so Auto Login is off.',
    });
    expect(await json('idp', 'list')).to.deep.equal([]);
  });

  it('refuses another certificate of a known EntityID with the difference, unless it is clear what is meant', async () => {
    const [a, b] = ['a', 'b'].map((name) =>
      metadata.replace('jumpcloud', `cases/one-entityid-two-certificates-${name}`),
    );
    // The metadata has a warning.
    const imported = async (...args: string[]) => JSON.parse((await run('idp', 'import', ...args, '--json')).printed);
    await json('domain', 'add', 'https://b.example.com');
    const one = await imported(a ?? '', '--name', 'Entra', '--domain', 'localhost:3000');
    expect(one.domains).to.deep.equal(['http://localhost:3000']);
    const refused = await run('idp', 'import', b ?? '');
    expect(refused.code).to.equal(1);
    for (const text of ['Entra', 'Certificate added', 'Certificate removed', '--update ID', '--domain URL', one.id])
      expect(refused.complained).to.contain(text);
    expect(await json('idp', 'show', 'Entra')).to.deep.equal(one);
    const two = await imported(b ?? '', '--name', 'Second', '--domain', 'https://b.example.com');
    expect(two.domains).to.deep.equal(['https://b.example.com']);
    expect(await json('idp', 'show', 'Entra')).to.deep.equal(one);
    expect((await run('idp', 'show', one.entityId)).complained).to.match(/ is not unique\. Use an id: /);
    const taken = await run('idp', 'set', 'Entra', 'button=on', 'domains=localhost:3000,https://b.example.com');
    expect(taken.complained).to.match(/uses Second, which has the same EntityID/);
    expect(await json('idp', 'show', 'Entra'), 'nothing is changed by halves').to.deep.equal(one);
    const updated = await imported(b ?? '', '--update', one.id);
    expect(updated).to.deep.include({
      id: one.id,
      name: 'Entra',
      domains: one.domains,
      certificates: two.certificates,
    });
    expect((await run('idp', 'import', a ?? '', '--update', one.id, '--domain', 'localhost:3000')).code).to.equal(2);
  });

  it('changes the domains of a provider', async () => {
    await json('domain', 'add', 'https://b.example.com');
    const { domains } = await json('idp', 'import', metadata, '--name', 'JumpCloud');
    expect(domains).to.have.lengthOf(2);
    const changed = await json('idp', 'set', 'JumpCloud', 'domains=b.example.com');
    expect(changed.domains).to.deep.equal(['https://b.example.com']);
    const refused = await run('domain', 'set', 'localhost:3000', '--default', 'JumpCloud');
    expect(refused.complained).to.match(/is not used at this domain/);
  });

  it('explains what is wrong', async () => {
    const okta = metadata.replace('jumpcloud', 'okta');
    for (const file of [metadata, okta]) await json('idp', 'import', file, '--name', 'Twin');
    const cases: [string[], RegExp][] = [
      [['import', 'no-such-file.xml'], /^File not found: no-such-file\.xml$/],
      [['import', 'http://127.0.0.1:1/metadata'], /cannot be reached/],
      [['show', 'nothing'], /^There is no identity provider nothing\.$/],
      [['show', 'twin'], /^twin is not unique\. Use an id: [\w-]+, [\w-]+\.$/],
    ];
    for (const [args, message] of cases) {
      const { code, complained } = await run('idp', ...args);
      expect(complained).to.match(message);
      expect(code, args.join(' ')).to.equal(1);
    }
  });

  function run(...args: string[]) {
    return runCli(deps, args);
  }

  function json(...args: string[]) {
    return jsonOf(deps, args);
  }
});
