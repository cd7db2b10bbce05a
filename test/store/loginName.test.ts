import { expect } from 'chai';
import { loginKey, normalizeLoginName, soughtKey, visibleName } from '../../src/store/loginName.ts';

const ZERO_WIDTH = ['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u180e', '\ufe0f', '\u3164'];
const DIRECTION = ['\u200e', '\u200f', '\u061c', '\u202a', '\u202e', '\u2066', '\u2069'];
const CONTROL = ['\0', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029'];
const invisible = [...ZERO_WIDTH, ...DIRECTION, ...CONTROL];

describe('store/loginName', () => {
  it('stores names in NFC, trimmed, and without what shows nothing', () => {
    expect(normalizeLoginName('  Ada.Lovelace@acme.com\u00a0')).to.equal('Ada.Lovelace@acme.com');
    expect(normalizeLoginName('rene\u0301')).to.equal('ren\u00e9');
    expect(normalizeLoginName('Ada Lovelace')).to.equal('Ada Lovelace');
    for (const character of invisible) {
      const code = character.codePointAt(0)?.toString(16);
      expect(normalizeLoginName(`${character}a${character}da${character}`), code).to.equal('ada');
      expect(normalizeLoginName(`e${character}\u0301`), code).to.equal('\u00e9');
      expect(normalizeLoginName(character), code).to.equal('');
    }
  });

  it('finds no one by a name that contains what shows nothing, and everyone by their name in any form', () => {
    for (const character of [' ', ...invisible])
      for (const name of [`a${character}da`, `${character}ada`, `ada${character}`])
        expect(soughtKey(name)).to.not.equal(loginKey('ada'));
    expect(soughtKey('ADA')).to.equal(loginKey(' ada\u200b'));
    expect(soughtKey('RENE\u0301')).to.equal(loginKey('ren\u00e9'));
    expect(soughtKey('\u212bsa')).to.equal(loginKey('\u00e5sa')); // the Ångström sign is the letter in NFC
  });

  it('makes visible what shows nothing', () => {
    expect(visibleName('a\u200bd\u{e0041}a\t')).to.equal('a[U+200B]d[U+E0041]a[U+0009]');
    expect(visibleName('René')).to.equal('René');
  });

  it('makes no look-alike an ASCII letter', () => {
    for (const name of ['\u212aate', 'a\u037eb', 'a\u1fefb']) {
      expect(normalizeLoginName(name)).to.equal(name);
      expect(soughtKey(name)).to.not.match(/^[\0-\x7f]*$/);
    }
  });

  it('is idempotent for every character', () => {
    const unsettled: string[] = [];
    for (let code = 0; code <= 0x1ffff; code += 1) {
      const character = String.fromCodePoint(code);
      const text = ` ${character}\u0301`;
      const name = normalizeLoginName(text);
      if (normalizeLoginName(name) !== name || soughtKey(name) !== loginKey(text)) unsettled.push(code.toString(16));
    }
    expect(unsettled).to.deep.equal([]);
  });
});
