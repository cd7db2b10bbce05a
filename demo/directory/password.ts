import { scryptSync, timingSafeEqual } from 'node:crypto';

const keyLength = 32;

/** The cost (scrypt's N) except in tests. */
export const usualCost = 2 ** 14;

/**
 * Returns the stored form of a password: salt and scrypt hash, both in hexadecimal.
 * @param salt at least 16 random bytes
 * @param cost scrypt's N
 */
export function hashPassword(password: string, salt: Buffer, cost: number): string {
  return `${salt.toString('hex')}:${scryptSync(password, salt, keyLength, { N: cost }).toString('hex')}`;
}

/** Returns whether a password matches its stored form. An empty `stored` never matches, and takes the same time. */
export function verifyPassword(password: string, stored: string, cost: number): boolean {
  const [salt = '', hash = ''] = stored.split(':');
  const actual = scryptSync(password, Buffer.from(salt, 'hex'), keyLength, { N: cost });
  const expected = Buffer.from(hash, 'hex');
  return expected.length === keyLength && timingSafeEqual(actual, expected);
}
