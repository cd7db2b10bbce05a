import { expect } from 'chai';
import { readSignedDocument } from '../../../src/saml/verify/signedDocument.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { attacker, ecProvider, provider } from '../support/keys.ts';
import { C14N, DS } from '../support/sign.ts';
import { signMetadata } from '../support/signedMetadata.ts';

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const entity = (id: string, name = 'honest') =>
  `<md:EntityDescriptor xmlns:md="${MD}" entityID="${id}"><md:Name>${name}</md:Name></md:EntityDescriptor>`;
const collection = (...entities: string[]) =>
  `<md:EntitiesDescriptor xmlns:md="${MD}">${entities.join('')}</md:EntitiesDescriptor>`;
const signature = (xml: string) => /<ds:Signature[\s\S]*?<\/ds:Signature>/.exec(xml)?.[0] ?? '';

describe('saml/verify/signedDocument', () => {
  it('returns what was signed, without the signature: the root, or the one entity that is wanted', () => {
    const alone = signMetadata(entity('a'));
    expect(textOf(alone)).to.contain('<md:Name>honest</md:Name>').and.not.contain('Signature');
    expect(textOf(signMetadata(collection(entity('a'), entity('b')), 'EntitiesDescriptor'))).to.contain('entityID="b"');
    const inside = collection(entity('b', 'beside'), alone);
    expect(textOf(inside)).to.contain('entityID="a"').and.not.contain('beside');
    expect(textOf(inside, 'a')).to.contain('entityID="a"');
    expect(verdict(inside, 'b')).to.equal('unsigned');
  });

  for (const [title, xml, fault] of [
    ['nothing is signed', () => entity('a'), 'unsigned'],
    [
      'there are two signatures',
      () => signMetadata(entity('a')).replace(/(<ds:Signature[\s\S]*<\/ds:Signature>)/, '$1$1'),
      'unsigned',
    ],
    ['another key signed', () => signMetadata(entity('a'), 'EntityDescriptor', { key: attacker.privateKey }), 'key'],
    ['a value was changed', () => signMetadata(entity('a')).replace('honest', 'hostile'), 'content'],
    ['something was added', () => signMetadata(entity('a')).replace('</md:Entity', '<md:X/></md:Entity'), 'content'],
    [
      'the algorithm is SHA-1',
      () => signMetadata(entity('a'), 'EntityDescriptor', { algorithm: `${DS}rsa-sha1`, hash: 'sha1' }),
      'form',
    ],
    [
      'the digest is SHA-1',
      () => signMetadata(entity('a'), 'EntityDescriptor', { digestAlgorithm: `${DS}sha1`, digest: 'sha1' }),
      'form',
    ],
    [
      'the algorithm is a MAC',
      () => signMetadata(entity('a'), 'EntityDescriptor', { algorithm: `${MORE}hmac-sha256` }),
      'form',
    ],
    [
      'the Reference is to another element',
      () => signMetadata(entity('a')).replace('URI="#_signed"', 'URI="#_other"'),
      'form',
    ],
    ['the Reference is empty', () => signMetadata(entity('a')).replace('URI="#_signed"', 'URI=""'), 'form'],
  ] as [string, () => string, string][])
    it(`says that ${title}`, () => {
      expect(verdict(xml())).to.equal(fault);
    });

  it('is not deceived by wrapping: the signature of one element beside or around another', () => {
    const honest = signMetadata(entity('a'));
    const hostile = entity('a', 'hostile');
    const id = ' ID="_signed"';
    for (const [title, xml] of [
      [
        'moved to a hostile root',
        hostile.replace('entityID', `${id} entityID`).replace('><', `>${signature(honest)}<`),
      ],
      ['a hostile root around the signed element', hostile.replace('</md:E', `${honest}</md:E`)],
      [
        'inside Extensions of a hostile root',
        hostile.replace('</md:E', `<md:Extensions>${honest}</md:Extensions></md:E`),
      ],
      [
        'an Object in the signature',
        honest.replace('</ds:Signature>', `<ds:Object>${hostile}</ds:Object></ds:Signature>`),
      ],
      ['the same entity before it', collection(hostile, honest)],
      ['the same entity after it', collection(honest, hostile)],
    ] as [string, string][]) {
      const result = readSignedDocument(parse(xml), [provider.publicKey], 'a');
      expect(result.ok && result.text.includes('hostile'), title).to.equal(false);
    }
  });

  it('accepts EC keys, the inclusive form, and the second of two pinned keys', () => {
    const ec = {
      key: ecProvider.privateKey,
      algorithm: `${MORE}ecdsa-sha256`,
      signOptions: { dsaEncoding: 'ieee-p1363' as const },
    };
    const result = readSignedDocument(
      parse(signMetadata(entity('a'), 'EntityDescriptor', ec)),
      [ecProvider.publicKey],
      undefined,
    );
    expect(result.ok).to.equal(true);
    const inclusive = signMetadata(entity('a'), 'EntityDescriptor', { exclusive: false });
    expect(inclusive).to.contain(C14N);
    expect(readSignedDocument(parse(inclusive), [attacker.publicKey, provider.publicKey], 'a').ok).to.equal(true);
  });
});

function verdict(xml: string, wanted?: string): string {
  const result = readSignedDocument(parse(xml), [provider.publicKey], wanted);
  return result.ok ? 'ok' : result.fault;
}

function textOf(xml: string, wanted?: string): string {
  const result = readSignedDocument(parse(xml), [provider.publicKey], wanted);
  return result.ok ? result.text : result.fault;
}

function parse(xml: string) {
  return parseXml(Buffer.from(xml), { grammar: 'document' });
}
