import { constants, publicEncrypt } from 'node:crypto';
import { expect } from 'chai';
import { decryptOaep } from '../../../src/saml/verify/oaep.ts';
import { encryptAssertion } from '../support/encrypt.ts';
import { domain, domainNext } from '../support/keys.ts';

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
