import { constants, createDecipheriv, hash, type KeyObject, privateDecrypt } from 'node:crypto';
import { attributeOf, childOf, elementsOf, isElement, type XmlElement } from '../../xml/tree.ts';
import { refuse } from './check.ts';
import { childElements, DS, malformed, octetsOf, XENC, XENC11 } from './elements.ts';

/** An encrypted element in an accepted form and with allowed algorithms. Nothing of it is decrypted. */
export type EncryptionForm = { cipher: Cipher; content: Buffer; keys: EncryptedKey[] };

type Cipher = { label: string; keySize: number; decrypt: (content: Buffer, key: Buffer) => Buffer | undefined };
/** The two digests of RSA-OAEP (RFC 8017 7.1): for the label, which is empty, and for the mask generation function MGF1. */
export type OaepDigests = { label: 'sha1' | 'sha256'; mask: 'sha1' | 'sha256' };

type EncryptedKey = { block: Buffer; digests: OaepDigests };

const CIPHERS = new Map<string, Cipher>([
  [`${XENC11}aes128-gcm`, { label: 'AES-128-GCM', keySize: 16, decrypt: decryptGcm }],
  [`${XENC11}aes256-gcm`, { label: 'AES-256-GCM', keySize: 32, decrypt: decryptGcm }],
  [`${XENC}aes128-cbc`, { label: 'AES-128-CBC', keySize: 16, decrypt: decryptCbc }],
  [`${XENC}aes256-cbc`, { label: 'AES-256-CBC', keySize: 32, decrypt: decryptCbc }],
]);
const OAEP_MGF1P = `${XENC}rsa-oaep-mgf1p`;
const OAEP = `${XENC11}rsa-oaep`;
const LABEL_DIGESTS = new Map<string, 'sha1' | 'sha256'>([
  [`${DS}sha1`, 'sha1'],
  [`${XENC}sha256`, 'sha256'],
]);
const MASK_DIGESTS = new Map<string, 'sha1' | 'sha256'>([
  [`${XENC11}mgf1sha1`, 'sha1'],
  [`${XENC11}mgf1sha256`, 'sha256'],
]);
const OAEP_FORMS = 'RSA-OAEP with SHA-1 or SHA-256';
const MAX_KEYS = 4;
const GCM_TAG = 16;

/**
 * Reads a `saml:EncryptedAssertion` (saml-core 2.3.4, xmlenc-core1 3): one EncryptedData, with EncryptedKeys in its KeyInfo or next to it.
 * Refuses with response_malformed or algorithm_forbidden; both depend only on what everybody can read.
 */
export function readEncryption(encrypted: XmlElement): EncryptionForm {
  const [data, ...others] = elementsOf(encrypted) ?? malformed('an EncryptedData');
  if (!isElement(data, XENC, 'EncryptedData')) return malformed('an EncryptedData');
  const identifier = methodOf(data);
  const cipher = CIPHERS.get(identifier);
  if (cipher === undefined) return forbidden('AES-128 or 256, GCM or CBC', identifier);
  const keyInfo = childOf(data, DS, 'KeyInfo');
  const within = keyInfo === undefined ? [] : childElements(keyInfo);
  if (!others.every((element) => isElement(element, XENC, 'EncryptedKey')))
    malformed('EncryptedKeys next to EncryptedData');
  const keys = [...within.filter((element) => isElement(element, XENC, 'EncryptedKey')), ...others];
  if (keys.length === 0 || keys.length > MAX_KEYS) return malformed(`1 to ${MAX_KEYS} EncryptedKey`);
  return { cipher, content: cipherValueOf(data), keys: keys.map(readEncryptedKey) };
}

/** Returns the names of the algorithms for Login activity. */
export function encryptionLabel(form: EncryptionForm): string {
  return `${form.cipher.label} with RSA-OAEP`;
}

/**
 * Decrypts with the first key that fits. Returns the octets of the element, or undefined for every failure: the caller must treat it like
 * an invalid signature, so that a sender cannot tell the two apart (xmlenc-core1 6.1). Every key is tried to the end, whatever the others
 * gave, because a sender could count the operations by the time.
 */
