import { createPublicKey, type KeyObject } from 'node:crypto';
import { childrenOf, type Element } from './metadataElement.ts';
import { refuse } from './metadataError.ts';

const MAX_MODULUS = 2_048; // octets: RSA 16384
const MAX_EXPONENT = 6; // octets: what a number holds exactly

/**
 * The RSA keys of a KeyInfo that has no certificate: ds:KeyValue/ds:RSAKeyValue (xmldsig-core 4.5.2.2). Other kinds are passed over.
 * @throws a refusal: bad_certificate
 */
export function readBareKeys(keyInfo: Element): KeyObject[] {
  return childrenOf(keyInfo, 'signature', 'KeyValue')
    .flatMap((value) => childrenOf(value, 'signature', 'RSAKeyValue'))
    .map((value) => makeKey(readInteger(value, 'Modulus', MAX_MODULUS), readInteger(value, 'Exponent', MAX_EXPONENT)));
}

/** A ds:CryptoBinary: a positive integer, its octets in base64. */
function readInteger(value: Element, name: string, most: number): Buffer {
  const [element, ...others] = childrenOf(value, 'signature', name);
  const base64 = (element?.text ?? '').replace(/\s+/g, '');
  if (others.length > 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) refuseKey(`its ${name} is not base64 text`);
  const octets = Buffer.from(base64, 'base64');
  if (octets.length === 0) refuseKey(`its ${name} is empty`);
  if (octets.length > most) refuseKey(`its ${name} is too long`);
  return octets;
}

function makeKey(modulus: Buffer, exponent: Buffer): KeyObject {
  const e = exponent.readUIntBE(0, exponent.length);
  if (e < 3 || e % 2 === 0) refuseKey('its Exponent is not an odd number from 3 on');
  try {
    const key = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return refuseKey('it is not an RSA key');
  }
}

function refuseKey(what: string): never {
  return refuse(
    'bad_certificate',
    `The signing key in this metadata cannot be read: ${what}. Download the metadata again, or have the provider publish a certificate.`,
  );
}
