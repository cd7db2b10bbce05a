import { expect } from 'chai';
import fc from 'fast-check';
import { type CanonicalForm, canonicalize } from '../../src/xml/canonicalize.ts';
import { parseXml } from '../../src/xml/parse.ts';
import type { XmlElement } from '../../src/xml/tree.ts';
import { honestCases } from '../saml/corpus/honest.ts';
import { canonicalByLibxml2 } from '../saml/support/canonical.ts';
import { documents } from './support/documents.ts';

const INCLUSIVE: CanonicalForm = { exclusive: false, prefixes: [] };
const EXCLUSIVE: CanonicalForm = { exclusive: true, prefixes: [] };

describe('canonicalize', () => {
  it('agrees with libxml2 byte for byte on any element of any document', () => {
    const prefixes = fc.subarray(['', 'a', 'b', 'saml', 'none']);
    fc.assert(
      fc.property(documents, fc.nat(), prefixes, (xml, place, listed) => {
        const elements = allElements(parsed(xml));
        const at = place % elements.length;
        const forms: CanonicalForm[] = [INCLUSIVE, EXCLUSIVE, { exclusive: true, prefixes: listed }];
        for (const form of forms) expectAgreement(xml, elements[at], `(//*)[${at + 1}]`, form);
      }),
      { seed: 20260118, numRuns: 1500 },
    );
  });

  it('agrees with libxml2 on every element of the honest responses', () => {
    for (const { field } of honestCases()) {
      const xml = Buffer.from(field, 'base64').toString();
      const elements = allElements(parsed(xml));
      for (let at = 0; at < elements.length; at += 7) {
        for (const form of [INCLUSIVE, EXCLUSIVE]) expectAgreement(xml, elements[at], `(//*)[${at + 1}]`, form);
      }
    }
  });

  it('loses nothing that is read: the canonical form, parsed again, is the same tree', () => {
    fc.assert(
      fc.property(documents, fc.nat(), (xml, place) => {
        const elements = allElements(parsed(xml));
        const element = elements[place % elements.length] as XmlElement;
        for (const form of [INCLUSIVE, EXCLUSIVE]) {
          const again = parsed(canonicalize(element, form));
          expect(readable(again)).to.deep.equal(readable(element));
          expect(canonicalize(again, form)).to.equal(canonicalize(element, form));
        }
      }),
      { seed: 20260120, numRuns: 1000 },
    );
  });

  it('leaves out the omitted element alone', () => {
    const root = parsed('<a> <b>c</b> <d/></a>');
    expect(canonicalize(root, EXCLUSIVE, root.children[1] as XmlElement)).to.equal('<a>  <d></d></a>');
  });

  // https://www.w3.org/TR/2001/REC-xml-c14n-20010315, without the DOCTYPE that a message may not have
  it('writes white space as Canonical XML 3.2 shows', () => {
    const xml =
      '<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n   </mixed>\n</doc>';
    expect(canonicalize(parsed(xml), INCLUSIVE)).to.equal(xml);
  });

  it('writes start and end tags as Canonical XML 3.3 shows', () => {
    const xml = `<doc>
   <e1   />
   <e2   ></e2>
   <e3   name = "elem3"   id="elem3"   />
   <e4   name="elem4"   id="elem4"   ></e4>
   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I'm"
      xmlns:b="http://www.ietf.org"
      xmlns:a="http://www.w3.org"
      xmlns="http://example.org"/>
   <e6 xmlns="" xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="" xmlns:a="http://www.w3.org">
            <e9 xmlns="" xmlns:a="http://www.ietf.org"/>
         </e8>
      </e7>
   </e6>
</doc>`;
    expect(canonicalize(parsed(xml), INCLUSIVE)).to.equal(`<doc>
   <e1></e1>
   <e2></e2>
   <e3 id="elem3" name="elem3"></e3>
   <e4 id="elem4" name="elem4"></e4>
   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I'm" attr2="all" b:attr="sorted" a:attr="out"></e5>
   <e6 xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="">
            <e9 xmlns:a="http://www.ietf.org"></e9>
         </e8>
      </e7>
   </e6>
</doc>`);
  });

  it('writes characters as Canonical XML 3.4 shows', () => {
    const xml = `<doc>
   <text>First line&#x0d;&#10;Second line</text>
   <value>&#x32;</value>
   <compute expr='value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"'>valid</compute>
   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>
</doc>`;
    expect(canonicalize(parsed(xml), INCLUSIVE)).to.equal(`<doc>
   <text>First line&#xD;
Second line</text>
   <value>2</value>
   <compute expr="value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;">valid</compute>
   <norm attr=" '    &#xD;&#xA;&#x9;   ' "></norm>
</doc>`);
  });

  it('writes UTF-8 as Canonical XML 3.6 shows', () => {
    expect(canonicalize(parsed('<doc>&#169;</doc>'), INCLUSIVE)).to.equal('<doc>©</doc>');
  });

  // https://www.w3.org/TR/xml-exc-c14n/ 2.2
  it('keeps a part the same in another context as Exclusive XML Canonicalization 2.2 shows', () => {
    const part =
      '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2>';
    const xml = `<n0:local xmlns:n0="http://foobar.org" xmlns:n3="ftp://example.org">${part}</n0:local>`;
    const other = `<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain">${part}</n2:pdu>`;
    const [one, two] = [parsed(xml), parsed(other)].map((root) => root.children[0] as XmlElement);
    if (one === undefined || two === undefined) throw new Error('no part');
    expect(canonicalize(one, INCLUSIVE)).to.equal(
      '<n1:elem2 xmlns:n0="http://foobar.org" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en"><n3:stuff></n3:stuff></n1:elem2>',
    );
    expect(canonicalize(two, INCLUSIVE)).to.equal(
      '<n1:elem2 xmlns:n1="http://example.net" xmlns:n2="http://foo.example" xml:lang="en" xml:space="retain"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>',
    );
    for (const element of [one, two]) {
      expect(canonicalize(element, EXCLUSIVE)).to.equal(
        '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>',
      );
    }
  });
});

function expectAgreement(xml: string, element: XmlElement | undefined, xpath: string, form: CanonicalForm): void {
  if (element === undefined) throw new Error('no element');
  const prefixes = form.prefixes.map((prefix) => (prefix === '' ? '#default' : prefix));
  expect(canonicalize(element, form)).to.equal(canonicalByLibxml2(xml, xpath, form.exclusive, prefixes));
}

/** What the reader of an assertion sees of an element: expanded names, values and texts; no prefixes, and no `xml:` attributes. */
function readable(element: XmlElement): unknown {
  const attributes = element.attributes
    .filter(({ prefix }) => prefix !== 'xml')
    .map(({ uri, local, value }) => `{${uri}}${local}=${value}`);
  const children = element.children.filter((child) => child !== '');
  return [
    element.uri,
    element.local,
    attributes.sort(),
    children.map((child) => (typeof child === 'string' ? child : readable(child))),
  ];
}

function parsed(xml: string): XmlElement {
  return parseXml(Buffer.from(xml));
}

function allElements(element: XmlElement): XmlElement[] {
  return [element, ...element.children.flatMap((child) => (typeof child === 'string' ? [] : allElements(child)))];
}
