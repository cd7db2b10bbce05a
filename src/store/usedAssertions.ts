import type { Db } from '../db/open.ts';
import { inserter } from '../db/query.ts';

/** An assertion, identified by the EntityID of its provider and its own ID: the EntityID survives a removal of the provider. */
type AssertionKey = { entityId: string; assertionId: string };

/** Records an assertion until it can no longer be used. Returns false if it was used before. */
export async function recordAssertion(db: Db, assertion: AssertionKey & { expiresAt: number }): Promise<boolean> {
  return (await insertUnused(db, [assertion])) === 1;
}

const insertUnused = inserter('usedAssertions', { key: ['entityId', 'assertionId'], existing: 'keep' });

/** Returns whether an assertion was used before. */
export async function isAssertionUsed(db: Db, { entityId, assertionId }: AssertionKey): Promise<boolean> {
  const row = await db
    .selectFrom('usedAssertions')
    .select('assertionId')
    .where('entityId', '=', entityId)
    .where('assertionId', '=', assertionId)
    .executeTakeFirst();
  return row !== undefined;
}
