import type { Db } from '../db/open.ts';

/** The hash of a person's local password, where there is one. */
export async function findPasswordHash(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('users').select('passwordHash').where('id', '=', id).executeTakeFirst();
  return row?.passwordHash ?? undefined;
}

/** Gives a person a local password, or takes it away (null). */
export async function writePasswordHash(db: Db, id: string, passwordHash: string | null): Promise<void> {
  await db.updateTable('users').set({ passwordHash }).where('id', '=', id).execute();
}
