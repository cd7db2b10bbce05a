import { expect } from 'chai';
import { hashPassword, passwordFault, recommendedCost, verifyPassword } from '../../src/login/passwords.ts';
import { seededBytes, testPasswordCost } from '../support/testDeps.ts';

const cheapDeps = () => ({ randomBytes: seededBytes('salt'), passwordCost: testPasswordCost });

const PASSWORD = 'correct horse battery';

describe('passwords', () => {
  it('are stored as argon2id in the PHC format, each with its own salt', async () => {
    const deps = cheapDeps();
    const [one, two] = [await hashPassword(deps, PASSWORD), await hashPassword(deps, PASSWORD)];
    expect(one).to.match(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.to.equal(two);
    expect([
      await verifyPassword(cheapDeps(), PASSWORD, one),
      await verifyPassword(cheapDeps(), PASSWORD, two),
    ]).to.deep.equal([true, true]);
  });

  it('have the given cost, and stay readable when it changes', async () => {
    const dear = { ...cheapDeps(), passwordCost: recommendedCost };
    const hash = await hashPassword(dear, PASSWORD);
    expect(hash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(cheapDeps(), PASSWORD, hash)).to.equal(true);
    expect(await verifyPassword(dear, PASSWORD, await hashPassword(cheapDeps(), PASSWORD))).to.equal(true);
  });

  it('are compared character by character', async () => {
    const hash = await hashPassword(cheapDeps(), PASSWORD);
    for (const other of ['', PASSWORD.toUpperCase(), `${PASSWORD} `, PASSWORD.slice(0, -1), `${PASSWORD}\0`])
      expect(await verifyPassword(cheapDeps(), other, hash), JSON.stringify(other)).to.equal(false);
  });

  it('may contain any characters', async () => {
    for (const password of ['Straße über Ödön 🔑', '密码密码密码密码密码密码']) {
      const hash = await hashPassword(cheapDeps(), password);
      expect(await verifyPassword(cheapDeps(), password, hash)).to.equal(true);
    }
  });

  it('never match a missing or unreadable hash', async () => {
    for (const hash of [undefined, '', '$2b$10$abc', '$argon2id$v=19$m=19456,t=2,p=1$$', 'plain'])
      expect(await verifyPassword(cheapDeps(), hash ?? '', hash)).to.equal(false);
  });

  it('have a minimum and a maximum length', () => {
    expect(passwordFault('elevenchars')).to.contain('at least 12');
    expect(passwordFault('twelve chars')).to.equal(undefined);
    expect(passwordFault('Qwerty123456')).to.equal(
      'This password is in lists that attackers try first. Choose another one.',
    );
    expect(passwordFault('a'.repeat(1_024))).to.equal(undefined);
    expect(passwordFault('a'.repeat(1_025))).to.contain('fewer');
    expect(passwordFault('ä'.repeat(513))).to.contain('fewer');
  });

  it('are not truncated: a password that is too long never matches', async () => {
    const longest = 'a'.repeat(1_024);
    const hash = await hashPassword(cheapDeps(), longest);
    expect(await verifyPassword(cheapDeps(), longest, hash)).to.equal(true);
    expect(await verifyPassword(cheapDeps(), `${longest}b`, hash)).to.equal(false);
    expect(await verifyPassword(cheapDeps(), 'a'.repeat(1_048_576), hash)).to.equal(false);
  });
});
