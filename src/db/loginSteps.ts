// Released steps of migrations.ts for logins, sessions and what people log in with.

const domain = `"domainId" KEY not null references "domains" ("id") on delete cascade`;
const user = `"userId" KEY not null references "users" ("id") on delete cascade`;

/** Repeated refusals share a row. */
export const countRefusals = [
  `alter table "loginActivity" add column "times" integer not null default 1`,
  `alter table "loginActivity" add column "lastAt" bigint`,
  `alter table "loginActivity" add column "refusedFrom" KEY`,
  `create index "loginActivityByRefusal" on "loginActivity" ("refusedFrom", "id") where "refusedFrom" is not null`,
];

/** Login requests stay for a day after their use, so that a person who comes back with one still gets to their page. */
export const keepUsedLoginRequests = [
  `alter table "loginRequests" add column "restarted" integer not null default 0`,
  `alter table "loginRequests" add column "usedAt" bigint`,
];

/** Login activity tells logins by Auto Login from those by a button. */
export const tellAutoLogins = [`alter table "loginRequests" add column "automatic" integer not null default 0`];

/** What is on a provider's form can be tested before it is saved, and what passed is remembered. */
export const addLoginTests = [
  `create table "loginTests" ("id" KEY primary key, ${domain},
    "providerId" KEY references "identityProviders" ("id") on delete cascade, "importId" KEY, "starter" KEY not null,
    "draftJson" text not null, "requestId" KEY, "createdAt" bigint not null, "expiresAt" bigint not null, "activityId" KEY,
    "matchedJson" text not null)`,
  `create table "passedTests" (${domain}, "entityId" KEY not null, "digest" KEY not null, "certificatesJson" text not null,
    "at" bigint not null, constraint "passedTestsKey" primary key ("domainId", "entityId", "digest"))`,
  `create unique index "loginTestsByRequest" on "loginTests" ("requestId") where "requestId" is not null`,
  `create index "loginTestsByActivity" on "loginTests" ("activityId") where "activityId" is not null`,
  `create index "loginTestsByExpiry" on "loginTests" ("expiresAt")`,
];

/** The messages of a login are kept, and its attempts are found by the person and the reason. */
export const keepMessagesOfLogins = [
  `create table "loginMessages" ("activityId" KEY primary key, "sealed" text not null)`,
  `alter table "loginRequests" add column "messageSealed" text`,
  `create index "loginActivityByPerson" on "loginActivity" ("userId", "id") where "userId" is not null`,
  `create index "loginActivityByReason" on "loginActivity" ("reason", "id") where "reason" is not null`,
];

/** Login requests sent and SAML responses received are counted, and Auto Login can be paused. */
export const countLoginTraffic = [
  `create table "loginTraffic" ("providerId" KEY not null, "domainId" KEY not null, "slot" bigint not null,
    "sent" integer not null, "received" integer not null, "offsets" text not null,
    constraint "loginTrafficKey" primary key ("slot", "providerId", "domainId"))`,
  `alter table "domains" add column "autoLoginPausedAt" bigint`,
];

/** Domains have their own limits of sessions. */
export const addSessionLimits = [
  `alter table "domains" add column "idleMinutes" integer`,
  `alter table "domains" add column "longestMinutes" integer`,
];

/** What needs attention is sent out. */
export const addNotifications = [
  `create table "healthCauses" ("code" KEY not null, "subject" KEY not null, "severity" KEY not null, "text" text not null,
    "detail" text not null, "href" text not null, "providerId" KEY, "providerText" text, "endsAt" bigint, "startedAt" bigint not null,
    "endedAt" bigint, "reportedAs" KEY, "mailedAs" KEY, "mailedAt" bigint,
    constraint "healthCausesKey" primary key ("code", "subject"))`,
  `create table "sentMails" ("id" KEY primary key, "at" bigint not null, "kind" KEY not null, "recipients" text not null,
    "subject" text not null, "state" KEY not null, "error" text)`,
];

