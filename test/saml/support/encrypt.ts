import { constants, createCipheriv, hash, type KeyObject, publicEncrypt } from 'node:crypto';
import { domain } from './keys.ts';

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const DS = 'http://www.w3.org/2000/09/xmldsig#';

export type EncryptOptions = {
  key: KeyObject; // the domain's public key
  cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'aes-128-cbc' | 'aes-256-cbc' | 'aes-192-cbc' | 'des-ede3-cbc';
  transport: 'rsa-oaep-mgf1p' | 'rsa-oaep' | 'rsa-1_5';
  label: 'sha1' | 'sha256' | undefined; // undefined: not specified, which means SHA-1
  mask: 'sha1' | 'sha256' | undefined;
  placement: 'within' | 'beside'; // of the EncryptedKey: in KeyInfo, or next to EncryptedData
};

export const gcmOptions: EncryptOptions = {
  key: domain.publicKey,
  cipher: 'aes-256-gcm',
  transport: 'rsa-oaep-mgf1p',
  label: undefined,
  mask: undefined,
  placement: 'within',
};

const CIPHERS = {
  'aes-128-gcm': [`${XENC11}aes128-gcm`, 16, 12],
  'aes-256-gcm': [`${XENC11}aes256-gcm`, 32, 12],
  'aes-128-cbc': [`${XENC}aes128-cbc`, 16, 16],
  'aes-192-cbc': [`${XENC}aes192-cbc`, 24, 16],
  'aes-256-cbc': [`${XENC}aes256-cbc`, 32, 16],
  'des-ede3-cbc': [`${XENC}tripledes-cbc`, 24, 8],
} as const;

/** Returns an EncryptedAssertion of a plaintext, which declares the prefix `saml` itself. Keys and IVs are fixed: nothing here is secret. */
export function encryptAssertion(plaintext: string | Buffer, changes: Partial<EncryptOptions> = {}): string {
  const options = { ...gcmOptions, ...changes };
  const [identifier, keySize, ivSize] = CIPHERS[options.cipher];
  const contentKey = Buffer.alloc(keySize, 0x2b);
  const content = encryptContent(options.cipher, Buffer.from(plaintext), contentKey, Buffer.alloc(ivSize, 0x17));
  const encryptedKey = encryptedKeyElement(options, contentKey);
  const within =
    options.placement === 'within' ? encryptedKey : `<ds:RetrievalMethod Type="${XENC}EncryptedKey" URI="#_key1"/>`;
  return (
    `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="${XENC}" Type="${XENC}Element">` +
    `<xenc:EncryptionMethod Algorithm="${identifier}"/><ds:KeyInfo xmlns:ds="${DS}">${within}</ds:KeyInfo>` +
    `<xenc:CipherData><xenc:CipherValue>${content.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>` +
    `${options.placement === 'beside' ? encryptedKey : ''}</saml:EncryptedAssertion>`
  );
}

function encryptContent(cipher: string, plaintext: Buffer, key: Buffer, iv: Buffer): Buffer {
  if (cipher.endsWith('gcm')) {
    const gcm = createCipheriv(cipher as 'aes-256-gcm', key, iv);
    return Buffer.concat([iv, gcm.update(plaintext), gcm.final(), gcm.getAuthTag()]);
  }
  // ISO 10126, as in xmlenc-core1 5.2.3: only the last octet of the padding has a meaning.
  const block = iv.length;
  const padding = Buffer.alloc(block - (plaintext.length % block), 0x99);
  padding[padding.length - 1] = padding.length;
  const cbc = createCipheriv(cipher, key, iv).setAutoPadding(false);
  return Buffer.concat([iv, cbc.update(Buffer.concat([plaintext, padding])), cbc.final()]);
}

function encryptedKeyElement(options: EncryptOptions, contentKey: Buffer): string {
  const space = options.transport === 'rsa-oaep' ? XENC11 : XENC;
  const label =
    options.label === undefined
      ? ''
      : `<ds:DigestMethod xmlns:ds="${DS}" Algorithm="${options.label === 'sha1' ? `${DS}sha1` : `${XENC}sha256`}"/>`;
  const mask =
    options.mask === undefined ? '' : `<xenc11:MGF xmlns:xenc11="${XENC11}" Algorithm="${XENC11}mgf1${options.mask}"/>`;
  return (
    `<xenc:EncryptedKey xmlns:xenc="${XENC}" Id="_key1"><xenc:EncryptionMethod Algorithm="${space}${options.transport}">${label}${mask}</xenc:EncryptionMethod>` +
    `<xenc:CipherData><xenc:CipherValue>${wrapKey(options, contentKey).toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`
  );
}

function wrapKey({ key, transport, label = 'sha1', mask = 'sha1' }: EncryptOptions, contentKey: Buffer): Buffer {
  if (transport === 'rsa-1_5') return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, contentKey);
  if (label === mask)
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: label }, contentKey);
  return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, oaepPadded(contentKey, label, mask, 256));
}

// RFC 8017 7.1.1, with a fixed seed.
function oaepPadded(message: Buffer, label: string, mask: string, size: number): Buffer {
  const labelHash = hash(label, '', 'buffer');
  const data = Buffer.alloc(size - labelHash.length - 1);
  labelHash.copy(data);
  data[data.length - message.length - 1] = 1;
  message.copy(data, data.length - message.length);
  const seed = Buffer.alloc(labelHash.length, 0x3c);
  const maskedData = xor(data, mgf1(seed, data.length, mask));
  return Buffer.concat([Buffer.alloc(1), xor(seed, mgf1(maskedData, seed.length, mask)), maskedData]);
}

function mgf1(seed: Buffer, length: number, digest: string): Buffer {
  let mask = Buffer.alloc(0);
  for (let counter = 0; mask.length < length; counter++) {
    mask = Buffer.concat([mask, hash(digest, Buffer.concat([seed, Buffer.from([0, 0, 0, counter])]), 'buffer')]);
  }
  return mask.subarray(0, length);
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((octet, index) => octet ^ (other[index] ?? 0)));
}
