import type { MigrationTypes } from './migrations.ts';

/** Returns the statements that create the tables of the first release; schema.ts says what the columns hold. */
export function firstSchema({ engine, key }: MigrationTypes): string[] {
  return `
create table "settings" (
  "name" ${key} primary key,
  "valueJson" text not null
);

create table "identityProviders" (
  "id" ${key} primary key,
  "entityId" ${key} not null unique,
  "name" text not null,
  "enabled" integer not null,
  "showButton" integer not null,
  "buttonOrder" integer not null,
  "settingsJson" text not null,
  "metadataJson" text not null,
  "metadataXml" text not null,
  "metadataUrl" text,
  "importedAt" bigint not null,
  "createdAt" bigint not null
);

create table "domains" (
  "id" ${key} primary key,
  "url" ${key} not null unique,
  "setUpAt" bigint,
  "defaultProviderId" ${key} references "identityProviders" ("id") on delete set null,
  "autoLogin" integer not null,
  "createdAt" bigint not null
);

create table "domainKeys" (
  "id" ${key} primary key,
  "domainId" ${key} not null references "domains" ("id") on delete cascade,
  "privateKeySealed" text not null,
  "certificate" text not null,
  "createdAt" bigint not null
);
create index "domainKeysByDomain" on "domainKeys" ("domainId");

create table "metadataImports" (
  "id" ${key} primary key,
  "xml" text not null,
  "url" text,
  "providerId" ${key} references "identityProviders" ("id") on delete cascade,
  "expiresAt" bigint not null
);

create table "users" (
  "id" ${key} primary key,
  "userName" text not null,
  "userNameKey" ${key} not null unique,
  "active" integer not null,
  "userType" ${key} not null,
  "loginType" text,
  "externalId" ${key},
  "givenName" text,
  "familyName" text,
  "displayName" text,
  "nameKey" ${key} not null,
  "title" text,
  "department" text,
  "email" text,
  "managerId" ${key},
  "omitFromSearch" integer not null,
  "profileJson" text not null,
  "searchText" ${key} not null,
  "passwordHash" text,
  "sourceId" ${key},
  "version" integer not null,
  "createdAt" bigint not null,
  "modifiedAt" bigint not null,
  "lastLoginAt" bigint
);
create index "usersByExternalId" on "users" ("externalId");
create index "usersByType" on "users" ("userType", "active");
create index "usersByName" on "users" ("nameKey", "id");
create index "usersByDepartment" on "users" ("department", "nameKey");
create index "usersBySource" on "users" ("sourceId", "nameKey");
create index "usersByChange" on "users" ("modifiedAt");
create index "usersByManager" on "users" ("managerId") where "managerId" is not null;

create table "userEmails" (
  "userId" ${key} not null references "users" ("id") on delete cascade,
  "valueKey" ${key} not null,
  constraint "userEmailsKey" primary key ("userId", "valueKey")
);
create index "userEmailsByValue" on "userEmails" ("valueKey");

-- No foreign key on userId: it would need a second index of the same size.
create table "userTokens" (
  "token" ${key} not null,
  "userId" ${key} not null,
  constraint "userTokensKey" primary key ("token", "userId")
) ${engine === 'sqlite' ? 'without rowid' : ''};

create table "groups" (
  "id" ${key} primary key,
  "displayName" text not null,
  "displayNameKey" ${key} not null unique,
  "externalId" ${key},
  "sourceId" ${key},
  "version" integer not null,
  "createdAt" bigint not null,
  "modifiedAt" bigint not null
);
create index "groupsBySource" on "groups" ("sourceId");
create index "groupsByExternalId" on "groups" ("externalId");

create table "groupMembers" (
  "groupId" ${key} not null references "groups" ("id") on delete cascade,
  "userId" ${key} not null references "users" ("id") on delete cascade,
  constraint "groupMembersKey" primary key ("groupId", "userId")
);
create index "groupMembersByUser" on "groupMembers" ("userId", "groupId");

create table "directoryCounts" (
  "name" ${key} not null,
  "slot" integer not null,
  "total" bigint not null,
  constraint "directoryCountsKey" primary key ("name", "slot")
);

create table "profileSources" (
  "id" ${key} primary key,
  "name" text not null,
  "active" integer not null,
  "logBodies" integer not null,
  "readOnly" integer not null,
  "patchResponse" ${key} not null,
  "networksJson" text not null,
  "lastCallAt" bigint,
  "createdAt" bigint not null,
  "modifiedAt" bigint not null
);

create table "profileSourceTokens" (
  "tokenHash" ${key} primary key,
  "sourceId" ${key} not null references "profileSources" ("id") on delete cascade,
  "hint" text not null,
  "createdAt" bigint not null,
  "expiresAt" bigint
);
create index "profileSourceTokensBySource" on "profileSourceTokens" ("sourceId");

create table "profileSourceCalls" (
  "sourceId" ${key} not null references "profileSources" ("id") on delete cascade,
  "day" bigint not null,
  "calls" integer not null,
  "failures" integer not null,
  constraint "profileSourceCallsKey" primary key ("sourceId", "day")
);

create table "scimLog" (
  "id" ${key} primary key,
  "at" bigint not null,
  "sourceId" ${key},
  "sourceName" text,
  "network" text,
  "method" ${key} not null,
  "path" text not null,
  "status" integer not null,
  "durationMs" integer not null,
  "event" ${key},
  "resourceType" ${key},
  "resourceId" ${key},
  "resourceName" text,
  "changesJson" text,
  "detail" text,
  "body" text
);
create index "scimLogByResource" on "scimLog" ("resourceId", "id");

create table "jobs" (
  "id" ${key} primary key,
  "kind" ${key} not null,
  "state" ${key} not null,
  "inputJson" text not null,
  "countsJson" text not null,
  "startedBy" text not null,
  "total" integer not null,
  "processed" integer not null,
  "failure" text,
  "createdAt" bigint not null,
  "changedAt" bigint not null
);

create table "jobItems" (
  "jobId" ${key} not null references "jobs" ("id") on delete cascade,
  "position" integer not null,
  "itemJson" text not null,
  "outcome" ${key},
  "reason" text,
  constraint "jobItemsKey" primary key ("jobId", "position")
);
create index "jobItemsByOutcome" on "jobItems" ("jobId", "outcome", "position");

create table "sessions" (
  "id" ${key} primary key,
  "userId" ${key} not null references "users" ("id") on delete cascade,
  "domainId" ${key},
  "providerId" ${key},
  "nameId" ${key},
  "sessionIndex" ${key},
  "dataJson" text not null,
  "network" text,
  "userAgent" text,
  "createdAt" bigint not null,
  "lastSeenAt" bigint not null,
  "expiresAt" bigint not null
);
create index "sessionsByUser" on "sessions" ("userId");
create index "sessionsByExpiry" on "sessions" ("expiresAt");

create table "loginRequests" (
  "id" ${key} primary key,
  "providerId" ${key} not null,
  "domainId" ${key} not null,
  "relayState" ${key} not null,
  "browserHash" ${key} not null,
  "returnPath" text not null,
  "forceAuthn" integer not null,
  "test" integer not null,
  "createdAt" bigint not null,
  "expiresAt" bigint not null
);
create index "loginRequestsByExpiry" on "loginRequests" ("expiresAt");

create table "pendingLogins" (
  "tokenHash" ${key} primary key,
  "loginJson" text not null,
  "expiresAt" bigint not null
);

create table "usedAssertions" (
  "entityId" ${key} not null,
  "assertionId" ${key} not null,
  "expiresAt" bigint not null,
  constraint "usedAssertionsKey" primary key ("entityId", "assertionId")
);
create index "usedAssertionsByExpiry" on "usedAssertions" ("expiresAt");

create table "loginActivity" (
  "id" ${key} primary key,
  "reference" ${key},
  "at" bigint not null,
  "flow" ${key} not null,
  "outcome" ${key} not null,
  "reason" ${key},
  "domainId" ${key},
  "providerId" ${key},
  "userId" ${key},
  "asserted" text,
  "network" text,
  "detailJson" text not null
);
create unique index "loginActivityByReference" on "loginActivity" ("reference") where "reference" is not null;
create index "loginActivityByDomain" on "loginActivity" ("domainId", "providerId", "outcome", "at");

create table "attempts" (
  "name" ${key} primary key,
  "failures" integer not null,
  "expiresAt" bigint not null
);
`
    .split(/;\n+/)
    .filter((statement) => statement.trim() !== '');
}
