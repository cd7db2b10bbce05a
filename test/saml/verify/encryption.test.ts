import { constants, publicEncrypt } from 'node:crypto';
import { expect } from 'chai';
import { decrypt, decryptOaep, encryptionLabel, readEncryption } from '../../../src/saml/verify/encryption.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { swap } from '../corpus/hostile.ts';
import { type EncryptOptions, encryptAssertion } from '../support/encrypt.ts';
import { attacker, domain, domainNext } from '../support/keys.ts';

const PLAINTEXT = '<a>thirty-two octets of plaintext</a>';

function read(xml: string) {
  return readEncryption(parseXml(Buffer.from(xml)));
}

/** Decrypts a plaintext that was encrypted for the domain, after changes to the octets of its ciphertext. */
function decrypted(options: Partial<EncryptOptions>, change: (content: Buffer) => Buffer = (content) => content) {
  const form = read(encryptAssertion(PLAINTEXT, options));
  return decrypt({ ...form, content: change(Buffer.from(form.content)) }, [domain.privateKey])?.toString();
}

function flip(octets: Buffer, at: number): Buffer {
  octets.writeUInt8(octets.readUInt8(at) ^ 1, at);
  return octets;
}

/** A content key of another size, encrypted for the domain. */
function sizedBlock(size: number): Buffer {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key: domain.privateKey, padding, oaepHash: 'sha1' }, Buffer.alloc(size, 1));
}

describe('decrypt', () => {
  for (const cipher of ['aes-128-gcm', 'aes-256-gcm', 'aes-128-cbc', 'aes-256-cbc'] as const)
    for (const placement of ['within', 'beside'] as const)
      it(`returns the plaintext of ${cipher}, with the key ${placement} the data, for any of the keys`, () => {
        const form = read(encryptAssertion(PLAINTEXT, { cipher, placement }));
        const keys = [attacker, domainNext, domain].map(({ privateKey }) => privateKey);
        expect(decrypt(form, keys)?.toString()).to.equal(PLAINTEXT);
        expect(decrypt(form, keys.slice(0, 2))).to.equal(undefined);
        expect(encryptionLabel(form)).to.equal(`${cipher.toUpperCase()} with RSA-OAEP`);
      });

  it('returns undefined for GCM if any octet of IV, ciphertext or tag was changed, or one is missing', () => {
    const cipher = 'aes-256-gcm';
    const size = 12 + PLAINTEXT.length + 16;
    for (const at of [0, 12, size - 17, size - 16, size - 1])
      expect(
        decrypted({ cipher }, (content) => flip(content, at)),
        `${at}`,
      ).to.equal(undefined);
    for (const length of [0, 12, 27, 28, size - 1])
      expect(
        decrypted({ cipher }, (content) => content.subarray(0, length)),
        `${length}`,
      ).to.equal(undefined);
  });

  it('returns undefined for CBC with a wrong length', () => {
    for (const length of [0, 16, 31, 33])
      expect(decrypted({ cipher: 'aes-256-cbc' }, (content) => content.subarray(0, length))).to.equal(undefined);
  });

  it('does the same work for every secret outcome: each block with each key, and the content each time', () => {
    const keys = [attacker, domainNext, domain].map(({ privateKey }) => privateKey);
    for (const cipher of ['aes-256-gcm', 'aes-256-cbc'] as const) {
      const form = read(encryptAssertion(PLAINTEXT, { cipher }));
      const [encrypted] = form.keys;
      if (!encrypted) throw new Error('No key was encrypted');
      const broken = { ...encrypted, block: flip(Buffer.from(encrypted.block), 9) };
      const damaged = flip(Buffer.from(form.content), 20);
      const work = (changes: Partial<typeof form>, decryptionKeys = keys) => {
        const lengths: number[] = [];
        const counting = (content: Buffer, key: Buffer) => {
          lengths.push(content.length, key.length);
          return form.cipher.decrypt(content, key);
        };
        decrypt({ ...form, ...changes, cipher: { ...form.cipher, decrypt: counting } }, decryptionKeys);
        return lengths;
      };
      const one = [form.content.length, form.cipher.keySize];
      const expected = Array(6).fill(one).flat();
      for (const [name, lengths] of Object.entries({
        fits: work({ keys: [encrypted, broken] }),
        'fits last': work({ keys: [broken, encrypted] }),
        'fits the first key': work({ keys: [encrypted, broken] }, keys.toReversed()),
        'fits no key': work({ keys: [broken, broken] }),
        'damaged content': work({ keys: [encrypted, broken], content: damaged }),
        'another size': work({ keys: [{ ...encrypted, block: sizedBlock(16) }, broken] }),
      }))
        expect(lengths, `${cipher} ${name}`).to.deep.equal(expected);
    }
  });

  it('returns undefined if the key has another size than the cipher needs', () => {
    const form = read(encryptAssertion(PLAINTEXT, { cipher: 'aes-128-cbc' }));
    expect(decrypt({ ...form, cipher: { ...form.cipher, keySize: 32 } }, [domain.privateKey])).to.equal(undefined);
  });
});

