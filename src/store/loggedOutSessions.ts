import type { Db } from '../db/open.ts';
import { prepared } from '../db/query.ts';
import type { LoggedOutSessionRow } from '../db/schema.ts';

/** Remembers sessions at a provider that a logout ended. Of two logouts, the later one counts. */
export async function insertLoggedOutSessions(db: Db, rows: LoggedOutSessionRow[]): Promise<void> {
  await db
    .insertInto('loggedOutSessions')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('keyHash')
        .doUpdateSet((e) => ({ issuedAt: e.ref('excluded.issuedAt'), expiresAt: e.ref('excluded.expiresAt') }))
        .whereRef('excluded.issuedAt', '>', 'loggedOutSessions.issuedAt'),
    )
    .execute();
}

/** Returns those of two sessions that a logout ended and that have not expired. */
export async function findLoggedOutSessions(
  db: Db,
  [one, other]: [string, string],
  now: number,
): Promise<LoggedOutSessionRow[]> {
  return unexpired(db, one, other, now);
}

const unexpired = prepared((db, one: string, other: string, now: number) =>
  db
    .selectFrom('loggedOutSessions')
    .selectAll()
    .where((e) => e.or([e('keyHash', '=', one), e('keyHash', '=', other)]))
    .where('expiresAt', '>', now),
);
