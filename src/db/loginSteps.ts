// Released steps of migrations.ts for logins, sessions and what people log in with.
import { type Kysely, sql } from 'kysely';
import type { Engine } from './open.ts';

/** Repeated refusals share a row. */
export async function countRefusals(db: Kysely<unknown>, engine: Engine): Promise<void> {
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
export async function keepUsedLoginRequests(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "loginRequests" add column "restarted" integer not null default 0`.execute(db);
  await sql`alter table "loginRequests" add column "usedAt" bigint`.execute(db);
}

/** Login activity tells logins by Auto Login from those by a button. */
export async function tellAutoLogins(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "loginRequests" add column "automatic" integer not null default 0`.execute(db);
}

/** What is on a provider's form can be tested before it is saved, and what passed is remembered. */
export async function addLoginTests(db: Kysely<unknown>, engine: Engine): Promise<void> {
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
export async function keepMessagesOfLogins(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "loginMessages" ("activityId" ${key} primary key, "sealed" text not null)`,
    `alter table "loginRequests" add column "messageSealed" text`,
    `create index "loginActivityByPerson" on "loginActivity" ("userId", "id") where "userId" is not null`,
    `create index "loginActivityByReason" on "loginActivity" ("reason", "id") where "reason" is not null`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Login requests sent and SAML responses received are counted, and Auto Login can be paused. */
export async function countLoginTraffic(db: Kysely<unknown>, engine: Engine): Promise<void> {
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
export async function addSessionLimits(db: Kysely<unknown>): Promise<void> {
  for (const name of ['idleMinutes', 'longestMinutes'])
    await sql.raw(`alter table "domains" add column "${name}" integer`).execute(db);
}

/** What needs attention is sent out. */
export async function addNotifications(db: Kysely<unknown>, engine: Engine): Promise<void> {
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
export async function addPasswordLinks(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  await sql
    .raw(`create table "passwordLinks" ("userId" ${key} primary key references "users" ("id") on delete cascade,
    "tokenHash" ${key} not null unique, "createdAt" bigint not null, "expiresAt" bigint not null)`)
    .execute(db);
}

/** A link that was mailed does not replace the one that a Power User or the operator created. */
export async function keepMailedLinksApart(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "oldPasswordLinks" as select * from "passwordLinks"`,
    `drop table "passwordLinks"`,
    `create table "passwordLinks" ("userId" ${key} not null references "users" ("id") on delete cascade,
      "tokenHash" ${key} not null unique, "createdAt" bigint not null, "expiresAt" bigint not null, "mailed" integer not null,
      constraint "passwordLinksKey" primary key ("userId", "mailed"))`,
    `insert into "passwordLinks" select "userId", "tokenHash", "createdAt", "expiresAt", 0 from "oldPasswordLinks"`,
    `drop table "oldPasswordLinks"`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** The Log-In screen of a domain may ask for the e-mail address first, and buttons have pictures. */
export async function helpToFindProviders(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  await sql`alter table "domains" add column "emailFirst" integer`.execute(db);
  await sql
    .raw(`create table "providerLogos" ("providerId" ${key} primary key references "identityProviders" ("id") on delete cascade,
    "digest" ${key} not null, "type" text not null, "base64" text not null)`)
    .execute(db);
}

/** Logout requests are sent to providers, and theirs find sessions by the NameID. */
export async function addSingleLogout(db: Kysely<unknown>, engine: Engine): Promise<void> {
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
export async function addSecondFactors(db: Kysely<unknown>, engine: Engine): Promise<void> {
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
export async function addRulesForPeople(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "identityProviders" add column "peopleJson" text`.execute(db);
}

/** A session at a provider that a logout ended does not start any more. */
export async function addLoggedOutSessions(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  const statements = [
    `create table "loggedOutSessions" ("keyHash" ${key} primary key, "issuedAt" bigint not null, "expiresAt" bigint not null)`,
    `create index "loggedOutSessionsByExpiry" on "loggedOutSessions" ("expiresAt")`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
