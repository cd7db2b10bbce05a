import { expect } from 'chai';
import { isCommonPassword } from '../../src/login/commonPasswords.ts';

describe('login/commonPasswords', () => {
  for (const password of ['1qaz2wsx3edc', 'qwerty123456', 'QwertyQwerty', 'leavemealone', 'motherfucker'])
    it(`knows ${password}`, () => {
      expect(isCommonPassword(password)).to.equal(true);
    });

  for (const password of ['correct horse battery staple', '1qaz2wsx3edc!', 'ß'.repeat(12), ''])
    it(`does not know ${password || 'an empty one'}`, () => {
      expect(isCommonPassword(password)).to.equal(false);
    });

  it('takes no random password for a common one', () => {
    const some = Array.from({ length: 5_000 }, (_, index) => `not-a-common-one-${index * 7919}`);
    expect(some.filter(isCommonPassword)).to.deep.equal([]);
  });
});
