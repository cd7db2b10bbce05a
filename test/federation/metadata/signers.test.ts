import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import { readSigners, signersOf } from '../../../src/federation/metadata/signers.ts';
import { provider, providerNext } from '../../saml/support/keys.ts';
import { certificateOf, signMetadata } from '../../saml/support/signedMetadata.ts';
import { testDeps } from '../../support/testDeps.ts';
import { fixture, NOW } from './fixtures.ts';

describe('federation/metadata/signers', () => {
  it('takes up to five certificates in PEM, with anything between them refused', async () => {
    const certificate = await certificateOf();
    const two = `\n${certificate}\n\n${certificate}`;
    expect(readSigners(two)).to.deep.equal({ ok: true, value: certificate + certificate });
    expect(readSigners(' ')).to.deep.equal({ ok: true, value: '' });
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    for (const text of [
      ...['hello', `x${certificate}`, certificate.replace('MII', 'AII'), certificate.repeat(6)],
      ...[provider.publicKey.export({ type: 'spki', format: 'pem' }).toString(), await certificateOf(weak)],
    ]) {
      const read = readSigners(text);
      expect(read.ok ? 'accepted' : read.errors.signers).to.match(/^(Paste up to 5|Use at most 5)/);
    }
  });

  it('refuses a certificate with a key that cannot be read', () => {
    const metadata = fixture('cases/certificate-of-an-unknown-key-algorithm');
    const [, base64 = ''] = /X509Certificate>([^<]+)</.exec(metadata) ?? [];
    const read = readSigners(`-----BEGIN CERTIFICATE-----\n${base64.trim()}\n-----END CERTIFICATE-----\n`);
    expect(read.ok ? 'accepted' : read.errors.signers).to.match(/^Paste up to 5/);
  });

  it('reads and keeps only what was signed', async () => {
    const deps = await testDeps();
    const signers = signersOf(deps, await certificateOf());
    const okta = fixture('okta');
    const read = readMetadata(signMetadata(okta), { now: NOW, signers });
    expect(read.ok && read.metadata.xml)
      .to.contain('exk9rivet42example697')
      .and.not.contain('Signature');
    expect(read.ok && read.metadata.warnings).to.deep.equal([]);
    const plain = readMetadata(okta, { now: NOW });
    expect(read.ok && { ...read.metadata, xml: '' }).to.deep.equal(plain.ok && { ...plain.metadata, xml: '' });
  });

  for (const [title, xml, code, message] of [
    ['unsigned', (okta: string) => okta, 'not_signed', /must be signed with the certificate that is pinned/],
    [
      'signed by another key',
      (okta: string) => signMetadata(okta, 'EntityDescriptor', { key: providerNext.privateKey }),
      'bad_signature',
      /compare the fingerprint/,
    ],
    [
      'changed afterwards',
      (okta: string) => signMetadata(okta).replace('/sso/saml"', '/sso/evil"'),
      'bad_signature',
      /was changed after it was signed/,
    ],
    [
      'signed with SHA-1',
      (okta: string) =>
        signMetadata(okta, 'EntityDescriptor', {
          algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
          hash: 'sha1',
        }),
      'bad_signature',
      /such as SHA-1/,
    ],
  ] as const)
    it(`refuses metadata that is ${title}`, async () => {
      const signers = signersOf(await testDeps(), await certificateOf());
      const read = readMetadata(xml(fixture('okta')), { now: NOW, signers });
      expect(read.ok ? 'was read' : read.error.code).to.equal(code);
      expect(read.ok ? '' : read.error.message).to.match(message);
    });
});
