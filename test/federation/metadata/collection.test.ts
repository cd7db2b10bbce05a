import { expect } from 'chai';
import { type CollectionOptions, readCollection } from '../../../src/federation/metadata/collection.ts';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import { refusalIn } from '../../../src/federation/metadata/refusal.ts';
import { attacker, provider } from '../../saml/support/keys.ts';
import { signMetadata } from '../../saml/support/signedMetadata.ts';
import { federationOf, memberId } from './federation.ts';
import { NOW } from './fixtures.ts';

const signers = [provider.publicKey];
const signed = signMetadata(federationOf(20), 'EntitiesDescriptor');

describe('federation/metadata/collection', () => {
  it('lists the identity providers of a collection, in nested ones too, by EntityID and name', async () => {
    for (const xml of [federationOf(20), signed]) {
      const { entities, wanted } = await read(xml, { signers: xml === signed ? signers : undefined });
      expect(entities).to.have.lengthOf(20);
      expect(entities[19]).to.deep.equal({ entityId: memberId(20), name: 'University 20' });
      expect(wanted).to.equal(undefined);
    }
  });

  it('returns the one that is wanted as a document of its own, which ends with the collection', async () => {
    for (const options of [{}, { signers }]) {
      const { wanted, entities } = await read(signed, { wanted: memberId(15), ...options });
      expect(entities).to.deep.equal([]);
      expect(wanted).to.contain('University 15').and.not.contain('University 14');
      const metadata = readMetadata(wanted ?? '', { now: NOW, expectEntityId: memberId(15) });
      if (!metadata.ok) throw new Error(metadata.error.message);
      expect(metadata.metadata).to.include({
        name: 'University 15',
        validUntil: Date.UTC(2036, 0, 1),
        cacheMs: 21_600_000,
      });
      expect(metadata.metadata.certificates).to.have.lengthOf(1);
      const late = readMetadata(wanted ?? '', { now: Date.UTC(2036, 0, 2) });
      expect(late.ok ? '' : late.error.code).to.equal('expired');
    }
    expect((await read(signed, { wanted: 'urn:nobody', signers })).wanted).to.equal(undefined);
  });

  it('reads no further than the one that is wanted, unless a signature has to be verified', async () => {
    let octets = 0;
    const counted = async function* () {
      for await (const chunk of chunks(signed, 1_000)) {
        octets += chunk.length;
        yield chunk;
      }
    };
    await readCollection(counted(), { wanted: memberId(2), signers: undefined });
    expect(octets).to.be.lessThan(signed.length / 3);
    octets = 0;
    await readCollection(counted(), { wanted: memberId(2), signers });
    expect(octets).to.be.greaterThan(signed.length - 1);
  });

  for (const [title, xml, code] of [
    ['is not signed', () => federationOf(3), 'not_signed'],
    [
      'is signed by another key',
      () => signMetadata(federationOf(3), 'EntitiesDescriptor', { key: attacker.privateKey }),
      'bad_signature',
    ],
    ['was changed at its end', () => signed.replace('University 20', 'University 21'), 'bad_signature'],
    ['was changed at its start', () => signed.replace('2036-01-01', '2046-01-01'), 'bad_signature'],
    [
      'has one more entity',
      () =>
        signed.replace(
          '\n</md:EntitiesDescriptor>\n',
          `${federationOf(1).slice(39).trim()}\n</md:EntitiesDescriptor>\n`,
        ),
      'bad_signature',
    ],
    [
      'has white space that was not signed',
      () => signed.replace('\n<md:EntityDescriptor', '\n\n<md:EntityDescriptor'),
      'bad_signature',
    ],
    ['lost its end', () => signed.slice(0, -200), 'not_xml'],
    [
      'has a signature on a nested collection only',
      () =>
        federationOf(3)
          .replace('<md:EntitiesDescriptor Name="others">', '')
          .replace('</md:EntitiesDescriptor>', '')
          .replace(/<!-- 3 members -->/, () => signed.replace(/<\?xml.*\?>/, '')),
      'not_signed',
    ],
    [
      'has the signature at its end',
      () => signed.replace(/(<ds:Signature[\s\S]*?<\/ds:Signature>)([\s\S]*)(<\/md:EntitiesDescriptor>)/, '$2$1$3'),
      'not_signed',
    ],
    [
      'is signed with SHA-1',
      () =>
        signMetadata(federationOf(3), 'EntitiesDescriptor', {
          digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1',
          digest: 'sha1',
        }),
      'bad_signature',
    ],
  ] as [string, () => string, string][])
    it(`refuses a collection that ${title}, whether it is listed or one is wanted`, async () => {
      const document = xml();
      for (const wanted of [undefined, memberId(2)])
        expect(await refusal(document, { wanted, signers })).to.equal(code);
    });

  for (const [title, xml, code] of [
    [
      'one provider that is too long',
      () => '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"/>          ',
      'too_large',
    ],
    ['another namespace', () => '<EntitiesDescriptor xmlns="urn:other"></EntitiesDescriptor>', 'not_metadata'],
    ['a DOCTYPE', () => `<!DOCTYPE x>${federationOf(1).slice(39)}`, 'doctype'],
    [
      'a processing instruction',
      () => federationOf(1).replace('<!-- 1 members -->', '<?x y?>'),
      'processing_instruction',
    ],
    ['an entity without an end', () => federationOf(2).replace('</md:SPSSODescriptor>', ''), 'not_xml'],
    ['a large entity', () => federationOf(1).replace('University 1', 'x'.repeat(2_100_000)), 'too_complex'],
  ] as [string, () => string, string][])
    it(`refuses ${title}`, async () => {
      expect(await refusal(xml(), {})).to.equal(code);
    });
});

function read(xml: string, options: Partial<CollectionOptions>) {
  return readCollection(chunks(xml, 1_000), { wanted: undefined, signers: undefined, ...options });
}

async function refusal(xml: string, options: Partial<CollectionOptions>): Promise<string> {
  return read(xml, options).then(
    () => 'was read',
    (error: unknown) => refusalIn(error).code,
  );
}

async function* chunks(xml: string, size: number): AsyncGenerator<Buffer> {
  const octets = Buffer.from(xml);
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}
