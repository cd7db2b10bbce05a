import { expect } from 'chai';
import fc from 'fast-check';
import { readDocument } from '../../../src/federation/metadata/document.ts';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import { fixture, fixtureBytes, NOW, type Refusal, read, testRefusals } from './fixtures.ts';

const OKTA = fixture('okta');

const nested = (levels: number) => `${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}`;
const inside = (text: string) => OKTA.replace('<md:KeyDescriptor', `${text}<md:KeyDescriptor`);

const refusals: Refusal[] = [
  ['nothing', () => '', 'empty', /This is empty/],
  ['white space', () => Buffer.from(' \n\t '), 'empty', /This is empty/],
  ['only a byte order mark', () => Buffer.from([0xef, 0xbb, 0xbf]), 'empty', /This is empty/],
  ['more than 1 MB of bytes', () => Buffer.alloc(1_000_001, 32), 'too_large', /larger than 1 MB/],
  ['more than 1 MB of pasted text', () => '€'.repeat(333_334), 'too_large', /larger than 1 MB/],
  ['Latin-1', () => Buffer.from('<a>caf\u00e9</a>', 'latin1'), 'not_utf8', /not UTF-8/],
  ['a picture', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]), 'not_utf8', /not UTF-8/],
  ['a web page', () => '<!DOCTYPE html>\n<html><body>Log in</body></html>', 'is_html', /web page/],
  ['a web page without a doctype', () => '<!-- x -->\n<HTML lang="en"></HTML>', 'is_html', /web page/],
  ['JSON', () => '{"error":"no"}', 'not_xml', /not XML: it starts with "\{"error":"no"\}"/],
  ['a URL', () => 'https://idp.example.com/metadata', 'not_xml', /not XML/],
  ['truncated XML', () => OKTA.slice(0, -30), 'not_xml', /not well-formed XML \(line \d+, column \d+: /],
  ['two roots', () => `${OKTA}<a/>`, 'not_xml', /not well-formed/],
  ['text after the root', () => `${OKTA}x`, 'not_xml', /not well-formed/],
  ['a duplicate attribute', () => OKTA.replace('entityID=', 'entityID="a" entityID='), 'not_xml', /not well-formed/],
  ['an undeclared entity', () => inside('&secret;'), 'not_xml', /not well-formed/],
  ['an undeclared prefix', () => inside('<x:a/>'), 'not_xml', /not well-formed/],
  ['a null character', () => inside('\0'), 'not_xml', /not well-formed/],
  ['a name of a megabyte', () => `<${'a'.repeat(900_000)}></b>`, 'not_xml', /not well-formed.{0,300}$/],
  ['a DOCTYPE', () => OKTA.replace('<md:Ent', '<!DOCTYPE md:EntityDescriptor><md:Ent'), 'doctype', /DOCTYPE/],
  [
    'a DOCTYPE with entities',
    () => OKTA.replace('<md:Ent', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><md:Ent'),
    'doctype',
    /DOCTYPE/,
  ],
  [
    'a processing instruction',
    () => OKTA.replace('<md:Ent', '<?xml-stylesheet href="x"?><md:Ent'),
    'processing_instruction',
    /processing instruction \("<\?xml-sty/,
  ],
  ['33 levels', () => inside(nested(32)), 'too_complex', /more than 32 levels/],
  ['100,000 levels', () => nested(100_000), 'too_complex', /more than 32 levels/],
  ['10,001 elements', () => inside('<a/>'.repeat(10_001)), 'too_complex', /more than 10000 nodes/],
  ['10,001 comments', () => inside('<!---->'.repeat(10_001)), 'too_complex', /more than 10000 nodes/],
  [
    '10,001 attributes on many elements',
    () => inside(`<a ${Array.from({ length: 60 }, (_, at) => `b${at}=""`).join(' ')}/>`.repeat(167)),
    'too_complex',
    /more than 10000 nodes/,
  ],
  [
    '65 attributes on an element',
    () => inside(`<a ${Array.from({ length: 65 }, (_, i) => `a${i}=""`).join(' ')}/>`),
    'too_complex',
    /more than 64 attributes on one element/,
  ],
  [
    '33 namespaces in scope, a few on each level',
    () =>
      inside(
        `${Array.from({ length: 11 }, (_, i) => `<a${[0, 1, 2].map((n) => ` xmlns:p${i}${n}="u"`).join('')}>`).join('')}`,
      ),
    'too_complex',
    /more than 32 namespaces in scope/,
  ],
  ['a long attribute', () => inside(`<a b="${'x'.repeat(8_193)}"/>`), 'too_complex', /more than 8192 characters/],
  ['an element __proto__', () => inside('<__proto__/>'), 'forbidden_name', /"__proto__"/],
  ['an attribute __proto__', () => inside('<a __proto__="x"/>'), 'forbidden_name', /"__proto__"/],
  ['a prefix __proto__', () => inside('<a xmlns:__proto__="x"/>'), 'forbidden_name', /"__proto__"/],
];

describe('federation/metadata/document', () => {
  testRefusals(refusals);

  it('accepts the same size and form just below the limits', () => {
    for (const text of [
      nested(30),
      '<a/>'.repeat(9_000),
      '<!---->'.repeat(9_000),
      `<a ${Array.from({ length: 64 }, (_, i) => `a${i}=""`).join(' ')}/>`,
      `<a b="${'x'.repeat(8_192)}"/>`,
    ])
      expect(read(inside(text)).entityId).to.equal('http://www.okta.com/exk9rivet42example697');
  });

  it('accepts comments, CDATA sections, any names and any declared encoding', () => {
    const xml = `<?xml version='1.0' encoding="ISO-8859-1"?><!-- a --><é xmlns="relative" b='1'>x<!-- b -->y<![CDATA[<&]]></é><!-- c -->`;
    const { root } = readDocument(xml);
    expect(root).to.deep.include({ namespace: 'relative', name: 'é', text: 'xy<&' });
    expect(root.attributes.get('b')).to.equal('1');
  });

  it('returns the document without a byte order mark and surrounding white space', () => {
    expect(readDocument(`\uFEFF\n  ${OKTA}\n`).xml).to.equal(OKTA.trim());
    expect(readDocument(Buffer.from(`\uFEFF${OKTA}`)).xml).to.equal(OKTA.trim());
  });

  it('reads UTF-16 with a byte order mark', () => {
    const text = Buffer.from(`\uFEFF${OKTA}`, 'utf16le');
    expect(readDocument(text).xml).to.equal(OKTA.trim());
    expect(readDocument(text.swap16()).xml).to.equal(OKTA.trim());
  });

  it('returns a value for every input, and never changes the prototype of objects', () => {
    const base = fixtureBytes('jumpcloud');
    const damaged = fc
      .array(fc.tuple(fc.nat(base.length - 1), fc.constantFrom(...Buffer.from('<>/&"\'=: \0]x'), 0xff)), {
        maxLength: 4,
      })
      .map((changes) => {
        const bytes = Buffer.from(base);
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes;
      });
    const property = fc.property(fc.oneof(damaged, fc.uint8Array(), fc.string()), (input) => {
      const result = readMetadata(input, { now: NOW });
      expect(result.ok || result.error.message.length > 20).to.equal(true);
    });
    fc.assert(property, { seed: 7, numRuns: 300 });
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });
});
