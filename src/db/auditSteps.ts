// Released steps of migrations.ts for the audit log.

/** Changes are recorded in a chain of entries. */
export const addAudit = [
  `alter table "jobs" add column "actorJson" text`,
  `create table "auditEntries" ("id" KEY primary key, "at" bigint not null, "action" KEY not null, "actorKind" KEY not null,
    "actorId" KEY, "targetKind" KEY not null, "targetId" KEY, "whoJson" text, "whatJson" text, "seq" bigint,
    "whoDigest" text, "whatDigest" text, "hash" text)`,
  `create table "auditCheckpoints" ("id" KEY primary key, "at" bigint not null, "seq" bigint not null, "hash" text not null,
    "cut" integer not null, "publicKey" text not null, "signature" text not null)`,
  `create unique index "auditEntriesBySeq" on "auditEntries" ("seq") where "seq" is not null`,
  `create index "auditEntriesToSeal" on "auditEntries" ("id") where "seq" is null`,
  `create index "auditEntriesByTarget" on "auditEntries" ("targetId", "id") where "targetId" is not null`,
  `create index "auditEntriesByActor" on "auditEntries" ("actorId", "id") where "actorId" is not null`,
  `create index "auditCheckpointsBySeq" on "auditCheckpoints" ("seq", "id")`,
];
