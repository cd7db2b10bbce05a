import type { Db } from '../db/open.ts';
import { changesOne, inserter } from '../db/query.ts';
import type { PasswordLinkRow } from '../db/schema.ts';
import { findUnexpired } from './expired.ts';

/** Stores the link with which a person chooses a new password. It replaces the one before that was mailed, or that was not. */
export async function writePasswordLink(db: Db, link: PasswordLinkRow): Promise<void> {
  await replaceLinks(db, [link]);
}

const replaceLinks = inserter('passwordLinks', { key: ['userId', 'mailed'], existing: 'replace' });

/** Returns the link with a token, unless it has expired. */
export function findPasswordLink(db: Db, tokenHash: string, now: number): Promise<PasswordLinkRow | undefined> {
  return findUnexpired(db, 'passwordLinks', { tokenHash }, now);
}

/** Deletes a link. Returns true to only one of several concurrent calls. */
export async function takePasswordLink(db: Db, tokenHash: string): Promise<boolean> {
  return changesOne(db.deleteFrom('passwordLinks').where('tokenHash', '=', tokenHash));
}

/** Deletes the links of a person. */
export async function deletePasswordLinks(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('passwordLinks').where('userId', '=', userId).execute();
}
