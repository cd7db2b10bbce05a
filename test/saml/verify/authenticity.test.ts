import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect } from 'chai';
import { honestCases } from '../corpus/honest.ts';
import { cut, encode, honest, swap } from '../corpus/hostile.ts';
import { contextWith, type VerifyContext, verifyField } from '../support/context.ts';
import { encryptAssertion } from '../support/encrypt.ts';
import { attacker, provider, providerNext } from '../support/keys.ts';
import { attributeStatement, compose, honestParts } from '../support/message.ts';
import { signMessage } from '../support/sign.ts';

// Signed inside, with two keys of the kind that made the signature.
const context = contextWith({ signingKeys: [providerNext.publicKey, provider.publicKey] });
const encrypted = encryptedCase('aes-256-gcm, OAEP sha1 with MGF1 SHA-1');

function encryptedCase(wanted: string): string {
  const field = honestCases().find(({ name }) => name === wanted)?.field ?? '';
  return Buffer.from(field, 'base64').toString();
}

function reasonOf(xml: string, given: VerifyContext = context): string | undefined {
  return verifyField(encode(xml), given).refusal?.reason;
}

/** The message with another plaintext, encrypted for the domain. */
function withPlaintext(plaintext: string): string {
  return swap(encrypted, cut(encrypted, 'saml:EncryptedAssertion'), encryptAssertion(plaintext));
}

const badSignature = withPlaintext(cut(honest('assertion', { key: attacker.privateKey }), 'saml:Assertion'));
const signedPlaintext = cut(honest(), 'saml:Assertion');

/** Messages that fail before there is an inner signature to verify. */
const failures: [string, string, VerifyContext?][] = [
  ['no key decrypts it', encrypted, { ...context, decryptionKeys: [] }],
  ['the ciphertext was altered', swap(encrypted, /<xenc:CipherValue>..../, '<xenc:CipherValue>AAAA')],
  ['the plaintext is not XML', withPlaintext('not XML')],
  ['the plaintext is another element', withPlaintext('<a/>')],
  [
    'the plaintext has an ID of the Response',
    withPlaintext(swap(signedPlaintext, 'ID="_assertion0001"', 'ID="_response0001"')),
  ],
  ['the signature has a forbidden algorithm', withPlaintext(swap(signedPlaintext, '#rsa-sha256', '#rsa-md5'))],
];

describe('an encrypted Assertion that fails', () => {
  it('passes with the right keys', () => {
    expect(reasonOf(encrypted)).to.equal(undefined);
  });

  for (const [title, xml, given] of failures)
    it(`looks like an invalid signature and costs as much: ${title}`, () => {
      const expected = countOperations(() => expect(reasonOf(badSignature)).to.equal('signature_invalid'));
      expect(expected).to.deep.equal({ verify: 2, hash: 1 });
      expect(countOperations(() => expect(reasonOf(xml, given)).to.equal('signature_invalid'))).to.deep.equal(expected);
    });

  it('costs as much if nothing is signed, and tells only a Power User', () => {
    const unsigned = withPlaintext(cut(honest('none'), 'saml:Assertion'));
    const cost = countOperations(() => expect(reasonOf(unsigned)).to.equal('signature_missing'));
    expect(cost).to.deep.equal({ verify: 2, hash: 1 });
  });
});

describe('an encrypted Assertion that is signed itself', () => {
  // Inclusive octets contain every declaration in scope, so the Assertion declares all that surrounds it.
  const parts = honestParts();
  const signed = signMessage(
    compose({
      ...parts,
      assertionNamespaces: `${parts.assertionNamespaces} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"`,
      attributes: attributeStatement(parts.prefixes, { who: ['<NameID>bob@example.com</NameID>'] }),
    }),
    'assertion',
    { exclusive: false },
  );
  const prefixed = encryptAssertion(cut(signed, 'saml:Assertion'));
  const namedByAttribute = contextWith({ settings: { matchAttribute: 'who' } });
  const inPlaceOfAssertion = (element: string) => swap(signed, cut(signed, 'saml:Assertion'), element);

  for (const [title, xml] of [
    ['sent plainly', signed],
    ['in an EncryptedAssertion with a prefix', inPlaceOfAssertion(prefixed)],
    [
      'in an EncryptedAssertion that declares a default namespace',
      inPlaceOfAssertion(prefixed.replaceAll('saml:EncryptedAssertion', 'EncryptedAssertion').replace(':saml=', '=')),
    ],
    [
      'in a Response that declares a default namespace',
      swap(
        inPlaceOfAssertion(prefixed),
        '<samlp:Response ',
        '<samlp:Response xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ',
      ),
    ],
  ] as const)
    it(`reads an element without a namespace as that: ${title}`, () => {
      expect(reasonOf(xml, namedByAttribute)).to.equal('subject_missing');
      expect(reasonOf(xml)).to.equal(undefined); // the NameID of the Subject identifies the person
    });
});

/** Counts the signature and digest operations of a run. */
function countOperations(run: () => void): { verify: number; hash: number } {
  const { verify, hash } = crypto;
  const counts = { verify: 0, hash: 0 };
  const counted = {
    verify: (...args: Parameters<typeof verify>) => {
      counts.verify += 1;
      return verify(...args);
    },
    hash: (...args: Parameters<typeof hash>) => {
      counts.hash += 1;
      return hash(...args);
    },
  };
  Object.assign(crypto, counted);
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    Object.assign(crypto, { verify, hash });
    syncBuiltinESMExports();
  }
  return counts;
}
