import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../src/config.ts';
import { createSecretKey, deriveSecrets, findSecretKey, secretKeyPlace } from '../src/secrets.ts';
import { tempFolder } from './support/tempFolder.ts';
import { seededBytes } from './support/testDeps.ts';

const secrets = (key: number) => deriveSecrets(Buffer.alloc(32, key), seededBytes('secrets'));

describe('secrets', () => {
  it('unseals what it sealed, but nothing changed or sealed with another key', () => {
    const own = secrets(1);
    for (const text of ['', 'ü', 'x'.repeat(10_000)]) expect(own.unseal(own.seal(text))).to.equal(text);
    const sealed = own.seal('-----BEGIN PRIVATE KEY-----');
    expect(() => secrets(2).unseal(sealed)).to.throw();
    expect([own.tryUnseal(sealed), secrets(2).tryUnseal(sealed)]).to.deep.equal([own.unseal(sealed), undefined]);
    const bytes = Buffer.from(sealed, 'base64');
    for (const position of bytes.keys()) {
      const altered = Buffer.from(bytes);
      altered[position] = (altered[position] ?? 0) ^ 1;
      expect(() => own.unseal(altered.toString('base64')), `byte ${position}`).to.throw();
    }
  });

  it('refuses truncated data, including a truncated tag', () => {
    const own = secrets(1);
    const bytes = Buffer.from(own.seal('text'), 'base64');
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => own.unseal(bytes.subarray(0, length).toString('base64')), `${length} bytes`).to.throw();
  });

  it('seals the same text differently each time', () => {
    const own = secrets(1);
    expect(own.seal('text')).not.to.equal(own.seal('text'));
  });

  it('derives one key per purpose, and the same ones after a restart', () => {
    const [first, again, other] = [secrets(1), secrets(1), secrets(2)];
    expect(new Set([first.sessionKey, other.sessionKey, Buffer.alloc(32, 1).toString('base64')]).size).to.equal(3);
    expect(again.sessionKey).to.equal(first.sessionKey);
    expect(again.unseal(first.seal('text'))).to.equal('text');
    expect(Buffer.from(first.sessionKey, 'base64')).to.have.lengthOf(32);
  });

  it('creates the secret key for its owner only, and keeps it', () => {
    const config = parseConfig({ DATA_DIR: join(tempFolder(), 'new', 'data') });
    expect(findSecretKey(config)).to.equal(undefined);
    createSecretKey(config, seededBytes('one'));
    const key = findSecretKey(config);
    expect(key).to.have.lengthOf(32);
    createSecretKey(config, seededBytes('two'));
    expect(findSecretKey(config)).to.deep.equal(key);
    const file = secretKeyPlace(config);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(config.dataDir)).to.deep.equal(['secret.key']);
    expect(readFileSync(file, 'utf8')).to.equal(`${key?.toString('base64')}\n`);
  });

  it('takes a key that was restored for everybody to read away from them', () => {
    const config = parseConfig({ DATA_DIR: tempFolder() });
    createSecretKey(config, seededBytes('one'));
    chmodSync(secretKeyPlace(config), 0o644);
    findSecretKey(config);
    expect(statSync(secretKeyPlace(config)).mode & 0o777).to.equal(0o600);
  });

  it('prefers the key of the environment over the file', () => {
    const given = Buffer.alloc(32, 9);
    const config = parseConfig({ DATA_DIR: tempFolder(), SECRET_KEY: given.toString('base64') });
    expect(findSecretKey(config)).to.deep.equal(given);
    expect(secretKeyPlace(config)).to.equal('SECRET_KEY');
  });

  it('refuses a file without a key', () => {
    const config = parseConfig({ DATA_DIR: tempFolder() });
    const file = secretKeyPlace(config);
    writeFileSync(file, '');
    expect(() => findSecretKey(config)).to.throw(`${file} does not contain 32 bytes`);
  });
});
