import type { Kysely } from 'kysely';
import type { Engine } from './open.ts';
import { type Column, tables } from './schema.ts';
import { sharedLoginNameTriggers } from './sharedLoginNames.ts';
import { runStatements } from './statements.ts';

/** Primary keys of several columns. */
const primaryKeys: Record<string, string[]> = {
  providerDomains: ['entityId', 'domainId'],
  userEmails: ['userId', 'valueKey'],
  userTokens: ['token', 'userId'],
  userNames: ['pair', 'name', 'userId'],
  groupMembers: ['groupId', 'userId'],
  nestedGroups: ['groupId', 'memberId'],
  groupAncestors: ['groupId', 'ancestorId'],
  directoryCounts: ['name', 'slot'],
  profileSourceCalls: ['sourceId', 'day'],
  sourceNotices: ['sourceId', 'kind'],
  jobItems: ['jobId', 'position'],
  usedAssertions: ['entityId', 'assertionId'],
  passedTests: ['domainId', 'entityId', 'digest'],
  metadataFetches: ['domainId', 'providerId'],
  healthCauses: ['code', 'subject'],
  loginTraffic: ['slot', 'providerId', 'domainId'],
  passwordLinks: ['userId', 'mailed'],
  authenticatorApps: ['userId'],
  recoveryCodes: ['userId', 'codeHash'],
};

// No foreign key of userTokens.userId and userNames.userId: each would need a second index of the same size.
const indexes = [
  `create index "providerDomainsByProvider" on "providerDomains" ("providerId")`,
  `create index "providerDomainsByDomain" on "providerDomains" ("domainId")`,
  `create index "domainKeysByDomain" on "domainKeys" ("domainId")`,
  `create index "metadataVersionsByProvider" on "metadataVersions" ("providerId", "at")`,
  `create index "usersByExternalId" on "users" ("externalId")`,
  `create index "usersByType" on "users" ("userType", "active")`,
  `create index "usersByName" on "users" ("nameKey", "id")`,
  `create index "usersByDepartment" on "users" ("department", "nameKey")`,
  `create index "usersBySource" on "users" ("sourceId", "nameKey")`,
  `create index "usersByChange" on "users" ("modifiedAt")`,
  `create index "usersByManager" on "users" ("managerId") where "managerId" is not null`,
  `create index "userEmailsByValue" on "userEmails" ("valueKey")`,
  `create index "groupsBySource" on "groups" ("sourceId")`,
  `create index "groupsByExternalId" on "groups" ("externalId")`,
  `create index "groupMembersByUser" on "groupMembers" ("userId", "groupId")`,
  `create index "nestedGroupsByMember" on "nestedGroups" ("memberId")`,
  `create index "groupAncestorsByAncestor" on "groupAncestors" ("ancestorId")`,
  `create index "profileSourceTokensBySource" on "profileSourceTokens" ("sourceId")`,
  `create index "scimLogByResource" on "scimLog" ("resourceId", "id")`,
  `create index "jobItemsByOutcome" on "jobItems" ("jobId", "outcome", "position")`,
  `create index "sessionsByUser" on "sessions" ("userId")`,
  `create index "sessionsByNameId" on "sessions" ("nameId") where "nameId" is not null`,
  `create index "sessionsByExpiry" on "sessions" ("expiresAt")`,
  `create index "logoutRequestsByExpiry" on "logoutRequests" ("expiresAt")`,
  `create index "loggedOutSessionsByExpiry" on "loggedOutSessions" ("expiresAt")`,
  `create index "loginRequestsByExpiry" on "loginRequests" ("expiresAt")`,
  `create index "usedAssertionsByExpiry" on "usedAssertions" ("expiresAt")`,
  `create unique index "loginActivityByReference" on "loginActivity" ("reference") where "reference" is not null`,
  `create index "loginActivityByRefusal" on "loginActivity" ("refusedFrom", "id") where "refusedFrom" is not null`,
  `create index "loginActivityByPerson" on "loginActivity" ("userId", "id") where "userId" is not null`,
  `create index "loginActivityByReason" on "loginActivity" ("reason", "id") where "reason" is not null`,
  `create index "loginActivityByDomain" on "loginActivity" ("domainId", "providerId", "outcome", "at")`,
  `create index "webhookDeliveriesByWebhook" on "webhookDeliveries" ("webhookId", "id")`,
  `create index "providerSetupsByDomain" on "providerSetups" ("domainId")`,
  `create index "webhookDeliveriesToSend" on "webhookDeliveries" ("webhookId", "position", "nextAt") where "nextAt" is not null`,
  `create unique index "loginTestsByRequest" on "loginTests" ("requestId") where "requestId" is not null`,
  `create index "loginTestsByActivity" on "loginTests" ("activityId") where "activityId" is not null`,
  `create index "loginTestsByExpiry" on "loginTests" ("expiresAt")`,
  `create index "passkeysByUser" on "passkeys" ("userId")`,
  `create index "passkeyChallengesByExpiry" on "passkeyChallenges" ("expiresAt")`,
  `create unique index "auditEntriesBySeq" on "auditEntries" ("seq") where "seq" is not null`,
  `create index "auditEntriesToSeal" on "auditEntries" ("id") where "seq" is null`,
  `create index "auditEntriesByTarget" on "auditEntries" ("targetId", "id") where "targetId" is not null`,
  `create index "auditEntriesByActor" on "auditEntries" ("actorId", "id") where "actorId" is not null`,
  `create index "auditCheckpointsBySeq" on "auditCheckpoints" ("seq", "id")`,
];

const withoutRowid = ['userTokens', 'userNames'];

/** Creates the tables, indexes and triggers of today's schema in an empty database. */
export async function createTables(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const creations = Object.entries(tables).map(([name, columns]) => creationOf(name, columns, engine));
  await runStatements(db, engine, [...creations, ...indexes, ...sharedLoginNameTriggers(engine)]);
}

function creationOf(name: string, columns: Record<string, Column<unknown>>, engine: Engine): string {
  // SQLite keeps the rows in the index of the primary key only.
  const storage = engine === 'sqlite' && withoutRowid.includes(name) ? ' without rowid' : '';
  const parts = Object.entries(columns).map(([column, { sql }]) => `"${column}" ${sql}`);
  const primaryKey = primaryKeys[name]?.map((column) => `"${column}"`).join(', ');
  if (primaryKey) parts.push(`constraint "${name}Key" primary key (${primaryKey})`);
  return `create table "${name}" (${parts.join(', ')})${storage}`;
}
