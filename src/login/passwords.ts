import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Deps, PasswordCost } from '../deps.ts';
import type { FieldErrors } from '../errors.ts';
import { isCommonPassword, MIN_PASSWORD_LENGTH } from './commonPasswords.ts';

type HashingDeps = Pick<Deps, 'randomBytes' | 'passwordCost'>;

const derive = promisify(argon2);

/** OWASP's recommendation for argon2id with one lane: 19 MiB, two passes. */
export const recommendedCost: PasswordCost = { memory: 19_456, passes: 2 };

const TAG_BYTES = 32;
const SALT_BYTES = 16;
const MAX_BYTES = 1_024;

/** Returns what is wrong with a new password, or undefined. */
export function passwordFault(password: string): string | undefined {
  if (password.length < MIN_PASSWORD_LENGTH) return `Use at least ${MIN_PASSWORD_LENGTH} characters.`;
  if (Buffer.byteLength(password) > MAX_BYTES) return 'Use fewer than 1,000 characters.';
  if (isCommonPassword(password)) return 'This password is in lists that attackers try first. Choose another one.';
  return undefined;
}

/** Returns what is wrong with a new password and its repetition, by field. @param current the one that it replaces, if it was entered */
export function newPasswordErrors(
  { password, repeated }: { password: string; repeated: string },
  current?: string,
): FieldErrors {
  const fault =
    passwordFault(password) ?? (password === current ? 'Choose a password that is not the current one.' : undefined);
  if (fault !== undefined) return { password: fault };
  return repeated === password ? {} : { repeated: 'The two passwords are different.' };
}

/** Returns the hash of a password as it is stored: argon2id in the PHC string format (RFC 9106). */
export async function hashPassword(deps: HashingDeps, password: string): Promise<string> {
  const salt = deps.randomBytes(SALT_BYTES);
  const { memory, passes } = deps.passwordCost;
  const tag = await tagOf(password, salt, memory, passes);
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${base64(salt)}$${base64(tag)}`;
}

/** Returns whether a password matches a hash. Takes as long without a hash, so that the time does not tell who has a password. */
export async function verifyPassword(
  { passwordCost }: Pick<Deps, 'passwordCost'>,
  password: string,
  hash: string | undefined,
): Promise<boolean> {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([^$]+)\$([^$]+)$/.exec(hash ?? '');
  const salt = parts ? Buffer.from(parts[3] ?? '', 'base64') : Buffer.alloc(SALT_BYTES);
  const fits = Buffer.byteLength(password) <= MAX_BYTES; // longer ones are never hashed
  const { memory, passes } = parts ? { memory: Number(parts[1]), passes: Number(parts[2]) } : passwordCost;
  const tag = await tagOf(fits ? password : '', salt, memory, passes);
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
