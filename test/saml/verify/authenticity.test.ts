import crypto, { type KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect } from 'chai';
import { honestCases } from '../corpus/honest.ts';
import { cut, encode, honest, swap } from '../corpus/hostile.ts';
import { contextWith, type VerifyContext, verifyField } from '../support/context.ts';
import { encryptAssertion } from '../support/encrypt.ts';
import { attacker, domain, domainNext, provider, providerNext } from '../support/keys.ts';
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
function withPlaintext(plaintext: string, key = domain.publicKey): string {
  return swap(encrypted, cut(encrypted, 'saml:EncryptedAssertion'), encryptAssertion(plaintext, { key }));
}

function encryptedFor(key: KeyObject): string {
  return cut(encryptAssertion('x', { key, label: 'sha1' }), 'xenc:EncryptedKey');
}

const encryptedKey = cut(encrypted, 'xenc:EncryptedKey');
const inCbc = encryptedCase('aes-256-cbc, OAEP sha1 with MGF1 SHA-1');
const badSignature = withPlaintext(cut(honest('assertion', { key: attacker.privateKey }), 'saml:Assertion'));
const signedPlaintext = cut(honest(), 'saml:Assertion');

/** Messages that fail before there is an inner signature to verify. */
const failures: [string, string][] = [
  ['no key decrypts it', swap(encrypted, encryptedKey, encryptedFor(attacker.publicKey))],
  ['the encrypted key was altered', swap(encrypted, encryptedKey, encryptedKey.replace(/Value>..../, 'Value>AAAA'))],
  ['the encrypted key has another size', swap(encrypted, '#aes256-gcm', '#aes128-gcm')],
  ['the ciphertext was altered', swap(encrypted, /(?<=<\/ds:KeyInfo><xenc:CipherData><xenc:CipherValue>)..../, 'AAAA')],
  ['the padding is wrong', swap(inCbc, '#aes256-cbc', '#aes128-cbc')],
  [
    'the padding is right and the content is not',
    swap(inCbc, /(?<=<\/ds:KeyInfo><xenc:CipherData><xenc:CipherValue>).{40}/, 'A'.repeat(40)),
  ],
  ['the plaintext is not XML', withPlaintext('not XML')],
  ['the plaintext for the key that is tried first is not XML', withPlaintext('not XML', domainNext.publicKey)],
  ['the plaintext is another element', withPlaintext('<a/>')],
  [
    'the plaintext has an ID of the Response',
    withPlaintext(swap(signedPlaintext, 'ID="_assertion0001"', 'ID="_response0001"')),
  ],
  ['the signature has a forbidden algorithm', withPlaintext(swap(signedPlaintext, '#rsa-sha256', '#rsa-md5'))],
];

// Two signing keys are tried, and one encrypted key with both keys of the domain.
const allOperations = { verify: 2, hash: 1, privateDecrypt: 2, createDecipheriv: 2 };

describe('an encrypted Assertion that fails', () => {
  it('passes with the right keys', () => {
    expect(reasonOf(encrypted)).to.equal(undefined);
  });

  for (const [title, xml] of failures)
    it(`looks like an invalid signature and costs as much: ${title}`, () => {
      const expected = countOperations(() => expect(reasonOf(badSignature)).to.equal('signature_invalid'));
      expect(expected).to.deep.equal(allOperations);
      expect(countOperations(() => expect(reasonOf(xml)).to.equal('signature_invalid'))).to.deep.equal(expected);
    });

  it('costs as much if nothing is signed, and tells only a Power User', () => {
    const unsigned = withPlaintext(cut(honest('none'), 'saml:Assertion'));
    const cost = countOperations(() => expect(reasonOf(unsigned)).to.equal('signature_missing'));
    expect(cost).to.deep.equal(allOperations);
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

  for (const [title, xml, reasons] of [
    ['sent plainly', signed, ['subject_missing', undefined]],
    ['in an EncryptedAssertion with a prefix', inPlaceOfAssertion(prefixed), ['subject_missing', undefined]],
    [
      'in an EncryptedAssertion that declares a default namespace',
      inPlaceOfAssertion(prefixed.replaceAll('saml:EncryptedAssertion', 'EncryptedAssertion').replace(':saml=', '=')),
      ['namespace_unsigned', 'namespace_unsigned'],
    ],
    [
      'in a Response that declares a default namespace',
      swap(
        inPlaceOfAssertion(prefixed),
        '<samlp:Response ',
        '<samlp:Response xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ',
      ),
      ['namespace_unsigned', 'namespace_unsigned'],
    ],
  ] as const)
    it(`never gives an element without a namespace one from around it: ${title}`, () => {
      // The NameID of the Subject would identify the person, the one in the attribute has no namespace.
      expect([reasonOf(xml, namedByAttribute), reasonOf(xml)]).to.deep.equal(reasons);
    });

  it('says which namespaces are not signed', () => {
    const xml = swap(inPlaceOfAssertion(prefixed), '<samlp:Response ', '<samlp:Response xmlns="urn:x" ');
    const { refusal } = verifyField(encode(xml));
    expect(refusal?.facts.detail).to.equal(
      'the encrypted Assertion: it borrows the default namespace, which no signature shows',
    );
  });
});

type Operations = { verify: number; hash: number; privateDecrypt: number; createDecipheriv: number };

/** Counts the operations of a run that take time and depend on keys. */
function countOperations(run: () => void): Operations {
  const { verify, hash, privateDecrypt, createDecipheriv } = crypto;
  const original = { verify, hash, privateDecrypt, createDecipheriv };
  const counts = { verify: 0, hash: 0, privateDecrypt: 0, createDecipheriv: 0 };
  const counted = Object.entries(original).map(([name, operation]) => [
    name,
    (...args: unknown[]) => {
      counts[name as keyof Operations] += 1;
      return Reflect.apply(operation, crypto, args);
    },
  ]);
  Object.assign(crypto, Object.fromEntries(counted));
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    Object.assign(crypto, original);
    syncBuiltinESMExports();
  }
  return counts;
}
