// Released steps of migrations.ts for people, groups, profile sources, jobs and webhooks.

const group = `KEY not null references "groups" ("id") on delete cascade`;

/** Sources may not grant Power User until a Power User allows it. People that a source manages count as created by it. */
export const addRightsOfSources = [
  `alter table "profileSources" add column "mayGrantPowerUser" integer not null default 0`,
  `alter table "profileSources" add column "maySetPasswords" integer not null default 1`,
  `alter table "profileSources" add column "mayTakeOver" integer not null default 1`,
  `alter table users add column "creatorId" KEY`,
  `update users set "creatorId" = "sourceId"`,
  `create table "sourceNotices" ("sourceId" KEY not null references "profileSources" ("id") on delete cascade,
    "kind" KEY not null, "at" bigint not null, "dismissed" integer not null,
    constraint "sourceNoticesKey" primary key ("sourceId", "kind"))`,
];

/** Every job that is running has lost its process, because an upgrade stops them all. */
export const addLeasesOfJobs = [`alter table jobs add column "leasedUntil" bigint not null default 0`];

/** What a client sends that does not exist is left out, unless a Power User wants such requests refused. */
export const refuseWhatIsUnknown = [
  `alter table "profileSources" add column "refuseUnknownAttributes" integer not null default 0`,
  `alter table "profileSources" add column "refuseUnknownMembers" integer not null default 0`,
];

/** A source owns the attributes that it sends, learned from its next requests. */
export const addOwnershipOfSources = [`alter table "profileSources" add column "ownership" text not null default ' '`];

/** What a client sends can go to another attribute. */
export const addMappingOfSources = [`alter table "profileSources" add column "mappingJson" text not null default '[]'`];

/** Groups can be members of groups. */
export const addNestedGroups = [
  `create table "nestedGroups" ("groupId" ${group}, "memberId" ${group},
    constraint "nestedGroupsKey" primary key ("groupId", "memberId"))`,
  `create index "nestedGroupsByMember" on "nestedGroups" ("memberId")`,
];

/** PostgreSQL plans a recursive query for each person badly: the groups above a group are stored. */
export const addGroupAncestors = [
  `create table "groupAncestors" ("groupId" ${group}, "ancestorId" ${group},
    constraint "groupAncestorsKey" primary key ("groupId", "ancestorId"))`,
  `create index "groupAncestorsByAncestor" on "groupAncestors" ("ancestorId")`,
  `with recursive "above" ("groupId", "id") as (select "memberId", "groupId" from "nestedGroups"
    union select "above"."groupId", n."groupId" from "above" join "nestedGroups" n on n."memberId" = "above"."id")
    insert into "groupAncestors" select "groupId", "id" from "above"`,
];

/** Events are sent to webhooks, none until a Power User adds one. */
export const addWebhooks = [
  `create table "webhooks" ("id" KEY primary key, "url" text not null, "description" text not null, "eventsJson" text not null,
    "active" integer not null, "pausedBecause" text, "secretSealed" text not null, "oldSecretSealed" text, "oldSecretUntil" bigint,
    "failingSince" bigint, "leasedUntil" bigint not null, "createdAt" bigint not null)`,
  `create table "webhookDeliveries" ("id" KEY primary key, "webhookId" KEY not null, "eventId" KEY not null,
    "type" KEY not null, "body" text not null, "position" bigint not null, "at" bigint not null, "state" KEY not null,
    "nextAt" bigint, "retries" integer not null, "attemptsJson" text not null)`,
  `create index "webhookDeliveriesByWebhook" on "webhookDeliveries" ("webhookId", "id")`,
  `create index "webhookDeliveriesToSend" on "webhookDeliveries" ("webhookId", "position", "nextAt") where "nextAt" is not null`,
];
