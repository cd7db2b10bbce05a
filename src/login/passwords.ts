import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB = 19_456;
const PASSES = 2;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const MAX_BYTES = 1_024;
const MIN_PASSWORD_LENGTH = 12;

/** Why a new password will not do, as a sentence for the one who chose it, or undefined. */
export function passwordFault(password: string): string | undefined {
  if (password.length < MIN_PASSWORD_LENGTH) return `Use at least ${MIN_PASSWORD_LENGTH} characters.`;
  if (Buffer.byteLength(password) > MAX_BYTES) return 'Use fewer than 1,000 characters.';
  return undefined;
}

/** The hash of a password as it is stored: argon2id in the PHC string format (RFC 9106). */
export async function hashPassword(password: string, randomBytes: (size: number) => Buffer): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await tagOf(password, salt, MEMORY_KIB, PASSES);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${base64(salt)}$${base64(tag)}`;
}

/** Whether a password is the one of a hash. Takes as long without a hash as with one, so that nobody learns who has a password. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([^$]+)\$([^$]+)$/.exec(hash ?? '');
  const salt = parts ? Buffer.from(parts[3] ?? '', 'base64') : Buffer.alloc(SALT_BYTES);
  const fits = Buffer.byteLength(password) <= MAX_BYTES; // nothing longer was ever hashed
  const tag = await tagOf(fits ? password : '', salt, Number(parts?.[1] ?? MEMORY_KIB), Number(parts?.[2] ?? PASSES));
  const expected = parts ? Buffer.from(parts[4] ?? '', 'base64') : Buffer.alloc(0);
  return fits && expected.length === tag.length && timingSafeEqual(expected, tag);
}

async function tagOf(password: string, salt: Buffer, memory: number, passes: number): Promise<Buffer> {
  const parameters = { message: password, nonce: salt, memory, passes, parallelism: 1, tagLength: TAG_BYTES };
  return (await derive('argon2id', parameters)) as Buffer;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
