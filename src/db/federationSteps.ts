// Released steps of migrations.ts for domains, their keys, identity providers and metadata.
import type { Kysely } from 'kysely';
import type { Engine } from './open.ts';
import { runStatements } from './statements.ts';

/** An EntityID is unique in each domain only. Every provider keeps all domains, as it had them. */
export async function addDomainsOfProviders(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const withoutUnique = [`alter table "identityProviders" drop constraint "identityProviders_entityId_key"`];
  await runStatements(db, engine, engine === 'postgres' ? withoutUnique : rebuildProviders);
  await runStatements(db, engine, domainsOfProviders);
}

const domainsOfProviders = [
  `create table "providerDomains" ("providerId" KEY not null references "identityProviders" ("id") on delete cascade,
    "domainId" KEY not null references "domains" ("id") on delete cascade, "entityId" KEY not null,
    constraint "providerDomainsKey" primary key ("entityId", "domainId"))`,
  `create index "providerDomainsByProvider" on "providerDomains" ("providerId")`,
  `create index "providerDomainsByDomain" on "providerDomains" ("domainId")`,
  `insert into "providerDomains" ("providerId", "domainId", "entityId")
    select p."id", d."id", p."entityId" from "identityProviders" p cross join domains d`,
];

/** A domain may have an EntityID and an ACS path of its own. */
export const addOwnDetailsOfDomains = [
  `alter table domains add column "spEntityId" text`,
  `alter table domains add column "acsPath" text`,
];

/** Every version of a provider's metadata is kept, beginning with the current one. Replaces the import that led back to the last one. */
export const keepVersionsOfMetadata = [
  `create table "metadataVersions" ("id" KEY primary key,
    "providerId" KEY not null references "identityProviders" ("id") on delete cascade, "at" bigint not null,
    "origin" KEY not null, "author" text not null, "metadataJson" text not null, "metadataXml" text not null, "metadataUrl" text)`,
  `create index "metadataVersionsByProvider" on "metadataVersions" ("providerId", "at")`,
  `insert into "metadataVersions"
    select "id", "id", "importedAt", 'import', '', "metadataJson", "metadataXml", "metadataUrl" from "identityProviders"`,
  `delete from "metadataImports" where "id" like 'previous-%'`,
];

/** Metadata is refreshed from its URL. */
export const addRefreshesOfMetadata = [
  `create table "metadataRefreshes" (
    "providerId" KEY primary key references "identityProviders" ("id") on delete cascade, "nextAt" bigint not null, "earlyAt" bigint,
    "checkedAt" bigint, "failures" integer not null, "failure" text, "failedAt" bigint, "etag" text, "lastModified" text,
    "waitingJson" text, "waitingXml" text, "declined" text)`,
];

/** A domain may have a next key beside the one that signs, and it is known which providers fetched the metadata that names it. */
export const addRolesOfKeys = [
  `alter table "domainKeys" add column "role" KEY not null default 'current'`,
  `alter table "domainKeys" add column "roleSince" bigint not null default 0`,
  `update "domainKeys" set "roleSince" = "createdAt"`,
  `update "domainKeys" set "role" = 'old' where exists (select 1 from "domainKeys" n where n."domainId" = "domainKeys"."domainId"
    and (n."createdAt" > "domainKeys"."createdAt" or (n."createdAt" = "domainKeys"."createdAt" and n."id" > "domainKeys"."id")))`,
  `create table "metadataFetches" ("domainId" KEY not null references "domains" ("id") on delete cascade,
    "providerId" KEY not null, "fetchedAt" bigint, "givenAt" bigint,
    constraint "metadataFetchesKey" primary key ("domainId", "providerId"))`,
];

/** Metadata may have to be signed with a pinned certificate. */
export const addSignersOfMetadata = [`alter table "metadataImports" add column "signers" text`];

/** Links with which another person sets up the side of the provider. */
export const addProviderSetups = [
  `create table "providerSetups" ("id" KEY primary key, "domainId" KEY not null references "domains" ("id") on delete cascade,
    "tokenHash" KEY not null unique, "visitorHash" KEY, "note" text not null, "guide" text not null, "author" text not null,
    "createdAt" bigint not null, "expiresAt" bigint not null, "startedAt" bigint, "startedFrom" text, "tries" integer not null,
    "metadataXml" text, "metadataUrl" text, "message" text not null, "sentAt" bigint, "testId" KEY, "decision" KEY,
    "decidedAt" bigint, "decidedBy" text not null, "reason" text not null, "providerId" KEY, "revokedAt" bigint,
    "revokedBy" text not null)`,
  `create index "providerSetupsByDomain" on "providerSetups" ("domainId")`,
];

/** A provider can be selected in a collection of metadata. */
export const addCollectionsOfMetadata = [
  `alter table "metadataImports" add column "selected" text`,
  `create table "metadataCollections" ("id" KEY primary key, "url" text, "xml" text, "signers" text,
      "entitiesJson" text not null, "expiresAt" bigint not null)`,
];

/** It is known from where metadata was fetched and logins were sent, because anyone can do either. */
export const addAddressesOfTraffic = [
  `alter table "metadataFetches" add column "fetchedFrom" text`,
  `alter table "loginTraffic" add column "sentFrom" text`,
];

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
