import { hash } from 'node:crypto';

type Source = { now: () => number; randomBytes: (size: number) => Buffer };

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const REFERENCE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's base 32, which has no look-alikes

/** Returns a new identifier that sorts by creation time: UUID version 7 (RFC 9562 5.7). */
export function newId({ now, randomBytes }: Source): string {
  const bytes = randomBytes(16);
  return uuidOf(now(), ((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0), bytes);
}

/**
 * Returns a new identifier that also sorts within a millisecond (RFC 9562 6.2, method 3).
 * @param at in microseconds since the epoch, later than that of the identifiers before
 */
export function newOrderedId({ randomBytes }: Pick<Source, 'randomBytes'>, at: number): string {
  return uuidOf(Math.floor(at / 1_000), at % 1_000, randomBytes(16));
}

/** Returns whether a text is an identifier, and not the name of a setting or of anything else. */
export function isId(text: string | null): text is string {
  return text !== null && ID.test(text);
}

function uuidOf(milliseconds: number, within: number, bytes: Buffer): string {
  bytes.writeUIntBE(milliseconds, 0, 6);
  bytes.writeUInt16BE(0x7000 | (within & 0x0fff), 6);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Returns the smallest UUIDv7 of a timestamp in epoch milliseconds. Identifiers created from then on sort after it. */
export function minIdAt(time: number): string {
  const hex = Math.max(0, Math.trunc(time)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** Returns the time at which an identifier was created, in epoch milliseconds. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** Returns a secret of 256 bits in base64url, for cookies, links and tokens. */
export function newToken({ randomBytes }: Pick<Source, 'randomBytes'>): string {
  return randomBytes(32).toString('base64url');
}

/** Returns the SHA-256 of a token in base64url, as it is stored. Tokens have 256 bits, so they need no salt or slow hash. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** Returns a new session ID: a timestamp and a token. Stored IDs sort by time, so that new ones are adjacent in an index. */
export function newSessionId(source: Source): string {
  return `${source.now().toString(36).padStart(9, '0')}.${newToken(source)}`;
}

/** Returns a session ID as it is stored: its timestamp, and the hash of its token. */
export function hashSessionId(id: string): string {
  const [, time = '', token = id] = /^(\w{9}\.)(.+)$/.exec(id) ?? [];
  return time + hashToken(token);
}

/** Returns a new reference, a short code that a person can quote to an administrator: '7F3K-Q2MD'. */
export function newReference({ randomBytes }: Pick<Source, 'randomBytes'>): string {
  let letters = '';
  for (const byte of randomBytes(8)) letters += REFERENCE_ALPHABET[byte & 31];
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
