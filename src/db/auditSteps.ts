import { type Kysely, sql } from 'kysely';
import type { Engine } from './open.ts';

/** Changes are recorded in a chain of entries. */
export async function addAudit(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `alter table "jobs" add column "actorJson" text`,
    `create table "auditEntries" ("id" ${key} primary key, "at" bigint not null, "action" ${key} not null, "actorKind" ${key} not null,
      "actorId" ${key}, "targetKind" ${key} not null, "targetId" ${key}, "whoJson" text, "whatJson" text, "seq" bigint,
      "whoDigest" text, "whatDigest" text, "hash" text)`,
    `create table "auditCheckpoints" ("id" ${key} primary key, "at" bigint not null, "seq" bigint not null, "hash" text not null,
      "cut" integer not null, "publicKey" text not null, "signature" text not null)`,
    `create unique index "auditEntriesBySeq" on "auditEntries" ("seq") where "seq" is not null`,
    `create index "auditEntriesToSeal" on "auditEntries" ("id") where "seq" is null`,
    `create index "auditEntriesByTarget" on "auditEntries" ("targetId", "id") where "targetId" is not null`,
    `create index "auditEntriesByActor" on "auditEntries" ("actorId", "id") where "actorId" is not null`,
    `create index "auditCheckpointsBySeq" on "auditCheckpoints" ("seq", "id")`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
