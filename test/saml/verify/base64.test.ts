import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBase64 } from '../../../src/saml/verify/base64.ts';

describe('decodeBase64', () => {
  it('decodes all octets, with line breaks and blanks anywhere', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.constantFrom('\n', '\r\n', ' ', '\t'),
        (octets, place, blank) => {
          const text = Buffer.from(octets).toString('base64');
          const at = place % text.length;
          expect(decodeBase64(text)?.equals(octets)).to.equal(true);
          expect(decodeBase64(text.slice(0, at) + blank + text.slice(at))?.equals(octets)).to.equal(true);
        },
      ),
      { seed: 20260121 },
    );
  });

  for (const text of [
    '',
    ' ',
    '====',
    'A',
    'AA',
    'AAA',
    'AB==',
    'AAB=',
    'AAAA=',
    'AA==AA==',
    '-_-_',
    'AA.A',
    'AA\u00a0A',
    'AA\u0000A',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(decodeBase64(text)).to.equal(undefined));
  }
});
