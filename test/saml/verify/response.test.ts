import { expect } from 'chai';
import { readResponse, verifyResponse } from '../../../src/saml/verify/response.ts';
import type { Verdict, VerifyContext } from '../../../src/saml/verify/verdict.ts';
import { honestCases } from '../corpus/honest.ts';
import { cut, encode, honest, signedLie, swap } from '../corpus/hostile.ts';
import { ACS_URL, contextWith, IDP, NOW, REQUEST_ID } from '../support/context.ts';
import { encryptAssertion } from '../support/encrypt.ts';
import { at, attributeStatement, confirmation, honestParts, nameId, PERSON, subject } from '../support/message.ts';

function judge(xml: string, context: VerifyContext = contextWith()): Verdict {
  const read = readResponse(encode(xml));
  return read.ok ? verifyResponse(read.response, context) : read;
}

function peek(xml: string) {
  const read = readResponse(encode(xml));
  if (!read.ok) throw new Error(read.reason);
  return { issuer: read.response.issuer, inResponseTo: read.response.inResponseTo };
}

describe('readResponse', () => {
  it('says who claims to answer which request', () => {
    expect(peek(honest())).to.deep.equal({ issuer: IDP, inResponseTo: REQUEST_ID });
  });

  it('takes the Issuer of the Assertion where the Response has none', () => {
    expect(peek(signedLie(() => ({ responseIssuer: '' }), 'assertion')).issuer).to.equal(IDP);
  });

  it('knows no Issuer where only an encrypted Assertion has one', () => {
    const field = honestCases().find(({ name }) => name === 'ADFS, signed and encrypted Assertion')?.field ?? '';
    const xml = Buffer.from(field, 'base64').toString();
    expect(peek(swap(xml, /<Issuer .*?<\/Issuer>/, '')).issuer).to.equal(undefined);
  });
});

