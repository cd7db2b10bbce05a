import { hash } from 'node:crypto';

type Source = { now: () => number; randomBytes: (size: number) => Buffer };

const REFERENCE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's 32: none is mistaken for another on the telephone

/** A new identifier that sorts by the time it was made: UUID version 7 (RFC 9562 5.7). */
export function newId({ now, randomBytes }: Source): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now(), 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The least identifier of a time in epoch milliseconds: what was made from then on comes after it, what was made before does not. */
export function leastIdAt(time: number): string {
  const hex = Math.max(0, Math.trunc(time)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** A secret of 256 bits, base64url, for cookies, links and tokens. */
export function newToken({ randomBytes }: Pick<Source, 'randomBytes'>): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token: SHA-256, base64url. A token has 256 bits, so that no salt or slow hash is needed. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** A token for a session, with the time before it: what is stored of it sorts by that, so that new ones stand side by side in an index. */
export function newSessionId(source: Source): string {
  return `${source.now().toString(36).padStart(9, '0')}.${newToken(source)}`;
}

/** What is stored of a session's ID: its time as it is, and the hash of its token. */
export function hashSessionId(id: string): string {
  const [, time = '', token = id] = /^(\w{9}\.)(.+)$/.exec(id) ?? [];
  return time + hashToken(token);
}

/** A short code that a person can quote to an administrator: '7F3K-Q2MD'. */
export function newReference({ randomBytes }: Pick<Source, 'randomBytes'>): string {
  let letters = '';
  for (const byte of randomBytes(8)) letters += REFERENCE_ALPHABET[byte & 31];
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
