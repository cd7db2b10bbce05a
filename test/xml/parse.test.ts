import { expect } from 'chai';
import fc from 'fast-check';
import { parseXml } from '../../src/xml/parse.ts';
import { honestCases } from '../saml/corpus/honest.ts';
import { mutations } from '../saml/support/mutate.ts';
import { documents } from './support/documents.ts';
import { plainTree, treeBySaxes } from './support/saxesTree.ts';

describe('parseXml', () => {
  it('gives the tree that saxes gives, of every document of the strict subset', () => {
    fc.assert(
      fc.property(documents, (xml) => {
        const octets = Buffer.from(xml);
        const parsed = parseXml(octets);
        if (!parsed.ok) throw new Error(`${parsed.reason}: ${parsed.detail}`);
        expect(plainTree(parsed.root)).to.deep.equal(treeBySaxes(octets));
      }),
      { seed: 20260115, numRuns: 1000 },
    );
  });

  it('gives the tree that saxes gives or refuses, of honest messages that were altered', () => {
    const seeds = honestCases().map(({ field }) => Buffer.from(field, 'base64'));
    let accepted = 0;
    for (const octets of mutations(seeds, 8_000, 20260116)) {
      const parsed = parseXml(octets);
      if (!parsed.ok) continue;
      accepted++;
      expect(plainTree(parsed.root), octets.toString()).to.deep.equal(treeBySaxes(octets));
    }
    expect(accepted).to.be.greaterThan(1000);
  });

  it('gives the tree that saxes gives or refuses, of markup strewn at random', () => {
    const pieces = [
      '<a',
      '<b:a',
      '>',
      '/>',
      '</a>',
      '</b:a>',
      ' ',
      '\n',
      '\r',
      'x="1"',
      "b:x='2'",
      'xmlns:b="urn:b"',
      'xmlns=""',
      'xmlns="urn:c"',
    ];
    const more = [
      '<!--',
      '-->',
      '--',
      ']]>',
      '<![CDATA[',
      '&amp;',
      '&#65;',
      '&x;',
      '&',
      '<?xml version="1.0"?>',
      '<?x?>',
      '<!DOCTYPE a>',
      '"',
      "'",
      'é',
      '\u0000',
      ':',
    ];
    const strewn = fc
      .array(fc.constantFrom(...pieces, ...more), { maxLength: 12 })
      .map((list) => `<a xmlns:b="urn:b">${list.join('')}</a>`);
    fc.assert(
      fc.property(strewn, (xml) => {
        const octets = Buffer.from(xml);
        const parsed = parseXml(octets);
        if (parsed.ok) expect(plainTree(parsed.root)).to.deep.equal(treeBySaxes(octets));
      }),
      { seed: 20260117, numRuns: 20_000 },
    );
  });
});
