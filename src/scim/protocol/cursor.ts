import { createHash } from 'node:crypto';
import { badRequest } from '../http/errors.ts';

/** A place in a list, from which the next or the previous page goes on (RFC 9865). `key` is what the list is sorted by there. */
export type Place = { key: string | number | null; id: string; direction: 'next' | 'previous' };

export const CURSOR_LIFETIME_MS = 60 * 60_000;

/** A cursor for a place in the list that a query makes: of letters that stand in a URL as they are. */
export function writeCursor(place: Place, query: string, now: number): string {
  const { key, id, direction } = place;
  return Buffer.from(JSON.stringify([key, id, direction === 'next' ? 1 : 0, queryMark(query), now])).toString(
    'base64url',
  );
}

/** @throws ScimError invalidCursor for one of another query or of nobody's making, expiredCursor for one that is too old */
export function readCursor(cursor: string, query: string, now: number): Place {
  const [key, id, next, mark, madeAt] = decode(cursor);
  const keyIsGood = key === null || typeof key === 'number' || (typeof key === 'string' && !key.includes('\0'));
  const isWhole = keyIsGood && typeof id === 'string' && !id.includes('\0') && typeof madeAt === 'number';
  if (!isWhole || mark !== queryMark(query) || (next !== 0 && next !== 1))
    throw badRequest('invalidCursor', 'The cursor does not belong to this query.');
  if (now - madeAt > CURSOR_LIFETIME_MS) throw badRequest('expiredCursor', 'The cursor is too old. Begin again.');
  return { key, id, direction: next === 1 ? 'next' : 'previous' };
}

function decode(cursor: string): unknown[] {
  try {
    const parts = cursor.length > 4_096 ? undefined : JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function queryMark(query: string): string {
  return createHash('sha256').update(query).digest('base64url').slice(0, 12);
}
