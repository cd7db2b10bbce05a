import type { ReasonCode } from '../../../src/federation/reasons.ts';
import { contextWith } from '../support/context.ts';
import { type EncryptOptions, encryptAssertion } from '../support/encrypt.ts';
import { attacker, domain } from '../support/keys.ts';
import {
  attributeStatement,
  compose,
  composeAssertion,
  honestParts,
  type MessageParts,
  PERSON,
} from '../support/message.ts';
import { DS, signAt, signMessage, withoutMarks } from '../support/sign.ts';
import { cut, type HostileCase, honest, refused, swap } from './hostile.ts';

type Place = 'response' | 'assertion' | 'both' | 'none';

/** Encrypted assertions: forbidden algorithms, altered ciphertexts, unsigned plaintexts. Every failure behind the cipher has the same reason. */
export function encryptionCases(): HostileCase[] {
  return [
    ...unsigned(),
    ...algorithms(),
    ...altered(),
    ...structures(),
    ...plaintexts(),
    ...borrowed(),
    ...rewrapped(),
  ];
}

function sealed(
  place: Place,
  options: Partial<EncryptOptions> = {},
  change: (assertion: string) => string = (text) => text,
): string {
  const parts = honestParts();
  const marked = composeAssertion(parts);
  const inner = place === 'assertion' || place === 'both' ? signAt(marked, '@@ASSERTION@@', 'Assertion') : marked;
  const xml = swap(compose(parts), marked, encryptAssertion(change(withoutMarks(inner)), options));
  return signMessage(xml, place === 'response' || place === 'both' ? 'response' : 'none');
}

function unsigned(): HostileCase[] {
  const ciphers = ['aes-128-gcm', 'aes-256-gcm', 'aes-128-cbc', 'aes-256-cbc'] as const;
  return [
    ...ciphers.map((cipher) =>
      refused(`nothing signed, ${cipher} (CVE-2026-2092)`, sealed('none', { cipher }), 'signature_missing'),
    ),
    refused('signed with another key', sealedBy(), 'signature_invalid'),
    refused('without the Signature of the Response', stripped(), 'signature_missing'),
    refused(
      'another person inside, not signed',
      sealed('none', {}, (text) => swap(text, PERSON, 'eve@evil.example')),
      'signature_missing',
    ),
    refused(
      'another person inside, Assertion signed',
      sealed('assertion', {}, (text) => swap(text, `>${PERSON}</saml:NameID>`, '>eve@evil.example</saml:NameID>')),
      'signature_invalid',
    ),
    refused(
      'another person inside, both signed',
      sealed('both', {}, (text) => swap(text, `>${PERSON}</saml:NameID>`, '>eve@evil.example</saml:NameID>')),
      'signature_invalid',
    ),
  ];
}

function sealedBy(): string {
  const parts: MessageParts = honestParts();
  const marked = composeAssertion(parts);
  const inner = withoutMarks(signAt(marked, '@@ASSERTION@@', 'Assertion', { key: attacker.privateKey }));
  return signMessage(swap(compose(parts), marked, encryptAssertion(inner)), 'none');
}

function stripped(): string {
  const xml = sealed('response');
  return swap(xml, cut(xml, 'ds:Signature'), '');
}

function algorithms(): HostileCase[] {
  const forms: [string, Partial<EncryptOptions>][] = [
    ['3DES', { cipher: 'des-ede3-cbc' }],
    ['AES-192', { cipher: 'aes-192-cbc' }],
    ['RSA 1.5', { transport: 'rsa-1_5' }],
    ['RSA 1.5 with 3DES', { transport: 'rsa-1_5', cipher: 'des-ede3-cbc' }],
  ];
  const renamed = (name: string, from: string, to: string) =>
    refused(name, swap(sealed('assertion', { label: 'sha1' }), from, to), 'algorithm_forbidden');
  return [
    ...forms.flatMap(([name, options]) =>
      (['response', 'assertion', 'none'] as const).map((place) =>
        refused(`${name}, signed: ${place}`, sealed(place, options), 'algorithm_forbidden'),
      ),
    ),
    renamed('an unknown cipher', 'xmlenc11#aes256-gcm', 'xmlenc11#aes512-gcm'),
    renamed('an unknown key transport', '#rsa-oaep-mgf1p', '#rsa-oaep-none'),
    renamed('an unknown digest for OAEP', '09/xmldsig#sha1', '09/xmldsig#md5'),
    renamed('a label for OAEP', '<ds:DigestMethod', '<xenc:OAEPparams>AAAA</xenc:OAEPparams><ds:DigestMethod'),
    refused(
      'a digest of the mask for the key transport that fixes it',
      swap(
        sealed('assertion', { transport: 'rsa-oaep', mask: 'sha256' }),
        '2009/xmlenc11#rsa-oaep',
        '2001/04/xmlenc#rsa-oaep-mgf1p',
      ),
      'algorithm_forbidden',
    ),
    refused(
      'an unknown digest of the mask',
      swap(sealed('assertion', { transport: 'rsa-oaep', mask: 'sha256' }), 'mgf1sha256', 'mgf1sha512'),
      'algorithm_forbidden',
    ),
  ];
}

