import { expect } from 'chai';
import { readAttributes } from '../../../src/saml/verify/attributes.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { encode, signedLie } from '../corpus/hostile.ts';
import { verifyField } from '../support/context.ts';
import { attributeStatement, honestParts } from '../support/message.ts';

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

function read(content: string): [string, string[]][] {
  const xml = `<AttributeStatement xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ${XSI}>${content}</AttributeStatement>`;
  return [...readAttributes([parseXml(Buffer.from(xml))])];
}

describe('readAttributes', () => {
  it('joins the values of a repeated name in order', () => {
    const [a, b] = ['1', '2'].map(
      (value) => `<Attribute Name="a"><AttributeValue>${value}</AttributeValue></Attribute>`,
    );
    expect(read(`${a}${b}`)).to.deep.equal([['a', ['1', '2']]]);
  });

  it('keeps an empty value and skips one with xsi:nil', () => {
    expect(read('<Attribute Name="a"><AttributeValue/><AttributeValue xsi:nil="true"/></Attribute>')).to.deep.equal([
      ['a', ['']],
    ]);
  });

  it('reads a nested NameID as its text and skips other elements', () => {
    const nested =
      '<AttributeValue><NameID>id</NameID></AttributeValue><AttributeValue><b xmlns="urn:b"/></AttributeValue>';
    expect(read(`<Attribute Name="a">${nested}</Attribute><EncryptedAttribute/>`)).to.deep.equal([['a', ['id']]]);
  });

  it('treats no name as special', () => {
    const names = ['__proto__', 'constructor', 'nameID', 'issuer', 'toString'];
    const attributes = attributeStatement(
      honestParts().prefixes,
      Object.fromEntries(names.map((name) => [`@${name}`, ['evil']])),
    ).replaceAll('"@', '"');
    const { content } = verifyField(encode(signedLie(() => ({ attributes }), 'assertion')));
    expect([...(content?.attributes.keys() ?? [])]).to.deep.equal(names);
    expect(content?.nameId?.value).to.equal('ada@acme.com');
    expect(Object.getPrototypeOf(content)).to.equal(Object.prototype);
  });
});
