import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { hashToken, newReference } from '../identifier.ts';
import { countRecoveryCodes, replaceRecoveryCodes, useRecoveryCode } from '../store/secondFactors.ts';

const RECOVERY_CODES = 10;
const LONGEST = 64;

/**
 * Gives a person new recovery codes within a transaction and returns them: '7F3K-Q2MD-…', 80 bits each, so that their hashes need no salt or
 * slow function. Earlier ones become invalid.
 */
export async function newRecoveryCodes(db: Db, deps: Pick<Deps, 'randomBytes'>, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => `${newReference(deps)}-${newReference(deps)}`);
  await replaceRecoveryCodes(
    db,
    userId,
    codes.map((code) => hashOf(userId, code)),
  );
  return codes;
}

/** Gives a person recovery codes within a transaction if they have none, and returns them. */
export async function newRecoveryCodesIfNone(
  db: Db,
  deps: Pick<Deps, 'randomBytes'>,
  userId: string,
): Promise<string[] | undefined> {
  return (await countRecoveryCodes(db, userId)) > 0 ? undefined : newRecoveryCodes(db, deps, userId);
}

/** Uses up a recovery code within a transaction. Returns false if it is wrong, or was used before. */
export async function takeRecoveryCode(db: Db, userId: string, entered: string): Promise<boolean> {
  return useRecoveryCode(db, userId, hashOf(userId, entered.slice(0, LONGEST)));
}

/** Look-alikes of Crockford's base 32 and missing hyphens are the same code. */
function hashOf(userId: string, code: string): string {
  const plain = code
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
    .replaceAll(/[^0-9A-Z]/g, '');
  return hashToken(`${userId} ${plain}`);
}
