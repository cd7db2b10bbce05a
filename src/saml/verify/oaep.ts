import { constants, hash, type KeyObject, privateDecrypt } from 'node:crypto';

/** The two digests of RSA-OAEP (RFC 8017 7.1): for the label, which is empty, and for the mask generation function MGF1. */
export type OaepDigests = { label: 'sha1' | 'sha256'; mask: 'sha1' | 'sha256' };

/**
 * Decrypts one RSA-OAEP block. Returns undefined for every failure.
 * node:crypto uses one digest for both parts. If a provider mixes them (SHA-256 for the label, SHA-1 for MGF1), the padding is removed here,
 * without a branch or an early return that depends on the secret.
 */
export function decryptOaep(key: KeyObject, block: Buffer, digests: OaepDigests): Buffer | undefined {
  try {
    if (digests.label === digests.mask) {
      return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: digests.label }, block);
    }
    return unpad(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block), digests);
  } catch {
    return undefined;
  }
}

// RFC 8017 7.1.2, step 3: 0x00 | masked seed | masked (label hash | 0x00 … | 0x01 | message)
function unpad(encoded: Buffer, digests: OaepDigests): Buffer | undefined {
  const labelHash = hash(digests.label, '', 'buffer');
  const size = labelHash.length;
  const masked = encoded.subarray(1 + size);
  const seed = exclusiveOr(encoded.subarray(1, 1 + size), maskOf(masked, size, digests.mask));
  const data = exclusiveOr(masked, maskOf(seed, masked.length, digests.mask));
  let wrong = encoded[0] ?? 1;
  for (let at = 0; at < size; at++) wrong |= (data[at] ?? 0) ^ (labelHash[at] ?? 0);
  let started = 0;
  let start = 0;
  for (let at = size; at < data.length; at++) {
    const octet = data[at] ?? 0;
    const isOne = equalBit(octet, 1);
    start |= at & -(isOne & (started ^ 1));
    wrong |= (started ^ 1) & (equalBit(octet, 0) ^ 1) & (isOne ^ 1);
    started |= isOne;
  }
  return (wrong | (started ^ 1)) === 0 ? data.subarray(start + 1) : undefined;
}

// 1 if two octets are equal, otherwise 0, without a branch.
function equalBit(one: number, other: number): number {
  return (((one ^ other) - 1) >>> 31) & 1;
}

// RFC 8017 B.2.1
function maskOf(seed: Buffer, length: number, digest: string): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0, made = 0; made < length; counter++) {
    const suffix = Buffer.alloc(4);
    suffix.writeUInt32BE(counter);
    const block = hash(digest, Buffer.concat([seed, suffix]), 'buffer');
    blocks.push(block);
    made += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function exclusiveOr(one: Buffer, other: Buffer): Buffer {
  const result = Buffer.alloc(one.length);
  for (let at = 0; at < one.length; at++) result[at] = (one[at] ?? 0) ^ (other[at] ?? 0);
  return result;
}