function altered(): HostileCase[] {
  const cases: HostileCase[] = [];
  for (const cipher of ['aes-256-gcm', 'aes-256-cbc'] as const) {
    const xml = sealed('assertion', { cipher });
    const values = [...xml.matchAll(/<xenc:CipherValue>([^<]*)/g)].map((match) => match[1] ?? '');
    const [key = '', content = ''] = values;
    const flip = (value: string, at: number) => {
      const octets = Buffer.from(value, 'base64');
      const place = at < 0 ? octets.length + at : at;
      octets[place] = (octets[place] ?? 0) ^ 1;
      return swap(xml, value, octets.toString('base64'));
    };
    const shorter = (value: string, by: number) =>
      swap(xml, value, Buffer.from(value, 'base64').subarray(0, -by).toString('base64'));
    for (const at of [0, 5, 11, 12, 15, 16, 17, 31, 32, 100, -17, -16, -1]) {
      cases.push(refused(`${cipher}: octet ${at} of the content changed`, flip(content, at), 'signature_invalid'));
    }
    for (const at of [0, 1, 100, -1])
      cases.push(refused(`${cipher}: octet ${at} of the key changed`, flip(key, at), 'signature_invalid'));
    for (const by of [1, 15, 16, 32])
      cases.push(refused(`${cipher}: the content shortened by ${by}`, shorter(content, by), 'signature_invalid'));
    cases.push(
      refused(`${cipher}: the key shortened`, shorter(key, 1), 'signature_invalid'),
      refused(`${cipher}: the content in place of the key`, swap(xml, key, content), 'signature_invalid'),
      refused(`${cipher}: not enough content`, swap(xml, content, 'AAAA'), 'signature_invalid'),
      refused(`${cipher}: no key of the domain`, xml, 'signature_invalid', contextWith({ decryptionKeys: [] })),
      refused(
        `${cipher}: only another key of the domain`,
        xml,
        'signature_invalid',
        contextWith({ decryptionKeys: [attacker.privateKey] }),
      ),
      refused(
        `${cipher}: encrypted for another key`,
        sealed('assertion', { cipher, key: attacker.publicKey }),
        'signature_invalid',
      ),
      refused(
        `${cipher}: changed inside a signed Response`,
        swap(sealed('response', { cipher }), /<\/xenc:CipherValue>/, ' </xenc:CipherValue>'),
        'signature_invalid',
      ),
    );
  }
  return cases;
}

