import { createHmac } from 'node:crypto';
import type { ReasonCode } from '../../../src/federation/reasons.ts';
import { contextWith, IDP } from '../support/context.ts';
import { attacker, ecProvider, provider } from '../support/keys.ts';
import { compose, honestParts, PERSON } from '../support/message.ts';
import { C14N, DS, EXC_C14N, type SignOptions, signMessage, withoutMarks } from '../support/sign.ts';
import { cut, type HostileCase, honest, refused, swap } from './hostile.ts';

const XMLENC = 'http://www.w3.org/2001/04/xmlenc#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const PLACES = ['response', 'assertion', 'both'] as const;

/** Signatures that are missing, wrong, of another key, forbidden, or in a form that hides something. */
export function signatureCases(): HostileCase[] {
  return [...missing(), ...wrong(), ...forbidden(), ...malformed(), ...digests()];
}

function missing(): HostileCase[] {
  const unsigned = withoutMarks(compose(honestParts()));
  const signed = honest();
  return [
    refused('unsigned', unsigned, 'signature_missing'),
    refused('stripped', swap(signed, cut(signed, 'ds:Signature'), ''), 'signature_missing'),
    refused('both stripped', stripped(honest('both')), 'signature_missing'),
    refused(
      'a Signature in another namespace',
      signed.replaceAll(DS, 'http://www.w3.org/2000/09/xmldsig'),
      'xml_malformed',
      contextWith(),
    ),
    refused(
      'a Signature without a namespace',
      swap(unsigned, '<saml:Subject>', '<Signature/><saml:Subject>'),
      'signature_misplaced',
    ),
    refused(
      'an empty Signature',
      swap(unsigned, '<saml:Subject>', `<ds:Signature xmlns:ds="${DS}"/><saml:Subject>`),
      'signature_malformed',
    ),
    refused(
      'metadata instead of a response',
      `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_m" entityID="${IDP}"/>`,
      'response_malformed',
    ),
    refused('an Assertion as the root', cut(signed, 'saml:Assertion'), 'response_malformed'),
    refused('a LogoutResponse', signed.replaceAll('samlp:Response', 'samlp:LogoutResponse'), 'response_malformed'),
    refused('a SAML 1.1 Response', signed.replaceAll('SAML:2.0:protocol', 'SAML:1.0:protocol'), 'version_unsupported'),
  ].map((hostile) =>
    hostile.name === 'a Signature in another namespace' ? { ...hostile, reason: 'signature_misplaced' } : hostile,
  );
}

function stripped(xml: string): string {
  return xml.replaceAll(/<ds:Signature .*?<\/ds:Signature>/g, '');
}

