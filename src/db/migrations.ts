import { type Kysely, sql } from 'kysely';
import { createTables } from './createTables.ts';
import { addPairsOfNames } from './namePairs.ts';
import type { Engine } from './open.ts';
import { sharedLoginNameTriggers } from './sharedLoginNames.ts';

/** One step from an older schema to today's. */
export type Migration = (db: Kysely<unknown>, engine: Engine) => Promise<void>;

const LAST_TRIAL = 5; // trial versions wrote steps 1 to 5
const MIGRATION_LOCK = 7_264_912; // an arbitrary number that nothing else locks

/** The steps in order, from number 6. A released step never changes; the next one corrects it. */
export const migrations: Migration[] = [
  renameTrialTables,
  addRightsOfSources,
  addLeasesOfJobs,
  normalizeLoginNames,
  countRefusals,
  keepUsedLoginRequests,
  refuseWhatIsUnknown,
  addDomainsOfProviders,
  addNestedGroups,
  addOwnDetailsOfDomains,
  addOwnershipOfSources,
  addMappingOfSources,
  addGroupAncestors,
  keepVersionsOfMetadata,
  addWebhooks,
  addPairsOfNames,
  tellAutoLogins,
  addRefreshesOfMetadata,
  addLoginTests,
  keepMessagesOfLogins,
  addRolesOfKeys,
  countLoginTraffic,
  addSessionLimits,
  addSignersOfMetadata,
  addNotifications,
  addPasswordLinks,
  addProviderSetups,
  helpToFindProviders,
  addCollectionsOfMetadata,
  addSingleLogout,
  addSecondFactors,
  addRulesForPeople,
];

/**
 * Creates the tables of a new database, or runs all missing steps, in one transaction: a failed upgrade leaves the database as it was.
 * @throws Error if the database is from a newer version, or from a trial version that is too old
 */
export async function migrate(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const latest = LAST_TRIAL + migrations.length;
  // A snapshot from before the wait for the lock would not show what the other process created.
  const transaction = db.transaction().setIsolationLevel('read committed');
  await transaction.execute(async (trx) => {
    if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(trx);
    await sql`create table if not exists migrations (position integer primary key)`.execute(trx);
    const done = await sql<{ position: number | null }>`select max(position) as position from migrations`.execute(trx);
    const position = done.rows[0]?.position ?? 0;
    if (position > latest) throw new Error('The database was written by a newer version of Anteroom.');
    if (position > 0 && position < LAST_TRIAL)
      throw new Error('The database was written by an old trial version. Start commit 7479b98 with it first.');
    if (position === 0) await createTables(trx, engine);
    else for (const step of migrations.slice(position - LAST_TRIAL)) await step(trx, engine);
    if (position < latest) await sql`insert into migrations values (${latest})`.execute(trx);
  });
}

