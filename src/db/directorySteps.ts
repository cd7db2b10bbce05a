// Released steps of migrations.ts for people, groups, profile sources, jobs and webhooks.
import { type Kysely, sql } from 'kysely';
import type { Engine } from './open.ts';

/** Sources may not grant Power User until a Power User allows it. People that a source manages count as created by it. */
export async function addRightsOfSources(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `alter table "profileSources" add column "mayGrantPowerUser" integer not null default 0`,
    `alter table "profileSources" add column "maySetPasswords" integer not null default 1`,
    `alter table "profileSources" add column "mayTakeOver" integer not null default 1`,
    `alter table users add column "creatorId" ${key}`,
    `update users set "creatorId" = "sourceId"`,
    `create table "sourceNotices" ("sourceId" ${key} not null references "profileSources" ("id") on delete cascade,
      "kind" ${key} not null, "at" bigint not null, "dismissed" integer not null,
      constraint "sourceNoticesKey" primary key ("sourceId", "kind"))`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Every job that is running has lost its process, because an upgrade stops them all. */
export async function addLeasesOfJobs(db: Kysely<unknown>): Promise<void> {
  await sql`alter table jobs add column "leasedUntil" bigint not null default 0`.execute(db);
}

/** What a client sends that does not exist is left out, unless a Power User wants such requests refused. */
export async function refuseWhatIsUnknown(db: Kysely<unknown>): Promise<void> {
  for (const column of ['refuseUnknownAttributes', 'refuseUnknownMembers'])
    await sql`alter table "profileSources" add column ${sql.id(column)} integer not null default 0`.execute(db);
}

/** A source owns the attributes that it sends, learned from its next requests. */
export async function addOwnershipOfSources(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "profileSources" add column "ownership" text not null default ' '`.execute(db);
}

/** What a client sends can go to another attribute. */
export async function addMappingOfSources(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "profileSources" add column "mappingJson" text not null default '[]'`.execute(db);
}

/** Groups can be members of groups. */
export async function addNestedGroups(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const group = `${key} not null references "groups" ("id") on delete cascade`;
  await sql
    .raw(`create table "nestedGroups" ("groupId" ${group}, "memberId" ${group},
    constraint "nestedGroupsKey" primary key ("groupId", "memberId"))`)
    .execute(db);
  await sql`create index "nestedGroupsByMember" on "nestedGroups" ("memberId")`.execute(db);
}

/** PostgreSQL plans a recursive query for each person badly: the groups above a group are stored. */
export async function addGroupAncestors(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const group = `${key} not null references "groups" ("id") on delete cascade`;
  const statements = [
    `create table "groupAncestors" ("groupId" ${group}, "ancestorId" ${group},
      constraint "groupAncestorsKey" primary key ("groupId", "ancestorId"))`,
    `create index "groupAncestorsByAncestor" on "groupAncestors" ("ancestorId")`,
    `with recursive "above" ("groupId", "id") as (select "memberId", "groupId" from "nestedGroups"
      union select "above"."groupId", n."groupId" from "above" join "nestedGroups" n on n."memberId" = "above"."id")
      insert into "groupAncestors" select "groupId", "id" from "above"`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Events are sent to webhooks, none until a Power User adds one. */
export async function addWebhooks(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "webhooks" ("id" ${key} primary key, "url" text not null, "description" text not null, "eventsJson" text not null,
      "active" integer not null, "pausedBecause" text, "secretSealed" text not null, "oldSecretSealed" text, "oldSecretUntil" bigint,
      "failingSince" bigint, "leasedUntil" bigint not null, "createdAt" bigint not null)`,
    `create table "webhookDeliveries" ("id" ${key} primary key, "webhookId" ${key} not null, "eventId" ${key} not null,
      "type" ${key} not null, "body" text not null, "position" bigint not null, "at" bigint not null, "state" ${key} not null,
      "nextAt" bigint, "retries" integer not null, "attemptsJson" text not null)`,
    `create index "webhookDeliveriesByWebhook" on "webhookDeliveries" ("webhookId", "id")`,
    `create index "webhookDeliveriesToSend" on "webhookDeliveries" ("webhookId", "position", "nextAt") where "nextAt" is not null`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
