import { expect } from 'chai';
import { claimedIssuer, claimedRequestId } from '../../../src/saml/verify/message.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import type { XmlElement } from '../../../src/xml/tree.ts';
import { honestCases } from '../corpus/honest.ts';
import { honest, signedLie, swap } from '../corpus/hostile.ts';
import { IDP, REQUEST_ID, verifyField } from '../support/context.ts';

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

describe('claimedRequestId', () => {
  it('is the InResponseTo of the Response', () => {
    expect(claimedRequestId(parsed(honest()))).to.equal(REQUEST_ID);
  });
});

describe('checkSize', () => {
  it('refuses a field that is too large before it is decoded', () => {
    const reasonOf = (length: number) => verifyField('!'.repeat(length)).refusal?.reason;
    expect([reasonOf(384_478), reasonOf(384_479)]).to.deep.equal(['base64_invalid', 'message_too_large']);
  });
});
