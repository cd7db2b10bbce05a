import { expect } from 'chai';
import { arrivedFacts } from '../../../src/saml/acs/arrived.ts';
import { encode, honest, signedLie } from '../corpus/hostile.ts';
import { IDP, NOW, REQUEST_ID, verifyField } from '../support/context.ts';
import { encryptAssertion } from '../support/encrypt.ts';
import { attacker } from '../support/keys.ts';
import { attributeStatement } from '../support/message.ts';

const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${Buffer.from('a certificate').toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
const fingerprint = '81:AC:D7:62:14:0F:A6:92:A1:42:82:2D:2F:BE:4D:C6:F5:4B:CA:A5:01:F6:8A:B3:7E:5A:EE:D0:BA:FE:4D:99'; // of these octets, SHA-256

describe('arrivedFacts', () => {
  const arrivedIn = (xml: string) => arrivedFacts(verifyField(encode(xml)));
  const attributes = (values: Record<string, string[]>) =>
    signedLie(({ prefixes }) => ({ attributes: attributeStatement(prefixes, values) }), 'assertion');

  it('returns what a response says: issuers, NameID, attributes, context, request and time', () => {
    expect(arrivedIn(honest('both', { keyInfo }))).to.deep.equal({
      response: { issuer: IDP, issuedAt: NOW - 10_000, inResponseTo: REQUEST_ID, verified: true },
      assertion: {
        issuer: IDP,
        issuedAt: NOW - 10_000,
        nameId: 'ada@acme.com',
        nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        authnContext: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
        attributes: [
          ['mail', 'ada@acme.com'],
          ['groups', 'Staff', 'R&D'],
        ],
        verified: true,
      },
      encrypted: undefined,
      certificates: [fingerprint, fingerprint],
    });
  });

  it('says what no valid signature covers', () => {
    const signed = arrivedIn(honest('assertion'));
    expect([signed?.response.verified, signed?.assertion?.verified]).to.deep.equal([false, true]);
    const forged = arrivedIn(honest('both', { key: attacker.privateKey }));
    expect([forged?.response.verified, forged?.assertion?.verified]).to.deep.equal([false, false]);
    const unsigned = arrivedIn(honest('none'));
    expect([unsigned?.assertion?.nameId, unsigned?.assertion?.verified]).to.deep.equal(['ada@acme.com', false]);
  });

  it('says nothing of the content of an encrypted Assertion whose signature is not valid', () => {
    const xml = honest('assertion', { key: attacker.privateKey });
    const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(xml)?.[0] ?? '';
    const arrived = arrivedIn(xml.replace(assertion, encryptAssertion(assertion)));
    expect(arrived).to.deep.include({ encrypted: true, assertion: undefined });
  });

  it('shortens values, hides secrets, and keeps to 4 KB', () => {
    const few = arrivedIn(
      attributes({ long: ['x'.repeat(500)], password: ['hunter2'], many: ['1', '2', '3', '4', '5'] }),
    );
    expect(few?.assertion?.attributes).to.deep.equal([
      ['long', `${'x'.repeat(100)}…`],
      ['password', '…'],
      ['many', '1', '2', '3', '…'],
    ]);
    const names = Array.from({ length: 100 }, (_, index) => `${index}-${'n'.repeat(500)}`);
    const most = arrivedIn(attributes(Object.fromEntries(names.map((name) => [name, ['é'.repeat(300)]]))));
    expect(Buffer.byteLength(JSON.stringify(most))).to.be.within(3_000, 4_096);
  });

  it('returns nothing for what is no Response', () => {
    expect(arrivedIn('<a/>')).to.equal(undefined);
    expect(arrivedFacts(verifyField('!'))).to.equal(undefined);
  });
});
