import { expect } from 'chai';
import { type KeptMessages, sealMessages, sealRequest } from '../../../src/saml/messages/keep.ts';
import type { LoginContext } from '../../../src/saml/verify/check.ts';
import { deriveSecrets } from '../../../src/secrets.ts';
import { aLoginRequest } from '../../support/rows.ts';
import { seededBytes } from '../../support/testDeps.ts';
import { honestCases } from '../corpus/honest.ts';
import { encode, honest, signedLie } from '../corpus/hostile.ts';
import { contextWith, verifyField } from '../support/context.ts';

const secrets = deriveSecrets(Buffer.alloc(32, 1), seededBytes('keep'));
const deps = { secrets };

describe('saml/messages/keep', () => {
  const kept = (login: LoginContext): KeptMessages => JSON.parse(secrets.unseal(sealMessages(deps, login) ?? ''));

  it('seals the login request and the response, and names what named the person', () => {
    const login = verifyField(encode(honest()));
    const messageSealed = sealRequest(deps, '<AuthnRequest ID="_1"></AuthnRequest>');
    login.claimedRequest = aLoginRequest({ domainId: login.domainId, messageSealed });
    const sealed = sealMessages(deps, login) ?? '';
    expect(`${messageSealed} ${sealed}`).to.not.contain('Authn').and.not.contain('ada@acme.com');
    expect(kept(login).request).to.equal('<AuthnRequest ID="_1"></AuthnRequest>');
    expect(kept(login).response).to.contain('ada@acme.com').and.contain('(344 characters)');
    expect(kept(login).named).to.equal('');
    const byMail = verifyField(encode(honest()), contextWith({ settings: { matchAttribute: 'mail' } }));
    expect(kept(byMail).named).to.equal('mail');
  });

  it('does without a login request that was sealed with a key that was replaced since', () => {
    const login = verifyField(encode(honest()));
    const before = deriveSecrets(Buffer.alloc(32, 2), seededBytes('before'));
    const messageSealed = sealRequest({ secrets: before }, '<AuthnRequest></AuthnRequest>');
    login.claimedRequest = aLoginRequest({ domainId: login.domainId, messageSealed });
    expect(kept(login).request).to.equal(undefined);
    expect(kept(login).response).to.contain('ada@acme.com');
  });

  it('does not take the login request of another domain', () => {
    const login = verifyField(encode(honest()));
    const messageSealed = sealRequest(deps, '<AuthnRequest></AuthnRequest>');
    login.claimedRequest = aLoginRequest({ domainId: 'other', messageSealed });
    expect(kept(login).request).to.equal(undefined);
  });

  it('decrypts an Assertion only if its signature was verified', () => {
    const encrypted = honestCases().find(({ name }) => name.includes('ncrypted'));
    expect(encrypted).to.not.equal(undefined);
    const { field = '', context, person = '' } = encrypted ?? {};
    expect(kept(verifyField(field, context)).response).to.contain(person);
    const unproven = kept(verifyField(field, { ...contextWith(), ...context, signingKeys: [] })).response;
    expect(unproven).to.contain('EncryptedAssertion').and.not.contain(person);
  });

  it('keeps less of what no signature proves', () => {
    const attributes = Array.from(
      { length: 90 },
      (_, i) => `<saml:AttributeValue>${`${i}`.repeat(150)}</saml:AttributeValue>`,
    );
    const xml = signedLie(
      ({ attributes: before }) => ({
        attributes: before.replace('<saml:AttributeValue>', `${attributes.join('')}<saml:AttributeValue>`),
      }),
      'assertion',
    );
    const proven = kept(verifyField(encode(xml))).response ?? '';
    const unproven = kept(verifyField(encode(xml), contextWith({ signingKeys: [] }))).response ?? '';
    expect([proven.length > 15_000, unproven.length < 12_000]).to.deep.equal([true, true]);
  });

  it('keeps where a message is no XML, with its line and column, and without secrets', () => {
    const at = (text: string) => kept(verifyField(encode(text))).unreadable;
    expect(at('<a>\n<b>text</c></a>')).to.deep.equal({ line: 2, column: 8, before: '<a>\n<b>text', after: '</c></a>' });
    const secret = at('<a><Attribute Name="password"><Value>hunter2</Value></Attribute><b></c></a>');
    expect(JSON.stringify(secret)).to.contain('password').and.not.contain('hunter2');
    expect(at(`<a>${'QUJD'.repeat(50)}<`)?.before).to.equal(`<a>${'QUJD'.repeat(6)}…`);
  });

  it('keeps nothing of what is no base64', () => {
    expect(sealMessages(deps, verifyField('!'))).to.equal(undefined);
  });
});