function wrong(): HostileCase[] {
  const cases: HostileCase[] = [];
  for (const place of PLACES) {
    const signed = honest(place);
    const foreign = honest(place, { key: attacker.privateKey, keyInfo: attackerKeyInfo() });
    const tamper = (what: string, from: string | RegExp, to: string) =>
      refused(`${place}: ${what}`, swap(signed, from, to), 'signature_invalid');
    cases.push(
      refused(`${place}: signed with another key that KeyInfo contains`, foreign, 'signature_invalid'),
      refused(`${place}: no known key`, signed, 'signature_invalid', contextWith({ signingKeys: [] })),
      refused(
        `${place}: only keys of another type`,
        signed,
        'signature_invalid',
        contextWith({ signingKeys: [ecProvider.publicKey] }),
      ),
      tamper('another NameID', `>${PERSON}</saml:NameID>`, '>eve@evil.example</saml:NameID>'),
      tamper('another case of the NameID', `>${PERSON}</saml:NameID>`, '>Ada@acme.com</saml:NameID>'),
      tamper('white space in the NameID', `>${PERSON}</saml:NameID>`, `> ${PERSON}</saml:NameID>`),
      tamper('a homoglyph in the NameID', `>${PERSON}</saml:NameID>`, '>аda@acme.com</saml:NameID>'),
      tamper('a combining character in the NameID', `>${PERSON}</saml:NameID>`, '>a\u0301da@acme.com</saml:NameID>'),
      tamper('another group', 'Staff', 'Admins'),
      tamper(
        'an additional group',
        '</saml:AttributeStatement>',
        '<saml:Attribute Name="groups"><saml:AttributeValue>Admins</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
      ),
      tamper(
        'another Audience',
        '<saml:Audience>',
        '<saml:Audience>https://intranet.acme.com/saml/metadata</saml:Audience><saml:Audience>',
      ),
      tamper('a later NotOnOrAfter', /NotOnOrAfter="2026/, 'NotOnOrAfter="2027'),
      tamper('a space between elements of the Assertion', '<saml:AuthnStatement', ' <saml:AuthnStatement'),
      tamper('another SessionIndex', '_session1', '_session2'),
      tamper(
        'another namespace of a part of the Assertion',
        '<saml:NameID',
        '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion/"',
      ),
      tamper('an additional attribute', '<saml:NameID ', '<saml:NameID SPProvidedID="x" '),
      tamper('a SignatureValue with another length', /<ds:SignatureValue>..../, '<ds:SignatureValue>'),
      tamper('another SignatureValue', /<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA'),
      tamper('another DigestValue', /<ds:DigestValue>..../, '<ds:DigestValue>AAAA'),
      tamper('a shorter DigestValue', /<ds:DigestValue>..../, '<ds:DigestValue>'),
      tamper('another digest algorithm', `${XMLENC}sha256`, `${XMLENC}sha512`),
      tamper('another signature algorithm', `${MORE}rsa-sha256`, `${MORE}rsa-sha512`),
      tamper('an elliptic-curve algorithm', `${MORE}rsa-sha256`, `${MORE}ecdsa-sha256`),
    );
  }
  const both = honest('both');
  const outer = cut(both, 'ds:Signature');
  const inner = cut(both.slice(both.indexOf('<saml:Assertion')), 'ds:Signature');
  cases.push(
    refused(
      'a valid Assertion in a Response with an invalid Signature',
      swap(both, outer, swap(outer, /<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA')),
      'signature_invalid',
    ),
    refused('a validly signed Response around an invalid Assertion', brokenWithin(), 'signature_invalid'),
    refused(
      'the Signatures exchanged',
      both.replace(inner, '@@').replace(outer, inner).replace('@@', outer),
      'signature_malformed',
    ),
  );
  return cases;
}

function brokenWithin(): string {
  const assertionSigned = signMessage(compose(honestParts()), 'assertion');
  const marked = swap(swap(assertionSigned, 'Staff', 'Admins'), '<samlp:Status>', '@@RESPONSE@@<samlp:Status>');
  return signMessage(marked, 'response');
}

function forbidden(): HostileCase[] {
  const identifiers: [string, Partial<SignOptions>][] = [
    ['RSA-SHA1', { algorithm: `${DS}rsa-sha1`, hash: 'sha1' }],
    ['a SHA-1 digest', { digestAlgorithm: `${DS}sha1`, digest: 'sha1' }],
    [
      'ECDSA-SHA1',
      {
        algorithm: `${MORE}ecdsa-sha1`,
        hash: 'sha1',
        key: ecProvider.privateKey,
        signOptions: { dsaEncoding: 'ieee-p1363' },
      },
    ],
    ['DSA-SHA1', { algorithm: `${DS}dsa-sha1` }],
    ['RSA-MD5', { algorithm: `${MORE}rsa-md5` }],
    ['an MD5 digest', { digestAlgorithm: `${MORE}md5`, digest: 'md5' }],
    ['RSA-SHA224', { algorithm: `${MORE}rsa-sha224`, hash: 'sha224' }],
    ['HMAC-SHA1', { algorithm: `${DS}hmac-sha1` }],
    ['HMAC-SHA256', { algorithm: `${MORE}hmac-sha256` }],
    ['HMAC-SHA512', { algorithm: `${MORE}hmac-sha512` }],
    ['an unknown algorithm', { algorithm: 'urn:example:none' }],
    ['an empty algorithm', { algorithm: '' }],
    ['the name __proto__', { algorithm: '__proto__' }],
    ['a digest named constructor', { digestAlgorithm: 'constructor' }],
    ['an unknown digest', { digestAlgorithm: 'urn:example:none' }],
    ['RIPEMD-160', { digestAlgorithm: `${XMLENC}ripemd160` }],
  ];
  const cases = PLACES.slice(0, 2).flatMap((place) =>
    identifiers.map(([name, options]) => refused(`${place}: ${name}`, honest(place, options), 'algorithm_forbidden')),
  );
  const template = (signature: string) =>
    swap(signature, /CanonicalizationMethod Algorithm="[^"]*"/, 'CanonicalizationMethod Algorithm="urn:example:c14n"');
  const comments = (signature: string) =>
    swap(
      signature,
      /CanonicalizationMethod Algorithm="[^"]*"/,
      `CanonicalizationMethod Algorithm="${EXC_C14N}WithComments"`,
    ).replace('<ds:SignatureMethod', '<!-- a comment --><ds:SignatureMethod');
  const allowed = contextWith({ settings: { allowSha1: true } });
  return [
    ...cases,
    refused('HMAC with the public key as its key', hmacSigned(), 'algorithm_forbidden'),
    refused(
      'HMAC truncated to 0 bits (CVE-2009-0217)',
      honest('assertion', {
        algorithm: `${MORE}hmac-sha256`,
        template: (signature) =>
          swap(
            signature,
            /(?<=<ds:SignatureMethod [^>]*)\/>/,
            '><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>',
          ),
      }),
      'algorithm_forbidden',
    ),
    refused(
      'an MD5 digest if SHA-1 is allowed',
      honest('assertion', { digestAlgorithm: `${MORE}md5`, digest: 'md5' }),
      'algorithm_forbidden',
      allowed,
    ),
    refused(
      'ECDSA-SHA1 if SHA-1 is allowed',
      honest('assertion', { algorithm: `${MORE}ecdsa-sha1` }),
      'algorithm_forbidden',
      allowed,
    ),
    refused('an unknown canonical form for SignedInfo', honest('assertion', { template }), 'algorithm_forbidden'),
    refused(
      'a canonical form with comments for SignedInfo',
      honest('assertion', { template: comments }),
      'algorithm_forbidden',
    ),
  ];
}

function hmacSigned(): string {
  const signed = honest('assertion', { algorithm: `${MORE}hmac-sha256` });
  const pem = provider.publicKey.export({ format: 'pem', type: 'spki' });
  const value = createHmac('sha256', pem).update(cut(signed, 'ds:SignedInfo')).digest('base64');
  return swap(signed, /<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value}`);
}

function malformed(): HostileCase[] {
  const t = (identifier: string, inner = '') => `<ds:Transform Algorithm="${identifier}">${inner}</ds:Transform>`;
  const enveloped = t(`${DS}enveloped-signature`);
  const exclusive = t(EXC_C14N);
  const transforms = (content: string) => (signature: string) =>
    swap(signature, /<ds:Transforms>.*<\/ds:Transforms>/, `<ds:Transforms>${content}</ds:Transforms>`);
  const uri = (value: string) => (signature: string) => swap(signature, /URI="[^"]*"/, value);
  const after = (name: string, what: string) => (signature: string) =>
    swap(signature, `</ds:${name}>`, `</ds:${name}>${what}`);
  const within = (name: string, what: string) => (signature: string) =>
    swap(signature, `</ds:${name}>`, `${what}</ds:${name}>`);
  const doubled = (name: string) => (signature: string) =>
    swap(signature, cut(signature, `ds:${name}`), cut(signature, `ds:${name}`).repeat(2));
  const without = (name: string) => (signature: string) => swap(signature, cut(signature, `ds:${name}`), '');
  const templates: [string, (signature: string) => string][] = [
    ['two References', doubled('Reference')],
    ['two Transforms', doubled('Transforms')],
    ['two DigestValues', doubled('DigestValue')],
    [
      'two DigestMethods',
      (text) =>
        swap(
          text,
          /<ds:DigestMethod [^>]*>/,
          `<ds:DigestMethod Algorithm="${XMLENC}sha256"/><ds:DigestMethod Algorithm="${XMLENC}sha256"/>`,
        ),
    ],
    [
      'two SignatureMethods',
      (text) =>
        swap(
          text,
          /<ds:SignatureMethod [^>]*>/,
          `<ds:SignatureMethod Algorithm="${MORE}rsa-sha256"/><ds:SignatureMethod Algorithm="${MORE}rsa-sha256"/>`,
        ),
    ],
    [
      'two CanonicalizationMethods',
      (text) =>
        swap(
          text,
          /<ds:CanonicalizationMethod [^>]*>/,
          `<ds:CanonicalizationMethod Algorithm="${EXC_C14N}"/><ds:CanonicalizationMethod Algorithm="${EXC_C14N}"/>`,
        ),
    ],
    ['no Reference', without('Reference')],
    ['no Transforms', without('Transforms')],
    ['no DigestValue', without('DigestValue')],
    ['an empty URI', uri('URI=""')],
    ['no URI', uri('')],
    ['only a hash as URI', uri('URI="#"')],
    ['an external URI', uri('URI="https://evil.example/a#_assertion0001"')],
    ['a file URI', uri('URI="file:///etc/passwd"')],
    ['a quoted URI', uri("URI=\"#_x' or '1'='1\"")],
    ['an XPointer', uri('URI="#xpointer(id(\'_assertion0001\'))"')],
    ['an XPointer to the root', uri('URI="#xpointer(/)"')],
    ['a URI without a hash', uri('URI="_assertion0001"')],
    ['the URI of the Response', uri('URI="#_response0001"')],
    ['a URI in another case', uri('URI="#_ASSERTION0001"')],
    ['a URI with a space', uri('URI="#_assertion0001 "')],
    ['a URI attribute in a namespace', uri('ds:URI="#_assertion0001"')],
    ['no transform', transforms('')],
    ['no enveloped-signature', transforms(exclusive)],
    ['the transforms in reverse order', transforms(exclusive + enveloped)],
    ['three transforms', transforms(enveloped + exclusive + exclusive)],
    ['enveloped-signature twice', transforms(enveloped + enveloped)],
    [
      'XSLT',
      transforms(
        enveloped +
          t(
            'http://www.w3.org/TR/1999/REC-xslt-19991116',
            '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>',
          ),
      ),
    ],
    [
      'an XPath filter',
      transforms(
        enveloped + t('http://www.w3.org/TR/1999/REC-xpath-19991116', '<ds:XPath>not(ancestor::Evil)</ds:XPath>'),
      ),
    ],
    ['an XPath filter 2', transforms(enveloped + t('http://www.w3.org/2002/06/xmldsig-filter2'))],
    ['the base64 transform', transforms(enveloped + t(`${DS}base64`))],
    ['the decryption transform', transforms(enveloped + t('http://www.w3.org/2002/07/decrypt#XML'))],
    ['an unknown transform', transforms(enveloped + t('urn:example:transform'))],
    ['an empty transform', transforms(enveloped + t(''))],
    [
      'an element in enveloped-signature',
      transforms(t(`${DS}enveloped-signature`, '<ds:XPath>1</ds:XPath>') + exclusive),
    ],
    ['an element in the canonical form', transforms(enveloped + t(EXC_C14N, '<ds:XPath>1</ds:XPath>'))],
    [
      'two InclusiveNamespaces',
      transforms(enveloped + t(EXC_C14N, `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="a"/>`.repeat(2))),
    ],
    [
      'InclusiveNamespaces for the inclusive form',
      transforms(enveloped + t(C14N, `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="a"/>`)),
    ],
    [
      'a PrefixList with 100 prefixes',
      transforms(
        enveloped +
          t(
            EXC_C14N,
            `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="${Array.from({ length: 100 }, (_, index) => `p${index}`).join(' ')}"/>`,
          ),
      ),
    ],
    ['text between the transforms', transforms(`${enveloped}text${exclusive}`)],
    [
      'a transform in another namespace',
      transforms(`${enveloped}<x:Transform xmlns:x="urn:x" Algorithm="${EXC_C14N}"/>`),
    ],
    ['an Object', after('SignatureValue', '<ds:Object>x</ds:Object>')],
    ['an unknown part', after('SignatureValue', '<ds:Other/>')],
    ['text in the Signature', after('SignedInfo', 'text')],
    [
      'HMACOutputLength',
      (text) =>
        swap(
          text,
          /(<ds:SignatureMethod [^>]*)\/>/.exec(text)?.[0] ?? '',
          `<ds:SignatureMethod Algorithm="${MORE}rsa-sha256"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>`,
        ),
    ],
    ['two SignedInfo (CVE-2025-29774)', doubled('SignedInfo')],
    [
      'a forged SignedInfo before the signed one (CVE-2025-29774)',
      (text) => swap(text, '<ds:SignedInfo>', '<ds:SignedInfo><ds:Reference/></ds:SignedInfo><ds:SignedInfo>'),
    ],
    ['two SignatureValues', after('SignedInfo', '<ds:SignatureValue>AAAA</ds:SignatureValue>')],
    ['a NameID in KeyInfo', after('SignatureValue', hidden('saml', 'assertion', 'NameID'))],
    [
      'a Subject deep in KeyInfo',
      after('SignatureValue', hidden('saml', 'assertion', 'Subject', '<x:a xmlns:x="urn:x">')),
    ],
    ['a Status in KeyInfo', after('SignatureValue', hidden('samlp', 'protocol', 'Status'))],
    ['two KeyInfos', after('SignatureValue', '<ds:KeyInfo/><ds:KeyInfo/>')],
    ['an element in DigestValue', within('DigestValue', '<x/>')],
    ['an element in SignatureValue', within('SignatureValue', '<x/>')],
    ['a DigestValue that is not base64', within('DigestValue', '!!!!')],
    ['a DigestValue with more after its padding', within('DigestValue', 'AAAA')],
    ['a SignatureValue that is not base64', within('SignatureValue', '*')],
    ['an empty DigestValue', (text) => swap(text, /<ds:DigestValue>[^<]*/, '<ds:DigestValue>')],
  ];
  return templates.map(([name, template]) => refused(name, honest('assertion', { template }), 'signature_malformed'));
}

// A reader that looks for names only would find it, and no digest covers it.
function hidden(prefix: string, space: string, local: string, around = '<ds:X509Data>'): string {
  const [, end] = /<([\w:]+)/.exec(around) ?? [];
  const element = `<${prefix}:${local} xmlns:${prefix}="urn:oasis:names:tc:SAML:2.0:${space}">eve@evil.example</${prefix}:${local}>`;
  return `<ds:KeyInfo>${around}${element}</${end}></ds:KeyInfo>`;
}

// A comment that one reader skips, and at which another stops.
function digests(): HostileCase[] {
  const signed = honest();
  const digest = /<ds:DigestValue>([^<]*)/.exec(signed)?.[1] ?? '';
  const forms: [string, string, ReasonCode][] = [
    ['a comment before the digest (CVE-2025-29775)', `<!--AAAA-->${digest}`, 'xml_forbidden'],
    ['a comment after the digest', `${digest}<!--AAAA-->`, 'xml_forbidden'],
    ['a comment inside the digest', `${digest.slice(0, 8)}<!---->${digest.slice(8)}`, 'xml_forbidden'],
    ['only a comment', `<!--${digest}-->`, 'signature_malformed'],
    ['a processing instruction', `<?x?>${digest}`, 'xml_forbidden'],
    ['CDATA', `<![CDATA[${digest}]]>`, 'xml_forbidden'],
    ['an entity', `&digest;`, 'xml_malformed'],
  ];
  return forms.flatMap(([name, content, reason]) => [
    refused(`DigestValue: ${name}`, swap(signed, digest, content), reason),
    refused(
      `SignatureValue: ${name}`,
      swap(signed, /<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${content}`),
      reason,
    ),
  ]);
}

function attackerKeyInfo(): string {
  const { n, e } = attacker.publicKey.export({ format: 'jwk' });
  const value = (text: unknown) => Buffer.from(String(text), 'base64url').toString('base64');
  return `<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${value(n)}</ds:Modulus><ds:Exponent>${value(e)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>`;
}
