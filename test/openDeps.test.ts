import { createPublicKey } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { parseConfig } from '../src/config.ts';
import { createKeyPair, openDeps, openRandomBytes } from '../src/openDeps.ts';
import { whenDone } from './support/cleanup.ts';
import { tempFolder } from './support/tempFolder.ts';

describe('openDeps', () => {
  for (const [title, env] of [
    ['a new key', {}],
    ['SECRET_KEY', { SECRET_KEY: Buffer.alloc(32, 9).toString('base64') }],
  ] as const)
    it(`creates a data folder that only its owner can read, with ${title}`, async () => {
      const folder = join(tempFolder(), 'new', 'data');
      const deps = await openDeps(parseConfig({ DATA_DIR: folder, ...env }), pino({ level: 'silent' }));
      whenDone(() => deps.store.close());
      expect(deps.keys.createKeyPair).to.equal(createKeyPair);
      expect(deps.passwordCost).to.deep.equal({ memory: 19_456, passes: 2 }); // OWASP's recommendation for argon2id
      expect(statSync(folder).mode & 0o777).to.equal(0o700);
    });
});

describe('createKeyPair', () => {
  it('creates a new RSA key of 3072 bits each time', async () => {
    const [one, two] = [await createKeyPair(), await createKeyPair()];
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(one.publicKey);
    expect({ asymmetricKeyType, ...asymmetricKeyDetails }).to.deep.equal({
      asymmetricKeyType: 'rsa',
      modulusLength: 3072,
      publicExponent: 65_537n,
    });
    expect(createPublicKey(one.privateKey).export({ type: 'spki', format: 'pem' })).to.equal(one.publicKey);
    expect(one.publicKey).not.to.equal(two.publicKey);
  });
});

describe('openRandomBytes', () => {
  it('returns the requested number of bytes, and no byte of the pool twice', () => {
    const randomBytes = openRandomBytes();
    const seen = new Set<string>();
    const memory = new Map<ArrayBufferLike, Set<number>>();
    for (let size = 16; size <= 400; size += 16) {
      const bytes = randomBytes(size);
      expect(bytes).to.have.length(size);
      seen.add(bytes.toString('hex'));
      const taken = memory.get(bytes.buffer) ?? new Set();
      memory.set(bytes.buffer, taken);
      for (let at = bytes.byteOffset; at < bytes.byteOffset + size; at++) {
        expect(taken.has(at)).to.equal(false);
        taken.add(at);
      }
    }
    expect(seen.size).to.equal(25);
  });

  it('returns more bytes than the pool has', () => {
    expect(openRandomBytes()(100_000)).to.have.length(100_000);
  });
});