/** People choose a new password with a link. */
export const addPasswordLinks = [
  `create table "passwordLinks" ("userId" KEY primary key references "users" ("id") on delete cascade,
    "tokenHash" KEY not null unique, "createdAt" bigint not null, "expiresAt" bigint not null)`,
];

/** A link that was mailed does not replace the one that a Power User or the operator created. */
export const keepMailedLinksApart = [
  `create table "oldPasswordLinks" as select * from "passwordLinks"`,
  `drop table "passwordLinks"`,
  `create table "passwordLinks" ("userId" KEY not null references "users" ("id") on delete cascade,
    "tokenHash" KEY not null unique, "createdAt" bigint not null, "expiresAt" bigint not null, "mailed" integer not null,
    constraint "passwordLinksKey" primary key ("userId", "mailed"))`,
  `insert into "passwordLinks" select "userId", "tokenHash", "createdAt", "expiresAt", 0 from "oldPasswordLinks"`,
  `drop table "oldPasswordLinks"`,
];

/** The Log-In screen of a domain may ask for the e-mail address first, and buttons have pictures. */
export const helpToFindProviders = [
  `alter table "domains" add column "emailFirst" integer`,
  `create table "providerLogos" ("providerId" KEY primary key references "identityProviders" ("id") on delete cascade,
    "digest" KEY not null, "type" text not null, "base64" text not null)`,
];

/** Logout requests are sent to providers, and theirs find sessions by the NameID. */
export const addSingleLogout = [
  `create table "logoutRequests" ("id" KEY primary key, "providerId" KEY not null, "domainId" KEY not null,
    "activityId" KEY not null, "state" KEY not null, "createdAt" bigint not null, "expiresAt" bigint not null)`,
  `create index "logoutRequestsByExpiry" on "logoutRequests" ("expiresAt")`,
  `create index "sessionsByNameId" on "sessions" ("nameId") where "nameId" is not null`,
];

/** Local logins have second factors, and passkeys alone. */
export const addSecondFactors = [
  `create table "authenticatorApps" (${user}, "secretSealed" text not null, "lastStep" bigint not null, "createdAt" bigint not null,
    "lastUsedAt" bigint, constraint "authenticatorAppsKey" primary key ("userId"))`,
  `create table "passkeys" ("id" KEY primary key, "credentialId" KEY not null unique, ${user}, "rpId" KEY not null,
    "publicKey" text not null, "counter" bigint not null, "transports" text not null, "name" text not null, "createdAt" bigint not null,
    "lastUsedAt" bigint)`,
  `create table "recoveryCodes" (${user}, "codeHash" KEY not null, constraint "recoveryCodesKey" primary key ("userId", "codeHash"))`,
  `create table "passkeyChallenges" ("challengeHash" KEY primary key, "binding" KEY not null, "expiresAt" bigint not null)`,
  `create table "secondSteps" ("tokenHash" KEY primary key, ${user},
    "domainId" KEY not null references "domains" ("id") on delete cascade, "activityId" KEY not null, "name" text not null,
    "network" text not null, "passwordMark" text not null, "returnPath" text not null, "tries" integer not null,
    "expiresAt" bigint not null)`,
  `create index "passkeysByUser" on "passkeys" ("userId")`,
  `create index "passkeyChallengesByExpiry" on "passkeyChallenges" ("expiresAt")`,
];

/** Identity providers create and update people. */
export const addRulesForPeople = [`alter table "identityProviders" add column "peopleJson" text`];

/** A session at a provider that a logout ended does not start any more. */
export const addLoggedOutSessions = [
  `create table "loggedOutSessions" ("keyHash" KEY primary key, "issuedAt" bigint not null, "expiresAt" bigint not null)`,
  `create index "loggedOutSessionsByExpiry" on "loggedOutSessions" ("expiresAt")`,
];
