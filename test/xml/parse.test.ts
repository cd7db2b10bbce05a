import { expect } from 'chai';
import fc from 'fast-check';
import { XmlError, type XmlReason } from '../../src/xml/error.ts';
import { parseFragment, parseXml } from '../../src/xml/parse.ts';
import type { XmlGrammar, XmlLimits } from '../../src/xml/reader.ts';
import type { XmlElement } from '../../src/xml/tree.ts';
import { honestCases } from '../saml/corpus/honest.ts';
import { mutations } from '../saml/support/mutate.ts';
import { documents } from './support/documents.ts';
import { plainTree, treeBySaxes } from './support/saxesTree.ts';

describe('parseXml', () => {
  it('builds the tree that saxes builds for every document of the strict subset', () => {
    fc.assert(
      fc.property(documents, (xml) => {
        const octets = Buffer.from(xml);
        expect(plainTree(parseXml(octets))).to.deep.equal(treeBySaxes(octets));
      }),
      { seed: 20260115, numRuns: 1000 },
    );
  });

  it('builds the tree that saxes builds, or refuses, for altered honest messages', () => {
    const seeds = honestCases().map(({ field }) => Buffer.from(field, 'base64'));
    let accepted = 0;
    for (const octets of mutations(seeds, 8_000, 20260116)) {
      const root = parsedOrRefused(octets);
      if (root === undefined) continue;
      accepted++;
      expect(plainTree(root), octets.toString()).to.deep.equal(treeBySaxes(octets));
    }
    expect(accepted).to.be.greaterThan(1000);
  });

  it('builds the tree that saxes builds, or refuses, for random markup', () => {
    fc.assert(
      fc.property(scattered, (xml) => {
        const octets = Buffer.from(xml);
        const root = parsedOrRefused(octets);
        if (root !== undefined) expect(plainTree(root)).to.deep.equal(treeBySaxes(octets));
      }),
      { seed: 20260117, numRuns: 20_000 },
    );
  });

  it('accepts and refuses what saxes does as a document, except DOCTYPE and processing instructions', () => {
    let accepted = 0;
    const wrapped = fc.tuple(around, scattered, around).map((parts) => parts.join(''));
    fc.assert(
      fc.property(wrapped, (xml) => {
        const octets = Buffer.from(xml);
        const root = parsedOrRefused(octets, 'document');
        expect(root && plainTree(root), xml).to.deep.equal(treeBySaxes(octets));
        if (root) accepted++;
      }),
      { seed: 20261129, numRuns: 20_000 },
    );
    expect(accepted).to.be.greaterThan(1_000);
  });

  it('applies the limits that it is given, each at its exact boundary', () => {
    const ample: XmlLimits = {
      octets: 1_000,
      nodes: 100,
      attributes: 10,
      depth: 10,
      declarations: 10,
      text: 100,
      value: 100,
    };
    const cases: [keyof XmlLimits, string, number, XmlReason][] = [
      ['octets', '<a>12345</a>', 12, 'message_too_large'],
      ['nodes', '<a><b>text</b><!----></a>', 4, 'xml_limit'],
      ['attributes', '<a x="1" y="2" xmlns="urn:a"/>', 3, 'xml_limit'],
      ['depth', '<a><b><c>text</c></b></a>', 3, 'xml_limit'],
      ['declarations', '<a xmlns="urn:a"><b xmlns:c="urn:c"/></a>', 2, 'xml_limit'],
      ['text', '<a>12345</a>', 5, 'xml_limit'],
      ['value', '<a x="12345"/>', 5, 'xml_limit'],
    ];
    for (const [name, xml, size, reason] of cases) {
      const within = (limit: number) => parseXml(Buffer.from(xml), { limits: { ...ample, [name]: limit } });
      expect(within(size).name, name).to.equal('a');
      expect(() => within(size - 1), name)
        .to.throw(XmlError)
        .with.property('reason', reason);
    }
  });

  it('says why a document is refused', () => {
    const cases: [string, XmlReason][] = [
      ['<!DOCTYPE a><a/>', 'xml_forbidden'],
      ['<a><?php?></a>', 'xml_forbidden'],
      ['<a><![CDATA[x]]></a>', 'xml_forbidden'],
      ['<a>x<!---->y</a>', 'xml_forbidden'],
      ['<a>&x;</a>', 'xml_malformed'],
      ['<a><b></a></b>', 'xml_malformed'],
      ['<a/><a/>', 'xml_malformed'],
      ['<x:a/>', 'xml_malformed'],
      ['<a x="1" x="2"/>', 'xml_malformed'],
      ['<?xml version="1.1"?><a/>', 'xml_malformed'],
    ];
    for (const [xml, reason] of cases)
      expect(() => parseXml(Buffer.from(xml)), xml)
        .to.throw(XmlError)
        .with.property('reason', reason);
  });

  it('says where a document is refused', () => {
    expect(() => parseXml(Buffer.from('<a>\n<b>\n  </a>')))
      .to.throw(XmlError)
      .with.deep.property('position', { line: 3, column: 3 });
  });

  it('resolves prefixes by the declarations around a document', () => {
    const octets = Buffer.from('<x:a/>');
    expect(parseFragment(octets, [{ prefix: 'x', uri: 'urn:x' }]).root.uri).to.equal('urn:x');
  });
});

const pieces = [
  ...['<a', '<b:a', '>', '/>', '</a>', '</b:a>', ' ', '\n', '\r', 'x="1"', "b:x='2'"],
  ...[
    'xmlns:b="urn:b"',
    'xmlns=""',
    'xmlns="urn:c"',
    'xmlns:b=""',
    'xmlns="c"',
    '<a/>',
    '<b:é>x</b:é>',
    '<é xmlns="ü"/>',
  ],
  ...['<!--', '-->', '--', '<!---->', ']]>', '<![CDATA[', '<![CDATA[<&]]>', '&amp;', '&#65;', '&x;', '&'],
  ...['<?xml version="1.0"?>', '<?x?>', '<!DOCTYPE a>', '"', "'", 'é', '\u0000', ':', '\u{1f600}', '·'],
];

const scattered = fc
  .array(fc.constantFrom(...pieces), { maxLength: 12 })
  .map((list) => `<a xmlns:b="urn:b">${list.join('')}</a>`);

const around = fc
  .array(fc.constantFrom('\n', '<!-- x -->', '<?xml version="1.1" encoding="ISO-8859-1"?>', 'x', '<a/>'), {
    maxLength: 2,
  })
  .map((list) => list.join(''));

function parsedOrRefused(octets: Buffer, grammar?: XmlGrammar): XmlElement | undefined {
  try {
    return parseXml(octets, grammar ? { grammar } : {});
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}