export function decrypt(form: EncryptionForm, decryptionKeys: readonly KeyObject[]): Buffer | undefined {
  const { keySize, decrypt: decryptContent } = form.cipher;
  const noKey = Buffer.alloc(keySize);
  let decrypted: Buffer | undefined;
  for (const { block, digests } of form.keys) {
    for (const key of decryptionKeys) {
      const contentKey = decryptOaep(key, block, digests);
      const fits = contentKey?.length === keySize;
      const content = decryptContent(form.content, fits ? contentKey : noKey);
      if (fits) decrypted ??= content;
    }
  }
  return decrypted;
}

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

function readEncryptedKey(element: XmlElement): EncryptedKey {
  const identifier = methodOf(element);
  if (identifier !== OAEP_MGF1P && identifier !== OAEP) {
    return forbidden('RSA-OAEP', identifier);
  }
  return { block: cipherValueOf(element), digests: readOaepDigests(element, identifier) };
}

// xmlenc-core1 5.5.2: the default is SHA-1. It is no weaker here than others, because collisions do not help against OAEP.
function readOaepDigests(element: XmlElement, identifier: string): OaepDigests {
  const parameters = childElements(childOf(element, XENC, 'EncryptionMethod') ?? element);
  const digests: OaepDigests = { label: 'sha1', mask: 'sha1' };
  for (const parameter of parameters) {
    const named = attributeOf(parameter, 'Algorithm') ?? '';
    if (isElement(parameter, DS, 'DigestMethod'))
      digests.label = LABEL_DIGESTS.get(named) ?? forbidden(OAEP_FORMS, named);
    else if (isElement(parameter, XENC11, 'MGF') && identifier === OAEP)
      digests.mask = MASK_DIGESTS.get(named) ?? forbidden(OAEP_FORMS, named);
    else forbidden(OAEP_FORMS, 'another parameter');
  }
  return digests;
}

// xmlenc-core1 5.2.4: 12 octets of IV, the ciphertext, 16 octets of tag.
function decryptGcm(content: Buffer, key: Buffer): Buffer | undefined {
  if (content.length < 12 + GCM_TAG) return undefined;
  const name = key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
  const decipher = createDecipheriv(name, key, content.subarray(0, 12), { authTagLength: GCM_TAG });
  decipher.setAuthTag(content.subarray(-GCM_TAG));
  try {
    const plain = decipher.update(content.subarray(12, -GCM_TAG));
    decipher.final(); // throws if the tag is wrong, and adds nothing
    return plain;
  } catch {
    return undefined;
  }
}

// xmlenc-core1 5.2.3: the last octet is the length of the padding, the others are arbitrary: the check of OpenSSL would refuse honest ones.
function decryptCbc(content: Buffer, key: Buffer): Buffer | undefined {
  if (content.length < 32 || content.length % 16 !== 0) return undefined;
  const name = key.length === 16 ? 'aes-128-cbc' : 'aes-256-cbc';
  const decipher = createDecipheriv(name, key, content.subarray(0, 16)).setAutoPadding(false);
  const padded = decipher.update(content.subarray(16));
  const padding = padded[padded.length - 1] ?? 0;
  return padding >= 1 && padding <= 16 ? padded.subarray(0, padded.length - padding) : undefined;
}

function methodOf(element: XmlElement): string {
  const method = childOf(element, XENC, 'EncryptionMethod');
  return (method && attributeOf(method, 'Algorithm')) ?? malformed('an EncryptionMethod');
}

function cipherValueOf(element: XmlElement): Buffer {
  const data = childOf(element, XENC, 'CipherData');
  const value = data && childOf(data, XENC, 'CipherValue');
  return octetsOf(value) ?? malformed('a CipherValue');
}

function forbidden(expected: string, received: string): never {
  return refuse('algorithm_forbidden', { cause: 'encryption', expected, received });
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
