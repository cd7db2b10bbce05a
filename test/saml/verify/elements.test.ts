import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBase64, parseDateTime } from '../../../src/saml/verify/elements.ts';

describe('decodeBase64', () => {
  it('decodes all octets, with white space anywhere', () => {
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

describe('parseDateTime', () => {
  const good: [string, string][] = [
    ['2026-01-15T12:00:00Z', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15T12:00:00.5Z', '2026-01-15T12:00:00.500Z'],
    ['2026-01-15T12:00:00.1239999Z', '2026-01-15T12:00:00.123Z'],
    ['2026-01-15T12:00:00.1239999999999999999Z', '2026-01-15T12:00:00.123Z'],
    ['2026-01-15T12:00:00+00:00', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15T12:00:00-00:00', '2026-01-15T12:00:00.000Z'],
    ['2026-01-31T24:00:00Z', '2026-02-01T00:00:00.000Z'],
    ['2026-12-31T24:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ];
  for (const [text, time] of good) it(`reads ${text}`, () => expect(parseDateTime(text)).to.equal(Date.parse(time)));

  const bad = [
    '',
    'Z',
    '2026-01-15',
    '2026-01-15T12:00:00',
    '2026-01-15T12:00:00z',
    '2026-01-15T12:00:00+01:00',
    '2026-01-15 12:00:00Z',
  ];
  const worse = [
    '2026-02-29T12:00:00Z',
    '2026-00-10T12:00:00Z',
    '2026-13-10T12:00:00Z',
    '2026-01-15T24:00:01Z',
    '2026-01-15T24:01:00Z',
    '2026-01-15T24:00:00.0001Z',
    '2026-01-15T25:00:00Z',
    '2026-02-29T24:00:00Z',
    '2026-01-15T12:60:00Z',
    '2026-01-15T12:00:60Z',
  ];
  const worst = [
    '-026-01-15T12:00:00Z',
    '2026-01-15T12:00:00.Z',
    '2026-01-15T12:00:00.123456789012345678901Z',
    ' 2026-01-15T12:00:00Z',
    '2026-1-15T12:00:00ZZ',
    '2026-01-15T1a:00:00Z',
  ];
  for (const text of [...bad, ...worse, ...worst])
    it(`refuses "${text}"`, () => expect(parseDateTime(text)).to.equal(undefined));
});