describe('verifyResponse', () => {
  it('gives all that was signed', () => {
    const verdict = judge(honest());
    if (!verdict.ok) throw new Error(verdict.reason);
    expect({ ...verdict.assertion, attributes: [...verdict.assertion.attributes] }).to.deep.equal({
      id: '_assertion0001',
      issuer: IDP,
      nameId: {
        value: 'ada@acme.com',
        format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        nameQualifier: undefined,
        spNameQualifier: undefined,
      },
      sessionIndex: '_session1',
      authnInstant: NOW - 20_000,
      authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      sessionNotOnOrAfter: NOW + 28_800_000,
      notOnOrAfter: NOW + 300_000 + 60_000,
      inResponseTo: REQUEST_ID,
      oneTimeUse: false,
      attributes: [
        ['mail', ['ada@acme.com']],
        ['groups', ['Staff', 'R&D']],
      ],
    });
  });

  it('remembers an assertion until the earlier of its two ends', () => {
    const verdict = judge(
      signedLie(
        (parts) => ({
          conditions: swap(parts.conditions, /NotOnOrAfter="[^"]*"/, 'NotOnOrAfter="2026-01-15T12:00:30Z"'),
        }),
        'both',
      ),
    );
    expect(verdict.ok && verdict.assertion.notOnOrAfter).to.equal(NOW + 30_000 + 60_000);
  });

  it('remembers an assertion until the last of its confirmations ends', () => {
    const bearer = (seconds: number) =>
      confirmation(
        honestParts().prefixes,
        `InResponseTo="${REQUEST_ID}" NotOnOrAfter="${at(seconds)}" Recipient="${ACS_URL}"`,
      );
    const verdict = judge(
      signedLie(
        (parts) => ({
          subject: subject(parts.prefixes, nameId(parts.prefixes, PERSON) + bearer(20) + bearer(200) + bearer(100)),
        }),
        'both',
      ),
    );
    expect(verdict.ok && verdict.assertion.notOnOrAfter).to.equal(NOW + 200_000 + 60_000);
  });

  it('says of a plaintext that nobody signed what is missing, and of any other only that it is invalid', () => {
    const field = honestCases().find(({ name }) => name === 'aes-256-gcm, OAEP sha1 with MGF1 SHA-1')?.field ?? '';
    const signed = Buffer.from(field, 'base64').toString();
    const unsigned = swap(
      signed,
      cut(signed, 'saml:EncryptedAssertion'),
      encryptAssertion(cut(honest('none'), 'saml:Assertion')),
    );
    const wrongKey = judge(signed, contextWith({ provider: { signingKeys: [] } }));
    expect([judge(unsigned), wrongKey].map((verdict) => !verdict.ok && verdict.reason)).to.deep.equal([
      'signature_missing',
      'signature_invalid',
    ]);
  });

  it('lists every check in one order: passed, the one refused with what was expected and received, the rest not reached', () => {
    const passed = judge(honest());
    const refused = judge(honest(), contextWith({ acsUrl: 'https://intranet.acme.com/other' }));
    expect(refused.checks.map(({ name }) => name)).to.deep.equal(passed.checks.map(({ name }) => name));
    const last = refused.checks.findIndex(({ result }) => result === 'refused');
    expect(refused.checks[last]).to.deep.equal({
      name: 'Destination',
      result: 'refused',
      expected: 'https://intranet.acme.com/other',
      received: 'https://intranet.acme.com/saml/acs',
    });
    expect(refused.checks.slice(0, last).every(({ result }) => result === 'passed')).to.equal(true);
    expect(refused.checks.slice(last + 1).every(({ result }) => result === 'not_reached')).to.equal(true);
    const malformed = judge('<a/>');
    expect(malformed.checks.map(({ name }) => name)).to.deep.equal(passed.checks.map(({ name }) => name));
  });

  it('keeps what the provider said when it said no', () => {
    const status =
      '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode><samlp:StatusMessage>The person pressed Cancel</samlp:StatusMessage></samlp:Status>';
    const verdict = judge(signedLie(() => ({ status }), 'response'));
    expect(!verdict.ok && verdict.providerStatus).to.deep.equal({
      code: 'urn:oasis:names:tc:SAML:2.0:status:Responder',
      subCode: 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed',
      message: 'The person pressed Cancel',
    });
  });

  it('takes no more than 200 characters of what came from outside into a check', () => {
    const verdict = judge(
      signedLie(
        (parts) => ({
          responseAttributes: swap(parts.responseAttributes, /Destination="/, `Destination="${'x'.repeat(5000)}`),
        }),
        'assertion',
      ),
    );
    expect(verdict.checks.find(({ result }) => result === 'refused')?.received).to.have.length(200);
  });

  it('has no special names of attributes', () => {
    const names = ['__proto__', 'constructor', 'nameID', 'issuer', 'toString'];
    const attributes = attributeStatement(
      honestParts().prefixes,
      Object.fromEntries(names.map((name) => [`@${name}`, ['evil']])),
    ).replaceAll('"@', '"');
    const verdict = judge(signedLie(() => ({ attributes }), 'assertion'));
    if (!verdict.ok) throw new Error(verdict.reason);
    expect([...verdict.assertion.attributes.keys()]).to.deep.equal(names);
    expect(verdict.assertion.nameId?.value).to.equal('ada@acme.com');
    expect(Object.getPrototypeOf(verdict.assertion)).to.equal(Object.prototype);
  });

  it('answers every failure behind the cipher alike', () => {
    const cases = honestCases().filter(({ name }) => name === 'ADFS, signed and encrypted Assertion');
    for (const { field } of cases) {
      const xml = Buffer.from(field, 'base64').toString();
      const broken = judge(swap(xml, /<xenc:CipherValue>..../, '<xenc:CipherValue>AAAA'));
      const wrongKey = judge(xml, contextWith({ provider: { signingKeys: [] } }));
      const noKey = judge(xml, contextWith({ decryptionKeys: [] }));
      expect([broken, wrongKey, noKey].map((verdict) => !verdict.ok && verdict.reason)).to.deep.equal(
        Array(3).fill('signature_invalid'),
      );
    }
  });
});
