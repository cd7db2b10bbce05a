import { type Kysely, sql } from 'kysely';
import { firstSchema } from './firstSchema.ts';
import type { Engine } from './open.ts';

/**
 * `key` is the column type for text that is compared byte by byte: PostgreSQL would otherwise sort and compare by the rules of its locale.
 * `position` is the step that the database is at; 0 for an empty one.
 */
export type MigrationTypes = { engine: Engine; key: string; position: number };

/** One step of the schema. */
export type Migration = (db: Kysely<unknown>, types: MigrationTypes) => Promise<void>;

/** The first schema has number 6: trial versions wrote 1 to 5, and a database at 5 only needs its new names. */
const FIRST = 6;
const TRIAL = 5;
const MIGRATION_LOCK = 7_264_912; // an arbitrary number that nothing else locks

/** The steps in order, from number FIRST. A released step never changes; the next one corrects it. */
export const migrations: Migration[] = [
  (db, types) => (types.position === TRIAL ? renameTrialTables(db, types) : createTables(db, types)),
];

/**
 * Runs all missing steps in one transaction: a failed upgrade leaves the database as it was.
 * @throws Error if the database is from a newer version, or from a trial version that is too old
 */
export async function migrate(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  await db.transaction().execute(async (trx) => {
    if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(trx);
    await sql`create table if not exists migrations (position integer primary key)`.execute(trx);
    const done = await sql<{ position: number | null }>`select max(position) as position from migrations`.execute(trx);
    const position = done.rows[0]?.position ?? 0;
    if (position >= FIRST + migrations.length)
      throw new Error('The database was written by a newer version of Anteroom.');
    if (position > 0 && position < TRIAL)
      throw new Error('The database was written by an old trial version. Start commit 7479b98 with it first.');
    for (const [index, step] of migrations.entries()) {
      if (FIRST + index <= position) continue;
      await step(trx, { engine, key, position });
      await sql`insert into migrations values (${FIRST + index})`.execute(trx);
    }
  });
}

async function createTables(db: Kysely<unknown>, types: MigrationTypes): Promise<void> {
  await runAll(db, firstSchema(types));
}

/** Renames the tables and states of trial versions. */
async function renameTrialTables(db: Kysely<unknown>, types: MigrationTypes): Promise<void> {
  const renamed = [
    `alter table users rename column "lastSignInAt" to "lastLoginAt"`,
    `alter table "pendingSignIns" rename to "pendingLogins"`,
    `alter table "pendingLogins" rename column "signInJson" to "loginJson"`,
    `update "pendingLogins" set "loginJson" = replace("loginJson", '"signIn":', '"login":')`,
    `alter table "signInActivity" rename to "loginActivity"`,
    `update "loginActivity" set outcome = 'logged_in' where outcome = 'signed_in'`,
    `drop index "signInActivityByReference"`,
    `drop index "signInActivityByDomain"`,
    `alter table "profileSources" rename column "patchAnswer" to "patchResponse"`,
    `alter table jobs rename column worked to processed`,
    `alter table jobs rename column fault to failure`,
    `update jobs set state = case when state = 'filling' then 'queued' when failure is null then 'paused' else 'failed' end
      where state in ('filling', 'stopped')`,
    `update jobs set kind = 'preview' where kind = 'plan'`,
    ...firstSchema(types).filter((statement) => /index "loginActivity/.test(statement)),
  ];
  await runAll(db, renamed);
  if (types.engine === 'postgres')
    await runAll(db, [
      `alter index "pendingSignIns_pkey" rename to "pendingLogins_pkey"`,
      `alter index "signInActivity_pkey1" rename to "loginActivity_pkey"`,
    ]);
}

async function runAll(db: Kysely<unknown>, statements: string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
