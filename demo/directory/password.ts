import { scryptSync, timingSafeEqual } from 'node:crypto';

const keyLength = 32;
const cost = { N: 2 ** 14, r: 8, p: 1 };

/**
 * The stored form of a password: salt and scrypt hash, both in hexadecimal.
 * @param salt at least 16 random bytes
 */
export function hashPassword(password: string, salt: Buffer): string {
  return `${salt.toString('hex')}:${scryptSync(password, salt, keyLength, cost).toString('hex')}`;
}

/** Whether `password` is the one that `stored` was made from. An empty `stored` matches nothing, in the same time. */
export function verifyPassword(password: string, stored: string): boolean {
  const [salt = '', hash = ''] = stored.split(':');
  const made = scryptSync(password, Buffer.from(salt, 'hex'), keyLength, cost);
  const expected = Buffer.from(hash, 'hex');
  return expected.length === keyLength && timingSafeEqual(made, expected);
}
