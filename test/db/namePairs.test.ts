import { expect } from 'chai';
import { pairOf, pairsOfName } from '../../src/db/namePairs.ts';
import { nameKeyOf } from '../../src/store/searchWords.ts';

describe('db/namePairs', () => {
  it('pairs the starts of the first four words of a name', () => {
    expect(pairsOfName(nameKeyOf('Zoë Müller-Groß'))).to.deep.equal(['mu zo', 'gr zo', 'gr mu']);
    expect(pairsOfName(nameKeyOf('Anna Anna Andersen'))).to.deep.equal(['an an']);
    expect(pairsOfName('aa bb cc dd ee').some((pair) => pair.includes('ee'))).to.equal(false);
    for (const none of ['', 'anna', 'a b', 'anna b']) expect(pairsOfName(none), none).to.deep.equal([]);
  });

  it('finds a pair by longer words in any order, and none by words that are too short', () => {
    expect([pairOf('zoe', 'mull'), pairOf('mu', 'zo')]).to.deep.equal(['mu zo', 'mu zo']);
    expect([pairOf('z', 'mull'), pairOf('', ''), pairOf('𠮷', 'zo')]).to.deep.equal([undefined, undefined, undefined]);
    expect(pairOf('𠮷𠮷x', 'zo')).to.equal('zo 𠮷𠮷');
  });
});
