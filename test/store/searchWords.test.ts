import { expect } from 'chai';
import { nameKeyOf, wordsOfAddress, wordsOfQuery, wordsOfText } from '../../src/store/searchWords.ts';

describe('store/searchWords', () => {
  it('folds case and accents, also of letters that Unicode does not decompose', () => {
    expect(nameKeyOf('Müller-Łuk Ærø Straße')).to.equal('muller-luk aero strasse');
    expect(nameKeyOf('ΠΑΠΑΔΟΠΟΥΛΟΣ')).to.equal('παπαδοπουλοσ');
  });

  it('splits a text into words of letters and digits', () => {
    expect(wordsOfText(' Head of Sales & IT (2nd)')).to.deep.equal(['head', 'of', 'sales', 'it', '2nd']);
    expect(wordsOfText('x'.repeat(50))).to.deep.equal(['x'.repeat(40)]);
  });

  it('finds an address by its words before the @ and as a whole', () => {
    expect(wordsOfAddress('Anna.Berg@Acme.com')).to.deep.equal(['anna', 'berg', 'anna.berg@acme.com']);
    expect(wordsOfAddress('anna.berg')).to.deep.equal(['anna', 'berg']);
  });

  it('reads a search: each word once, at most eight, addresses whole', () => {
    expect(wordsOfQuery('Anna  ANNA berg@acme Zoë-Lund')).to.deep.equal(['anna', 'berg@acme', 'zoe', 'lund']);
    expect(wordsOfQuery('a b c d e f g h i j')).to.have.lengthOf(8);
    expect(wordsOfQuery('')).to.deep.equal([]);
  });

  it('sorts people by their folded name', () => {
    expect(nameKeyOf('Ödön Berg')).to.equal('odon berg');
    expect(nameKeyOf('x'.repeat(200))).to.have.lengthOf(120);
  });
});
