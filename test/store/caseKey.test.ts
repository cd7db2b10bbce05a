import { expect } from 'chai';
import { caseKey } from '../../src/store/caseKey.ts';

describe('caseKey', () => {
  it('folds the case of every alphabet', () => {
    expect(caseKey('Ada.LOVELACE@Acme.com')).to.equal('ada.lovelace@acme.com');
    expect(caseKey('ÉMILIE Ωμέγα ЖЕНЯ')).to.equal('émilie ωμέγα женя');
    expect(caseKey('STRAẞE ǅ ᾈ')).to.equal('straße ǆ ᾀ');
  });

  it('turns no look-alike into an ASCII letter', () => {
    const lookAlikes = {
      kelvinSign: '\u212Aate',
      dottedI: '\u0130vy',
      dotlessI: '\u0131vy',
      longS: 'bo\u017Fs',
      fullWidth: '\uFF41nna',
      cyrillicA: '\u0430nna',
      ligature: '\uFB01ona',
      ohmSign: '\u2126',
      thetaSymbol: '\u03F4',
      zeroWidth: 'an\u200Bna',
    };
    for (const [name, text] of Object.entries(lookAlikes)) {
      expect(caseKey(text), name).not.to.match(/^[\x20-\x7e]+$/);
    }
  });

  it('keeps letters apart that differ by more than case', () => {
    const words = [
      'strasse',
      'straße',
      'e\u0301',
      '\u00e9',
      'i',
      'ı',
      'İ',
      'k',
      '\u212A',
      's',
      'ſ',
      'σ',
      'ς',
      '\u212B',
      'å',
    ];
    const keys = words.map(caseKey);
    expect(keys.indexOf(caseKey('K'))).to.equal(words.indexOf('k'));
    const alike = words.filter((_, index) => keys.indexOf(keys[index] ?? '') !== index);
    expect(alike).to.deep.equal([]);
  });

  it('folds a character only to the lower case of the same letter', () => {
    const pairs = ['\u2126ω', '\u03F4θ', '\u212Aк', '\u212Bå', 'İi', 'ſs'];
    for (const [sign = '', letter = ''] of pairs) expect(caseKey(sign)).to.not.equal(caseKey(letter));
  });

  it('is idempotent, and turns no other character into an ASCII letter', () => {
    const unsettled: string[] = [];
    const brought: string[] = [];
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
      const character = String.fromCodePoint(codePoint);
      const key = caseKey(character);
      if (caseKey(key) !== key) unsettled.push(character);
      if (codePoint > 0x7f && /[^\x80-\u{10ffff}]/u.test(key)) brought.push(character);
    }
    expect({ unsettled, brought }).to.deep.equal({ unsettled: [], brought: [] });
  });
});
