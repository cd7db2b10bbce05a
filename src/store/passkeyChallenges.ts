import type { Db } from '../db/open.ts';
import { changesOne } from '../db/query.ts';

/** Keeps the hash of a challenge for one browser and purpose, its `binding`. */
export async function insertChallenge(
  db: Db,
  challenge: { challengeHash: string; binding: string; expiresAt: number },
): Promise<void> {
  await db.insertInto('passkeyChallenges').values(challenge).execute();
}

/** Uses up a challenge. Returns false if it was used before, has expired, or is bound to another browser or purpose. */
export async function consumeChallenge(db: Db, challengeHash: string, binding: string, now: number): Promise<boolean> {
  return changesOne(
    db
      .deleteFrom('passkeyChallenges')
      .where('challengeHash', '=', challengeHash)
      .where('binding', '=', binding)
      .where('expiresAt', '>', now),
  );
}
