import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fewest characters of a local password. */
export const MIN_PASSWORD_LENGTH = 12;

const DIGEST_BYTES = 5; // with 44,000 passwords, one in 25 million others is taken for one of them

/** The digests of the passwords in use most often, in order; scripts/commonPasswords.ts makes them. */
const digests = readFileSync(join(import.meta.dirname, 'commonPasswords.bin'));

/** Returns whether a password is one of the million most common ones of known leaks, in any case. Asks no one: the list is in a file. */
export function isCommonPassword(password: string): boolean {
  const wanted = passwordDigest(password);
  let [from, to] = [0, digests.length / DIGEST_BYTES];
  while (from < to) {
    const middle = (from + to) >> 1;
    const order = wanted.compare(digests, middle * DIGEST_BYTES, (middle + 1) * DIGEST_BYTES);
    if (order === 0) return true;
    if (order < 0) to = middle;
    else from = middle + 1;
  }
  return false;
}

/** Returns what the list has of a password. */
export function passwordDigest(password: string): Buffer {
  return hash('sha256', password.toLowerCase(), 'buffer').subarray(0, DIGEST_BYTES);
}
