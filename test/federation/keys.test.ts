import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { createKeyParsers } from '../../src/federation/keys.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('federation/keys', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('parses the public key of a certificate or in PEM', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'idp' }], { keyType: 'ec' });
    expect(deps.keys.publicKey(cert).equals(new X509Certificate(cert).publicKey)).to.equal(true);
    expect(deps.keys.publicKey(publicPem).equals(publicKey)).to.equal(true);
    expect(() => deps.keys.publicKey('no key')).to.throw();
  });

  it('unseals and parses a private key', () => {
    expect(deps.keys.privateKey(deps.secrets.seal(privatePem)).equals(privateKey)).to.equal(true);
    expect(() => deps.keys.privateKey(privatePem)).to.throw();
  });

  it('remembers the keys used last, up to its limit', () => {
    const { publicKey: parse } = createKeyParsers(deps.secrets);
    const key = (count: number) => parse(`${publicPem}${'\n'.repeat(count)}`);
    const first = key(0);
    for (let count = 1; count < 500; count++) key(count);
    expect(key(0)).to.equal(first);
    for (let count = 500; count < 1_000; count++) key(count);
    expect(key(0)).not.to.equal(first);
    expect(key(0).equals(createPublicKey(publicPem))).to.equal(true);
  });
});