function structures(): HostileCase[] {
  const xml = sealed('assertion', { label: 'sha1' });
  const key = cut(xml, 'xenc:EncryptedKey');
  const encrypted = cut(xml, 'saml:EncryptedAssertion');
  const forms: [string, string, ReasonCode][] = [
    [
      'two EncryptedAssertions',
      swap(xml, encrypted, encrypted.replaceAll('_key1', '_key2') + encrypted),
      'response_malformed',
    ],
    ['no EncryptedKey', swap(xml, key, ''), 'response_malformed'],
    [
      'ten EncryptedKeys',
      swap(
        xml,
        key,
        key +
          swap(key, '_key1', '_key2').repeat(0) +
          Array.from({ length: 9 }, (_, at) => swap(key, '_key1', `_k${at}`)).join(''),
      ),
      'response_malformed',
    ],
    ['an EncryptedAssertion in KeyInfo', swap(xml, key, `${key}<saml:EncryptedAssertion/>`), 'response_malformed'],
    ['no CipherValue', swap(xml, /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/, ''), 'response_malformed'],
    [
      'a CipherReference',
      swap(xml, /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/, '<xenc:CipherReference URI="https://evil.example"/>'),
      'response_malformed',
    ],
    ['a CipherValue that is not base64', swap(xml, '<xenc:CipherValue>', '<xenc:CipherValue>!'), 'response_malformed'],
    ['no EncryptionMethod', swap(xml, /<xenc:EncryptionMethod [^>]*\/>/, ''), 'response_malformed'],
    [
      'no EncryptedData',
      swap(xml, encrypted, '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
      'response_malformed',
    ],
    [
      'another element next to EncryptedData',
      swap(xml, '</saml:EncryptedAssertion>', '<saml:x/></saml:EncryptedAssertion>'),
      'response_malformed',
    ],
    [
      'a repeated Id',
      swap(xml, '<xenc:EncryptedData ', '<xenc:EncryptedData Id="_response0001" '),
      'response_malformed',
    ],
  ];
  return forms.map(([name, text, reason]) => refused(name, text, reason));
}

function plaintexts(): HostileCase[] {
  const forms: [string, (assertion: string) => string][] = [
    ['not XML', () => 'ada@acme.com'],
    ['empty', () => ''],
    ['DOCTYPE', (text) => `<!DOCTYPE a>${text}`],
    ['two Assertions', (text) => text + text],
    [
      'a nested Assertion',
      (text) => swap(text, '</saml:Assertion>', `${swap(text, '_assertion0001', '_inner')}</saml:Assertion>`),
    ],
    [
      'an EncryptedAssertion',
      (text) =>
        `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${text}</saml:EncryptedAssertion>`,
    ],
    ['a NameID', () => '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">ada@acme.com</saml:NameID>'],
    ['an Assertion in another namespace', (text) => text.replaceAll('SAML:2.0:assertion', 'SAML:1.0:assertion')],
    ['the ID of the Response', (text) => swap(text, 'ID="_assertion0001"', 'ID="_response0001"')],
    [
      'a prefix that is declared outside',
      (text) => swap(text.replaceAll('saml:', 'samlp:'), 'xmlns:saml=', 'xmlns:unused='),
    ],
    ['a comment in the NameID', (text) => swap(text, PERSON, 'ada@acme.com<!---->.x')],
  ];
  return forms.flatMap(([name, change]) =>
    (['response', 'assertion', 'none'] as const).map((place) =>
      refused(
        `the plaintext: ${name}, signed: ${place}`,
        sealed(place, { key: domain.publicKey }, change),
        'signature_invalid',
      ),
    ),
  );
}

// A plaintext that depends on namespaces of the Response, which its sender may have changed.
function borrowed(): HostileCase[] {
  const outside = (xml: string, uri: string) => swap(xml, '<samlp:Response ', `<samlp:Response xmlns:q="${uri}" `);
  const renamed = (text: string) => text.replaceAll('saml:', 'q:').replace('xmlns:saml=', 'xmlns:unused=');
  const named = (text: string) => swap(text, '<saml:NameID ', '<saml:NameID q:a="" ');
  const saml = 'urn:oasis:names:tc:SAML:2.0:assertion';
  return [
    refused(
      'namespaces of the Response, only the Response signed',
      outside(sealed('response', {}, renamed), saml),
      'namespace_unsigned',
    ),
    refused(
      'namespaces of an unsigned Response, nothing signed',
      outside(sealed('none', {}, renamed), saml),
      'signature_missing',
    ),
    refused(
      'a namespace added to the Response, used in the signed content',
      outside(sealed('assertion', {}, named), 'urn:x'),
      'namespace_unsigned',
    ),
    refused('an undeclared prefix', sealed('assertion', {}, named), 'signature_invalid'),
    ...['urn:oasis:names:tc:SAML:2.0:protocol', 'urn:x'].map((uri) =>
      refused(
        `a prefix of the signed content, declared outside as ${uri}`,
        outside(sealed('assertion', {}, renamed), uri),
        'signature_invalid',
      ),
    ),
    ...(['assertion', 'both'] as const).flatMap((place) =>
      [true, false].map((exclusive) =>
        refused(
          `an element without a namespace, in a default namespace of the EncryptedAssertion, ${place}, exclusive: ${exclusive}`,
          inDefaultNamespace(place, exclusive),
          'namespace_unsigned',
        ),
      ),
    ),
    refused(
      'a default namespace of the EncryptedAssertion in an Assertion with a prefix, only the Response signed',
      inDefaultNamespace('response', true),
      'namespace_unsigned',
    ),
    refused(
      'a prefix that the EncryptedAssertion declares again, only the Response signed',
      redeclared(),
      'namespace_unsigned',
    ),
  ];
}

// The provider signs a value with an element that has no namespace; around it, the same octets would be a NameID.
function inDefaultNamespace(place: Place, exclusive: boolean): string {
  const parts = honestParts();
  const who = attributeStatement(parts.prefixes, { who: ['<NameID>eve@evil.example</NameID>'] });
  const assertion = composeAssertion({ ...parts, attributes: who });
  const signed = place === 'response' ? assertion : signAt(assertion, '@@ASSERTION@@', 'Assertion', { exclusive });
  const encrypted = encryptAssertion(withoutMarks(signed));
  const unprefixed = swap(
    encrypted.replaceAll('saml:EncryptedAssertion', 'EncryptedAssertion'),
    'xmlns:saml=',
    'xmlns=',
  );
  const xml = swap(compose(parts), composeAssertion(parts), unprefixed);
  return signMessage(xml, place === 'assertion' ? 'none' : 'response', { exclusive });
}

function redeclared(): string {
  const parts = honestParts();
  const root = { ...parts, rootNamespaces: ' xmlns:q="urn:x"' };
  const named = swap(composeAssertion(parts), 'R&amp;D', '<q:NameID>eve@evil.example</q:NameID>');
  const encrypted = encryptAssertion(withoutMarks(named));
  const declaring = swap(encrypted, ':saml=', ':q="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:saml=');
  return signMessage(swap(compose(root), composeAssertion(root), declaring), 'response', { exclusive: false });
}

/** Honest signed octets, encrypted, at every place where the schema allows them, beside or inside a forged Assertion. */
function rewrapped(): HostileCase[] {
  const message = sealed('assertion');
  const encrypted = cut(message, 'saml:EncryptedAssertion');
  const forged = withoutMarks(
    swap(swap(composeAssertion(honestParts()), PERSON, 'eve@evil.example'), '_assertion0001', '_forged'),
  );
  const beside = swap(message, encrypted, forged);
  const put = (xml: string, before: string, what: string) => swap(xml, before, what + before);
  const inAssertion: [string, (inner: string) => string][] = [
    ['Advice', (inner) => put(forged, '<saml:AuthnStatement', `<saml:Advice>${inner}</saml:Advice>`)],
    ['AttributeValue', (inner) => swap(forged, '<saml:AttributeValue>', `<saml:AttributeValue>${inner}`)],
    ['Subject', (inner) => swap(forged, '<saml:Subject>', `<saml:Subject>${inner}`)],
    [
      'SubjectConfirmationData',
      (inner) =>
        swap(forged, /(?<=<saml:SubjectConfirmationData [^>]*)\/>/, `>${inner}</saml:SubjectConfirmationData>`),
    ],
    [
      'AuthnContextDecl',
      (inner) =>
        swap(
          forged,
          '</saml:AuthnContext>',
          `<saml:AuthnContextDecl>${inner}</saml:AuthnContextDecl></saml:AuthnContext>`,
        ),
    ],
    ['the end of the Assertion', (inner) => put(forged, '</saml:Assertion>', inner)],
  ];
  const inResponse: [string, string][] = [
    ['Extensions', put(beside, '<samlp:Status>', `<samlp:Extensions>${encrypted}</samlp:Extensions>`)],
    ['StatusDetail', put(beside, '</samlp:Status>', `<samlp:StatusDetail>${encrypted}</samlp:StatusDetail>`)],
    ['Status', put(beside, '</samlp:Status>', encrypted)],
    ['StatusCode', swap(beside, /(?<=<samlp:StatusCode [^>]*)\/>/, `>${encrypted}</samlp:StatusCode>`)],
    ['Issuer', swap(beside, '</saml:Issuer>', `${encrypted}</saml:Issuer>`)],
    ['the Response, before the forged one', put(beside, '<saml:Assertion', encrypted)],
    ['the Response, after the forged one', put(beside, '</samlp:Response>', encrypted)],
    ['another EncryptedAssertion', put(message, '</saml:EncryptedAssertion>', encrypted)],
    ['KeyInfo of the EncryptedData', put(message, '</ds:KeyInfo>', encrypted)],
    [
      'an Object of a Signature',
      put(
        beside,
        '<samlp:Status>',
        `<ds:Signature xmlns:ds="${DS}"><ds:Object>${encrypted}</ds:Object></ds:Signature>`,
      ),
    ],
  ];
  const signed = cut(honest(), 'saml:Assertion');
  return [
    ...inResponse.map(([name, xml]) => rewrappedIn(name, xml)),
    ...inAssertion.map(([name, place]) => rewrappedIn(name, swap(message, encrypted, place(encrypted)))),
    ...inAssertion.map(([name, place]) =>
      refused(
        `the signed Assertion in ${name} of an encrypted forged one`,
        swap(message, encrypted, encryptAssertion(place(signed))),
        'signature_invalid',
      ),
    ),
  ];
}

function rewrappedIn(name: string, xml: string): HostileCase {
  return refused(`the EncryptedAssertion in ${name}`, xml, 'response_malformed');
}
