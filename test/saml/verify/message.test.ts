import { expect } from 'chai';
import { claimedIssuer, findDecryptedSignature, signatureOf } from '../../../src/saml/verify/message.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import type { XmlElement } from '../../../src/xml/tree.ts';
import { honestCases } from '../corpus/honest.ts';
import { cut, encode, honest, signedLie, swap } from '../corpus/hostile.ts';
import { IDP, verifyField } from '../support/context.ts';

function parsed(xml: string): XmlElement {
  return parseXml(Buffer.from(xml));
}

describe('claimedIssuer', () => {
  it('is the Issuer of the Response', () => {
    expect(claimedIssuer(parsed(honest()))).to.equal(IDP);
  });

  it('is the Issuer of the Assertion if the Response has none', () => {
    expect(claimedIssuer(parsed(signedLie(() => ({ responseIssuer: '' }), 'assertion')))).to.equal(IDP);
  });

  it('is unknown if only an encrypted Assertion has one', () => {
    const field = honestCases().find(({ name }) => name === 'ADFS, signed and encrypted Assertion')?.field ?? '';
    const xml = Buffer.from(field, 'base64').toString();
    expect(claimedIssuer(parsed(swap(xml, /<Issuer .*?<\/Issuer>/, '')))).to.equal(undefined);
  });
});

describe('checkSize', () => {
  it('refuses a field that is too large before it is decoded', () => {
    const reasonOf = (length: number) => verifyField('!'.repeat(length)).refusal?.reason;
    expect([reasonOf(384_478), reasonOf(384_479)]).to.deep.equal(['base64_invalid', 'message_too_large']);
  });
});

// The corpus in test/saml/corpus/wrapping.ts has the attacks; these are the rules one by one.
function reasonOf(xml: string): string | undefined {
  return verifyField(encode(xml)).refusal?.reason;
}

describe('checkStructure', () => {
  const xml = honest('response');

  it('finds the parts of a Response', () => {
    const { parts } = verifyField(encode(honest('both')));
    expect(parts?.signature).to.equal(signatureOf(parts?.signature?.parent as XmlElement));
    expect([parts?.issuer?.local, parts?.assertion?.local, parts?.encrypted]).to.deep.equal([
      'Issuer',
      'Assertion',
      undefined,
    ]);
  });

  it('refuses unknown, missing and repeated parts', () => {
    const status = cut(xml, 'samlp:Status');
    for (const broken of [
      swap(xml, status, ''),
      swap(xml, status, status + status),
      swap(xml, status, `${status}<other/>`),
      swap(xml, status, `text${status}`),
      swap(xml, 'ID="_response0001" ', ''),
      swap(xml, /<saml:Assertion.*<\/saml:Assertion>/s, ''),
      swap(xml, /(<saml:Assertion.*<\/saml:Assertion>)/s, `${cut(xml, 'saml:Assertion')}${cut(xml, 'saml:Assertion')}`),
    ])
      expect(reasonOf(broken)).to.equal('response_malformed');
  });

  it('refuses an ID that is repeated or means something in a Reference, in any spelling', () => {
    for (const id of ['ID', 'Id', 'id', 'xml:id']) {
      const repeated = swap(xml, '<samlp:Status>', `<samlp:Status ${id}="_assertion0001">`);
      expect(reasonOf(repeated), id).to.equal('response_malformed');
      for (const name of ['', 'a b', 'xpointer(/)', "id('a')", 'a#b', 'ä', 'a&amp;b'])
        expect(reasonOf(swap(xml, '<samlp:Status>', `<samlp:Status ${id}="${name}">`)), id).to.equal(
          'response_malformed',
        );
    }
  });
});

describe('signatureOf', () => {
  it('is the only Signature among the children, wherever it stands, and refuses two', () => {
    const DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
    const SAML = 'xmlns="urn:oasis:names:tc:SAML:2.0:assertion"';
    const of = (content: string) => signatureOf(parsed(`<Assertion ${SAML} ${DS}>${content}</Assertion>`))?.local;
    expect(of('<Issuer/><ds:Signature/><Subject/>')).to.equal('Signature');
    expect(of('<ds:Signature/><Subject/>')).to.equal('Signature');
    expect(of('<Issuer/><Subject/>')).to.equal(undefined);
    for (const content of ['<ds:Signature/><Issuer/>', '<Issuer/><Subject/><ds:Signature/>'])
      expect(of(content), content).to.equal('Signature');
    expect(of('<Issuer/><Subject><ds:Signature/></Subject>')).to.equal(undefined);
    expect(() => of('<Issuer/><ds:Signature/><Subject/><ds:Signature/>'))
      .to.throw()
      .with.property('reason', 'signature_misplaced');
  });
});

describe('findDecryptedSignature', () => {
  const assertion = cut(honest(), 'saml:Assertion');
  const response = parsed('<Response ID="_response0001"/>');

  it('returns the signature of an Assertion', () => {
    expect(findDecryptedSignature(parsed(assertion), response)?.local).to.equal('Signature');
  });

  it('refuses another element, and an ID of the Response', () => {
    const repeated = swap(assertion, 'ID="_assertion0001"', 'ID="_response0001"');
    for (const xml of ['<a/>', repeated])
      expect(() => findDecryptedSignature(parsed(xml), response))
        .to.throw()
        .with.property('reason', 'response_malformed');
  });
});
