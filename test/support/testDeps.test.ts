import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { type TestDeps, testDeps, testStart } from './testDeps.ts';

describe('testDeps', () => {
  const folders: string[] = [];
  let first: TestDeps;

  before(async () => {
    first = await testDeps();
  });

  it('repeats its random bytes, and has a fixed clock that can be moved', async () => {
    const second = await testDeps();
    folders.push(second.config.dataDir);
    expect(second.randomBytes(16)).to.deep.equal(first.randomBytes(16));
    expect(second.randomBytes(16)).not.to.deep.equal(second.randomBytes(16));
    second.clock.advance(1000);
    expect([first.now(), second.now()]).to.deep.equal([testStart, testStart + 1000]);
  });

  it('returns different key pairs in turn', async () => {
    const [one, two] = [await first.keys.createKeyPair(), await first.keys.createKeyPair()];
    expect(one.publicKey).not.to.equal(two.publicKey);
    expect(createPublicKey(one.privateKey).export({ type: 'spki', format: 'pem' })).to.equal(one.publicKey);
  });

  it('keeps the log', () => {
    first.log.info({ reason: 'expired' }, 'refused');
    expect(first.logged.at(-1)).to.include({ level: 30, reason: 'expired', msg: 'refused' });
  });

  it('removes the data of a test, but not that of a suite', () => {
    expect(folders.map(existsSync)).to.deep.equal([false]);
    expect(existsSync(first.config.dataDir)).to.equal(true);
  });
});
