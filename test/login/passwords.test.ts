import { expect } from 'chai';
import { hashPassword, passwordFault, verifyPassword } from '../../src/login/passwords.ts';
import { seededBytes } from '../support/testDeps.ts';

const PASSWORD = 'correct horse battery';

describe('passwords', () => {
  it('are stored as argon2id in the PHC format, each with a salt of its own', async () => {
    const randomBytes = seededBytes('salt');
    const [one, two] = [await hashPassword(PASSWORD, randomBytes), await hashPassword(PASSWORD, randomBytes)];
    expect(one).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.to.equal(two);
    expect([await verifyPassword(PASSWORD, one), await verifyPassword(PASSWORD, two)]).to.deep.equal([true, true]);
  });

  it('are taken letter by letter', async () => {
    const hash = await hashPassword(PASSWORD, seededBytes('salt'));
    for (const other of ['', PASSWORD.toUpperCase(), `${PASSWORD} `, PASSWORD.slice(0, -1), `${PASSWORD}\0`])
      expect(await verifyPassword(other, hash), JSON.stringify(other)).to.equal(false);
  });

  it('may hold any letters', async () => {
    for (const password of ['Straße über Ödön 🔑', '密码密码密码密码密码密码']) {
      const hash = await hashPassword(password, seededBytes('salt'));
      expect(await verifyPassword(password, hash)).to.equal(true);
    }
  });

  it('are nobody’s where there is no hash, or none that can be read', async () => {
    for (const hash of [undefined, '', '$2b$10$abc', '$argon2id$v=19$m=19456,t=2,p=1$$', 'plain'])
      expect(await verifyPassword(hash ?? '', hash)).to.equal(false);
  });

  it('are long enough, and not without end', () => {
    expect(passwordFault('elevenchars')).to.contain('at least 12');
    expect(passwordFault('twelve chars')).to.equal(undefined);
    expect(passwordFault('a'.repeat(1_024))).to.equal(undefined);
    expect(passwordFault('a'.repeat(1_025))).to.contain('fewer');
    expect(passwordFault('ä'.repeat(513))).to.contain('fewer');
  });

  it('are not cut: more than fits is wrong, also by a megabyte', async () => {
    const longest = 'a'.repeat(1_024);
    const hash = await hashPassword(longest, seededBytes('salt'));
    expect(await verifyPassword(longest, hash)).to.equal(true);
    expect(await verifyPassword(`${longest}b`, hash)).to.equal(false);
    expect(await verifyPassword('a'.repeat(1_048_576), hash)).to.equal(false);
  });
});
