import { expect } from 'chai';
import { readAttributes } from '../../../src/saml/verify/assertion.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { encode, honest, signedLie, swap } from '../corpus/hostile.ts';
import { ACS_URL, IDP, NOW, REQUEST_ID, verifyField } from '../support/context.ts';
import { at, attributeStatement, honestParts } from '../support/message.ts';

describe('checkAssertion', () => {
  it('reads everything that was signed', () => {
    const { content, refusal } = verifyField(encode(honest()));
    expect(refusal).to.equal(undefined);
    expect({ ...content, attributes: [...(content?.attributes ?? [])] }).to.deep.equal({
      id: '_assertion0001',
      issuer: IDP,
      issueInstant: NOW - 10_000,
      nameId: {
        value: 'ada@acme.com',
        format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        nameQualifier: undefined,
        spNameQualifier: undefined,
      },
      confirmations: [
        {
          method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
          recipient: ACS_URL,
          inResponseTo: REQUEST_ID,
          notBefore: undefined,
          notOnOrAfter: NOW + 300_000,
        },
      ],
      conditions: {
        notBefore: NOW - 30_000,
        notOnOrAfter: NOW + 300_000,
        audiences: [['https://intranet.acme.com/saml/metadata']],
        oneTimeUse: false,
        unknown: undefined,
      },
      sessionIndex: '_session1',
      authnInstants: [NOW - 20_000],
      authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      sessionNotOnOrAfter: NOW + 28_800_000,
      attributes: [
        ['mail', ['ada@acme.com']],
        ['groups', ['Staff', 'R&D']],
      ],
    });
  });

  it('takes the session from the first of several statements, and its end from the earliest', () => {
    const statements = ({ authnStatement }: { authnStatement: string }) => ({
      authnStatement:
        authnStatement +
        swap(
          swap(authnStatement, '_session1', '_session2'),
          /SessionNotOnOrAfter="[^"]*"/,
          `SessionNotOnOrAfter="${at(60)}"`,
        ),
    });
    const { content, refusal } = verifyField(encode(signedLie(statements, 'assertion')));
    expect(refusal).to.equal(undefined);
    expect([content?.sessionIndex, content?.sessionNotOnOrAfter]).to.deep.equal(['_session1', NOW + 60_000]);
  });

  it('refuses a NameID that is too long for the database', () => {
    const named = (length: number) =>
      verifyField(
        encode(
          signedLie(({ subject }) => ({ subject: swap(subject, 'ada@acme.com', 'ä'.repeat(length)) }), 'assertion'),
        ),
      );
    expect(named(512).refusal).to.equal(undefined);
    expect(named(513).refusal?.reason).to.equal('response_malformed');
  });
});

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