/** Gives the tables, columns and states of trial versions today's names. */
async function renameTrialTables(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const statements = [
    `alter table users rename column "lastSignInAt" to "lastLoginAt"`,
    `alter table "pendingSignIns" rename to "pendingLogins"`,
    `alter table "pendingLogins" rename column "signInJson" to "loginJson"`,
    `update "pendingLogins" set "loginJson" = replace("loginJson", '"signIn":', '"login":')`,
    `alter table "signInActivity" rename to "loginActivity"`,
    `update "loginActivity" set outcome = 'logged_in' where outcome = 'signed_in'`,
    `drop index "signInActivityByReference"`,
    `drop index "signInActivityByDomain"`,
    `create unique index "loginActivityByReference" on "loginActivity" ("reference") where "reference" is not null`,
    `create index "loginActivityByDomain" on "loginActivity" ("domainId", "providerId", "outcome", "at")`,
    `alter table "profileSources" rename column "patchAnswer" to "patchResponse"`,
    `alter table jobs rename column worked to processed`,
    `alter table jobs rename column fault to failure`,
    `update jobs set state = case when state = 'filling' then 'queued' when failure is null then 'paused' else 'failed' end
      where state in ('filling', 'stopped')`,
    `update jobs set kind = 'preview' where kind = 'plan'`,
  ];
  if (engine === 'postgres')
    statements.push(
      `alter index "pendingSignIns_pkey" rename to "pendingLogins_pkey"`,
      `alter index "signInActivity_pkey1" rename to "loginActivity_pkey"`,
    );
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Sources may not grant Power User until a Power User allows it. People that a source manages count as created by it. */
async function addRightsOfSources(db: Kysely<unknown>, engine: Engine): Promise<void> {
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
async function addLeasesOfJobs(db: Kysely<unknown>): Promise<void> {
  await sql`alter table jobs add column "leasedUntil" bigint not null default 0`.execute(db);
}

/**
 * Brings the keys of user names and e-mail addresses into the form in which they are looked up now: in NFC, without characters that show
 * nothing. A key that another person has by then stays. The names themselves follow with the next change of the person.
 */
async function normalizeLoginNames(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const invisible = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\ufff9-\ufffb]/gu;
  const nfc = (text: string) => text.replace(/[^\u212a\u037e\u1fef]+/gu, (part) => part.normalize('NFC'));
  const matches = sql.raw(engine === 'postgres' ? `~ '[^!-~]'` : `glob '*[^!-~]*'`);
  for (const [table, id, column] of [
    ['users', 'id', 'userNameKey'],
    ['userEmails', 'userId', 'valueKey'],
  ] as const) {
    const [from, key, person] = [sql.table(table), sql.ref(column), sql.ref(id)];
    const found = await sql<{ id: string; key: string }>`
      select ${person} as "id", ${key} as "key" from ${from} where ${key} ${matches}`.execute(db);
    const isTaken = (value: string, userId: string) =>
      table === 'users'
        ? sql`exists (select 1 from "users" where "userNameKey" = ${value})`
        : sql`exists (select 1 from "userEmails" where "valueKey" = ${value} and "userId" = ${userId})`;
    for (const row of found.rows) {
      const value = nfc(row.key.replace(invisible, '')).trim();
      if (value !== row.key && value !== '')
        await sql`update ${from} set ${key} = ${value} where ${person} = ${row.id} and ${key} = ${row.key}
          and not ${isTaken(value, row.id)}`.execute(db);
    }
  }
  for (const statement of sharedLoginNameTriggers(engine)) await sql.raw(statement).execute(db);
}

/** Repeated refusals share a row. */
async function countRefusals(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `alter table "loginActivity" add column "times" integer not null default 1`,
    `alter table "loginActivity" add column "lastAt" bigint`,
    `alter table "loginActivity" add column "refusedFrom" ${key}`,
    `create index "loginActivityByRefusal" on "loginActivity" ("refusedFrom", "id") where "refusedFrom" is not null`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Login requests stay for a day after their use, so that a person who comes back with one still gets to their page. */
async function keepUsedLoginRequests(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "loginRequests" add column "restarted" integer not null default 0`.execute(db);
  await sql`alter table "loginRequests" add column "usedAt" bigint`.execute(db);
}

/** What a client sends that does not exist is left out, unless a Power User wants such requests refused. */
async function refuseWhatIsUnknown(db: Kysely<unknown>): Promise<void> {
  for (const column of ['refuseUnknownAttributes', 'refuseUnknownMembers'])
    await sql`alter table "profileSources" add column ${sql.id(column)} integer not null default 0`.execute(db);
}

/** An EntityID is unique in each domain only. Every provider keeps all domains, as it had them. */
async function addDomainsOfProviders(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const withoutUnique =
    engine === 'postgres'
      ? [`alter table "identityProviders" drop constraint "identityProviders_entityId_key"`]
      : rebuildProviders;
  const statements = [
    ...withoutUnique,
    `create table "providerDomains" ("providerId" ${key} not null references "identityProviders" ("id") on delete cascade,
      "domainId" ${key} not null references "domains" ("id") on delete cascade, "entityId" ${key} not null,
      constraint "providerDomainsKey" primary key ("entityId", "domainId"))`,
    `create index "providerDomainsByProvider" on "providerDomains" ("providerId")`,
    `create index "providerDomainsByDomain" on "providerDomains" ("domainId")`,
    `insert into "providerDomains" ("providerId", "domainId", "entityId")
      select p."id", d."id", p."entityId" from "identityProviders" p cross join domains d`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** A source owns the attributes that it sends, learned from its next requests. */
async function addOwnershipOfSources(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "profileSources" add column "ownership" text not null default ' '`.execute(db);
}

/** What a client sends can go to another attribute. */
async function addMappingOfSources(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "profileSources" add column "mappingJson" text not null default '[]'`.execute(db);
}

// SQLite cannot drop a unique constraint, and a dropped table takes along what refers to it.
const rebuildProviders = [
  `create table "newProviders" ("id" text primary key, "entityId" text not null, "name" text not null, "enabled" integer not null,
    "showButton" integer not null, "buttonOrder" integer not null, "settingsJson" text not null, "metadataJson" text not null,
    "metadataXml" text not null, "metadataUrl" text, "importedAt" bigint not null, "createdAt" bigint not null)`,
  `insert into "newProviders" select "id", "entityId", "name", "enabled", "showButton", "buttonOrder", "settingsJson", "metadataJson",
    "metadataXml", "metadataUrl", "importedAt", "createdAt" from "identityProviders"`,
  `create table "oldDefaults" as select "id", "defaultProviderId" from domains`,
  `create table "oldImports" as select * from "metadataImports" where "providerId" is not null`,
  `drop table "identityProviders"`,
  `alter table "newProviders" rename to "identityProviders"`,
  `update domains set "defaultProviderId" = (select o."defaultProviderId" from "oldDefaults" o where o."id" = domains."id")`,
  `insert into "metadataImports" select * from "oldImports"`,
  `drop table "oldDefaults"`,
  `drop table "oldImports"`,
];

/** Groups can be members of groups. */
async function addNestedGroups(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const group = `${key} not null references "groups" ("id") on delete cascade`;
  await sql
    .raw(`create table "nestedGroups" ("groupId" ${group}, "memberId" ${group},
    constraint "nestedGroupsKey" primary key ("groupId", "memberId"))`)
    .execute(db);
  await sql`create index "nestedGroupsByMember" on "nestedGroups" ("memberId")`.execute(db);
}

/** A domain may have an EntityID and an ACS path of its own. */
async function addOwnDetailsOfDomains(db: Kysely<unknown>): Promise<void> {
  for (const column of ['spEntityId', 'acsPath'])
    await sql`alter table domains add column ${sql.id(column)} text`.execute(db);
}

/** PostgreSQL plans a recursive query for each person badly: the groups above a group are stored. */
async function addGroupAncestors(db: Kysely<unknown>, engine: Engine): Promise<void> {
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

/** Every version of a provider's metadata is kept, beginning with the current one. Replaces the import that led back to the last one. */
async function keepVersionsOfMetadata(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "metadataVersions" ("id" ${key} primary key,
      "providerId" ${key} not null references "identityProviders" ("id") on delete cascade, "at" bigint not null,
      "origin" ${key} not null, "author" text not null, "metadataJson" text not null, "metadataXml" text not null, "metadataUrl" text)`,
    `create index "metadataVersionsByProvider" on "metadataVersions" ("providerId", "at")`,
    `insert into "metadataVersions"
      select "id", "id", "importedAt", 'import', '', "metadataJson", "metadataXml", "metadataUrl" from "identityProviders"`,
    `delete from "metadataImports" where "id" like 'previous-%'`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Events are sent to webhooks, none until a Power User adds one. */
async function addWebhooks(db: Kysely<unknown>, engine: Engine): Promise<void> {
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

/** Login activity tells logins by Auto Login from those by a button. */
async function tellAutoLogins(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "loginRequests" add column "automatic" integer not null default 0`.execute(db);
}

/** Metadata is refreshed from its URL. */
async function addRefreshesOfMetadata(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  await sql
    .raw(`create table "metadataRefreshes" (
    "providerId" ${key} primary key references "identityProviders" ("id") on delete cascade, "nextAt" bigint not null, "earlyAt" bigint,
    "checkedAt" bigint, "failures" integer not null, "failure" text, "failedAt" bigint, "etag" text, "lastModified" text,
    "waitingJson" text, "waitingXml" text, "declined" text)`)
    .execute(db);
}

/** What is on a provider's form can be tested before it is saved, and what passed is remembered. */
async function addLoginTests(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const domain = `"domainId" ${key} not null references "domains" ("id") on delete cascade`;
  const statements = [
    `create table "loginTests" ("id" ${key} primary key, ${domain},
      "providerId" ${key} references "identityProviders" ("id") on delete cascade, "importId" ${key}, "starter" ${key} not null,
      "draftJson" text not null, "requestId" ${key}, "createdAt" bigint not null, "expiresAt" bigint not null, "activityId" ${key},
      "matchedJson" text not null)`,
    `create table "passedTests" (${domain}, "entityId" ${key} not null, "digest" ${key} not null, "certificatesJson" text not null,
      "at" bigint not null, constraint "passedTestsKey" primary key ("domainId", "entityId", "digest"))`,
    `create unique index "loginTestsByRequest" on "loginTests" ("requestId") where "requestId" is not null`,
    `create index "loginTestsByActivity" on "loginTests" ("activityId") where "activityId" is not null`,
    `create index "loginTestsByExpiry" on "loginTests" ("expiresAt")`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** The messages of a login are kept, and its attempts are found by the person and the reason. */
async function keepMessagesOfLogins(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "loginMessages" ("activityId" ${key} primary key, "sealed" text not null)`,
    `alter table "loginRequests" add column "messageSealed" text`,
    `create index "loginActivityByPerson" on "loginActivity" ("userId", "id") where "userId" is not null`,
    `create index "loginActivityByReason" on "loginActivity" ("reason", "id") where "reason" is not null`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** A domain may have a next key beside the one that signs, and it is known which providers fetched the metadata that names it. */
async function addRolesOfKeys(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `alter table "domainKeys" add column "role" ${key} not null default 'current'`,
    `alter table "domainKeys" add column "roleSince" bigint not null default 0`,
    `update "domainKeys" set "roleSince" = "createdAt"`,
    `update "domainKeys" set "role" = 'old' where exists (select 1 from "domainKeys" n where n."domainId" = "domainKeys"."domainId"
      and (n."createdAt" > "domainKeys"."createdAt" or (n."createdAt" = "domainKeys"."createdAt" and n."id" > "domainKeys"."id")))`,
    `create table "metadataFetches" ("domainId" ${key} not null references "domains" ("id") on delete cascade,
      "providerId" ${key} not null, "fetchedAt" bigint, "givenAt" bigint,
      constraint "metadataFetchesKey" primary key ("domainId", "providerId"))`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Login requests sent and SAML responses received are counted, and Auto Login can be paused. */
async function countLoginTraffic(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "loginTraffic" ("providerId" ${key} not null, "domainId" ${key} not null, "slot" bigint not null,
      "sent" integer not null, "received" integer not null, "offsets" text not null,
      constraint "loginTrafficKey" primary key ("slot", "providerId", "domainId"))`,
    `alter table "domains" add column "autoLoginPausedAt" bigint`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Domains have their own limits of sessions. */
async function addSessionLimits(db: Kysely<unknown>): Promise<void> {
  for (const name of ['idleMinutes', 'longestMinutes'])
    await sql.raw(`alter table "domains" add column "${name}" integer`).execute(db);
}

/** Metadata may have to be signed with a pinned certificate. */
async function addSignersOfMetadata(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "metadataImports" add column "signers" text`.execute(db);
}

/** What needs attention is sent out. */
async function addNotifications(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "healthCauses" ("code" ${key} not null, "subject" ${key} not null, "severity" ${key} not null, "text" text not null,
      "detail" text not null, "href" text not null, "providerId" ${key}, "providerText" text, "endsAt" bigint, "startedAt" bigint not null,
      "endedAt" bigint, "reportedAs" ${key}, "mailedAs" ${key}, "mailedAt" bigint,
      constraint "healthCausesKey" primary key ("code", "subject"))`,
    `create table "sentMails" ("id" ${key} primary key, "at" bigint not null, "kind" ${key} not null, "recipients" text not null,
      "subject" text not null, "state" ${key} not null, "error" text)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** People choose a new password with a link. */
async function addPasswordLinks(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  await sql
    .raw(`create table "passwordLinks" ("userId" ${key} primary key references "users" ("id") on delete cascade,
    "tokenHash" ${key} not null unique, "createdAt" bigint not null, "expiresAt" bigint not null)`)
    .execute(db);
}

/** Links with which another person sets up the side of the provider. */
async function addProviderSetups(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "providerSetups" ("id" ${key} primary key, "domainId" ${key} not null references "domains" ("id") on delete cascade,
      "tokenHash" ${key} not null unique, "visitorHash" ${key}, "note" text not null, "guide" text not null, "author" text not null,
      "createdAt" bigint not null, "expiresAt" bigint not null, "startedAt" bigint, "startedFrom" text, "tries" integer not null,
      "metadataXml" text, "metadataUrl" text, "message" text not null, "sentAt" bigint, "testId" ${key}, "decision" ${key},
      "decidedAt" bigint, "decidedBy" text not null, "reason" text not null, "providerId" ${key}, "revokedAt" bigint,
      "revokedBy" text not null)`,
    `create index "providerSetupsByDomain" on "providerSetups" ("domainId")`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** The Log-In screen of a domain may ask for the e-mail address first, and buttons have pictures. */
async function helpToFindProviders(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  await sql`alter table "domains" add column "emailFirst" integer`.execute(db);
  await sql
    .raw(`create table "providerLogos" ("providerId" ${key} primary key references "identityProviders" ("id") on delete cascade,
    "digest" ${key} not null, "type" text not null, "base64" text not null)`)
    .execute(db);
}

/** A provider can be selected in a collection of metadata. */
async function addCollectionsOfMetadata(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  await sql`alter table "metadataImports" add column "selected" text`.execute(db);
  await sql
    .raw(`create table "metadataCollections" ("id" ${key} primary key, "url" text, "xml" text, "signers" text,
      "entitiesJson" text not null, "expiresAt" bigint not null)`)
    .execute(db);
}

/** Logout requests are sent to providers, and theirs find sessions by the NameID. */
async function addSingleLogout(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "logoutRequests" ("id" ${key} primary key, "providerId" ${key} not null, "domainId" ${key} not null,
      "activityId" ${key} not null, "state" ${key} not null, "createdAt" bigint not null, "expiresAt" bigint not null)`,
    `create index "logoutRequestsByExpiry" on "logoutRequests" ("expiresAt")`,
    `create index "sessionsByNameId" on "sessions" ("nameId") where "nameId" is not null`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Local logins have second factors, and passkeys alone. */
async function addSecondFactors(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const user = `"userId" ${key} not null references "users" ("id") on delete cascade`;
  const statements = [
    `create table "authenticatorApps" (${user}, "secretSealed" text not null, "lastStep" bigint not null, "createdAt" bigint not null,
      "lastUsedAt" bigint, constraint "authenticatorAppsKey" primary key ("userId"))`,
    `create table "passkeys" ("id" ${key} primary key, "credentialId" ${key} not null unique, ${user}, "rpId" ${key} not null,
      "publicKey" text not null, "counter" bigint not null, "transports" text not null, "name" text not null, "createdAt" bigint not null,
      "lastUsedAt" bigint)`,
    `create table "recoveryCodes" (${user}, "codeHash" ${key} not null, constraint "recoveryCodesKey" primary key ("userId", "codeHash"))`,
    `create table "passkeyChallenges" ("challengeHash" ${key} primary key, "binding" ${key} not null, "expiresAt" bigint not null)`,
    `create table "secondSteps" ("tokenHash" ${key} primary key, ${user},
      "domainId" ${key} not null references "domains" ("id") on delete cascade, "activityId" ${key} not null, "name" text not null,
      "network" text not null, "passwordMark" text not null, "returnPath" text not null, "tries" integer not null,
      "expiresAt" bigint not null)`,
    `create index "passkeysByUser" on "passkeys" ("userId")`,
    `create index "passkeyChallengesByExpiry" on "passkeyChallenges" ("expiresAt")`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Identity providers create and update people. */
async function addRulesForPeople(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "identityProviders" add column "peopleJson" text`.execute(db);
}
