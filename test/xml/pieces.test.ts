import { expect } from 'chai';
import { canonicalize, canonicalStream } from '../../src/xml/canonicalize.ts';
import { XmlError } from '../../src/xml/error.ts';
import { parseXml } from '../../src/xml/parse.ts';
import { type Piece, type PieceOptions, readPieces } from '../../src/xml/pieces.ts';
import { messageLimits } from '../../src/xml/reader.ts';

const options: PieceOptions = {
  container: 'list',
  limits: { ...messageLimits, octets: 4_096, depth: 16 },
  octets: 100_000,
};

const honest = [
  '<list/>',
  '<list></list>',
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!-- a <list> -->\n<list> <a/> </list>\n<!-- after -->\n',
  '\uFEFF<list><a>é</a></list>',
  '<x:list xmlns:x="urn:x" a="/>" b=\'"\'><x:a b=">" c=\'/x:a>\'><x:a/></x:a ></x:list >',
  '<list xmlns="urn:x"><list xmlns:y="urn:y"><y:a xmlns="urn:z"><b/></y:a></list><list/><a/></list>',
  '<list><a><!-- </a> --><![CDATA[</a>]]></a><!-- <b> --></list>',
  `<list>${'<!---->'.repeat(500)}<a/></list>`,
];

const hostile: [title: string, xml: string, reason: string, detail: RegExp][] = [
  ['nothing', '', 'xml_malformed', /unclosed/],
  ['a long text without an element', 'x'.repeat(5_000), 'xml_malformed', /no root/],
  ['another root', '<a><list/></a>', 'xml_malformed', /no root/],
  ['two roots', '<list/><list/>', 'xml_malformed', /after the root/],
  ['a text between elements', '<list>text<a/></list>', 'xml_malformed', /a text/],
  ['a reference between elements', '<list>&#65;<a/></list>', 'xml_malformed', /a text/],
  ['a text after the root', '<list/>text<a/>', 'xml_malformed', /a text/],
  ['a text at the very end', '<list/>text', 'xml_malformed', /unclosed/],
  ['a missing end', '<list><a/>', 'xml_malformed', /unclosed/],
  ['half an element', '<list><a><b></b>', 'xml_malformed', /unclosed/],
  ['another end tag', '<list><a/></lisp>', 'xml_malformed', /mismatched/],
  ['an end tag too many', '<list/></list>       ', 'xml_malformed', /mismatched/],
  ['a DOCTYPE', '<!DOCTYPE list><list/>', 'xml_forbidden', /<!DOCTYPE/],
  ['a DOCTYPE inside', '<list><!DOCTYPE a><a/></list>', 'xml_forbidden', /<!DOCTYPE/],
  ['an entity declaration in an element', '<list><a><!ENTITY x "y"></a></list>', 'xml_forbidden', /<!ENTITY/],
  ['a processing instruction', '<list><?php x?><a/></list>', 'xml_forbidden', /<\?/],
  ['one in an element', '<list><a><?php x?></a></list>', 'xml_forbidden', /<\?/],
  ['another encoding', '<?xml version="1.0" encoding="UTF-16"?><list/>', 'xml_malformed', /UTF-8/],
  ['CDATA between elements', '<list><![CDATA[x]]><a/></list>', 'xml_forbidden', /<!\[CDATA/],
  ['a long element', `<list><a>${'x'.repeat(5_000)}</a></list>`, 'xml_limit', /4096 octets/],
  ['a long tag', `<list><a b="${'x'.repeat(5_000)}"/></list>`, 'xml_limit', /4096 octets/],
  ['a long white space', `<list>${' '.repeat(5_000)}`, 'xml_limit', /4096 octets/],
  ['a long comment', `<list><!--${'x'.repeat(5_000)}--></list>`, 'xml_limit', /4096 octets/],
  ['a deep element', `<list>${'<a>'.repeat(17)}${'</a>'.repeat(17)}</list>`, 'xml_limit', /16 levels/],
  ['many containers in each other', '<list>'.repeat(9), 'xml_limit', /8 levels/],
  ['a long document', `<list>${'<a/>'.repeat(30_000)}</list>`, 'message_too_large', /^$/],
  ['an undeclared prefix of a container', '<x:list></x:list>', 'xml_malformed', /undeclared/],
  ['an undeclared prefix of an element', '<list><x:a/></list>', 'xml_malformed', /undeclared/],
  ['elements that overlap', '<list><a><b></a></b></list>', 'xml_malformed', /mismatched/],
];

describe('xml/pieces', () => {
  for (const size of [1, 2, 3, 7, 64, 10_000])
    it(`reads the same document in chunks of ${size} octets`, async () => {
      for (const xml of honest) {
        const expected = canonicalize(parseXml(Buffer.from(xml), { grammar: 'document' }), form);
        expect(await canonicalOf(xml, size), xml.slice(0, 60)).to.equal(expected);
      }
    });

  for (const [title, xml, reason, detail] of hostile)
    it(`refuses ${title}, wherever the chunks end`, async () => {
      for (const size of [1, 5, 64, 100_000]) {
        const error = await canonicalOf(xml, size).catch((caught: unknown) => caught);
        expect(error, `${size}`).to.be.instanceOf(XmlError);
        expect(error).to.have.property('reason', reason);
        expect((error as XmlError).detail ?? '').to.match(detail);
      }
    });

  it('gives the whole document to nobody: a piece is one element', async () => {
    const pieces: Piece[] = [];
    for await (const piece of readPieces(chunks(`<list>${'<a b="c">d</a>'.repeat(5_000)}</list>`, 1_000), options))
      pieces.push(piece);
    expect(pieces).to.have.lengthOf(5_002);
    const largest = Math.max(...pieces.map((piece) => (piece.kind === 'element' ? piece.octets.length : 0)));
    expect(largest).to.equal('<a b="c">d</a>'.length);
  });
});

const form = { exclusive: true, prefixes: [] };

/** Returns the canonical form of a document, written as its pieces come. */
async function canonicalOf(xml: string, size: number): Promise<string> {
  const stream = canonicalStream(form);
  for await (const piece of readPieces(chunks(xml, size), options)) {
    if (piece.kind === 'open') stream.open(piece.element);
    else if (piece.kind === 'close') stream.close(piece.element);
    else stream.add(piece.kind === 'text' ? piece.text : piece.read());
  }
  return stream.take();
}

async function* chunks(xml: string, size: number): AsyncGenerator<Buffer> {
  const octets = Buffer.from(xml);
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}