describe('readEncryption', () => {
  it('refuses algorithms that are not on the list', () => {
    for (const options of [{ cipher: 'des-ede3-cbc' }, { cipher: 'aes-192-cbc' }, { transport: 'rsa-1_5' }] as const)
      expect(() => read(encryptAssertion(PLAINTEXT, options)))
        .to.throw()
        .with.property('reason', 'algorithm_forbidden');
  });

  it('refuses a missing part and too many keys', () => {
    const xml = encryptAssertion(PLAINTEXT);
    const key = /<xenc:EncryptedKey.*<\/xenc:EncryptedKey>/.exec(xml)?.[0] ?? '';
    const broken = [
      swap(xml, key, ''),
      swap(xml, key, key.repeat(5)),
      swap(xml, /<xenc:CipherValue>[^<]*/, '<xenc:CipherValue>'),
      swap(xml, '</saml:EncryptedAssertion>', '<other/></saml:EncryptedAssertion>'),
    ];
    for (const text of broken)
      expect(() => read(text))
        .to.throw()
        .with.property('reason', 'response_malformed');
    expect(read(swap(xml, key, key.repeat(4))).keys).to.have.length(4);
  });
});

const KEY = Buffer.alloc(32, 0x2b); // what encryptAssertion wraps
const DIGESTS = ['sha1', 'sha256'] as const;

function wrapped(label: 'sha1' | 'sha256', mask: 'sha1' | 'sha256'): Buffer {
  const xml = encryptAssertion('x', { transport: 'rsa-oaep', label, mask });
  return Buffer.from(/<xenc:CipherValue>([^<]*)/.exec(xml)?.[1] ?? '', 'base64');
}

describe('decryptOaep', () => {
  for (const label of DIGESTS) {
    for (const mask of DIGESTS) {
      it(`unwraps a key with ${label} and MGF1 of ${mask}, and with no other digests or key`, () => {
        const block = wrapped(label, mask);
        for (const otherLabel of DIGESTS) {
          for (const otherMask of DIGESTS) {
            const same = label === otherLabel && mask === otherMask;
            const key = decryptOaep(domain.privateKey, block, { label: otherLabel, mask: otherMask });
            expect(key?.toString('hex')).to.equal(same ? KEY.toString('hex') : undefined);
          }
        }
        expect(decryptOaep(domainNext.privateKey, block, { label, mask })).to.equal(undefined);
      });
    }
  }

  it('returns undefined for a padding with a wrong first octet, without its mark, or with a wrong length', () => {
    const raw = (octets: Buffer) => publicEncrypt({ key: domain.publicKey, padding: constants.RSA_NO_PADDING }, octets);
    for (const octets of [
      Buffer.alloc(256),
      Buffer.alloc(256, 0x01),
      Buffer.concat([Buffer.from([1]), Buffer.alloc(255)]),
    ]) {
      expect(decryptOaep(domain.privateKey, raw(octets), { label: 'sha256', mask: 'sha1' })).to.equal(undefined);
    }
    expect(decryptOaep(domain.privateKey, Buffer.alloc(10), { label: 'sha1', mask: 'sha1' })).to.equal(undefined);
  });
});
