import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Engine } from './open.ts';

/**
 * One step of the database's growth. `key` is the column type for text that is compared byte by byte:
 * PostgreSQL would otherwise sort and compare by the rules of its locale.
 */
export type Migration = (db: Kysely<unknown>, types: { engine: Engine; key: RawBuilder<unknown> }) => Promise<void>;

/** The steps in their order. A step that was released is never changed; the next one mends it. */
export const migrations: Migration[] = [firstTables, directoryTables, assertionsByEntityId, jobTables, leanLogins];

async function firstTables(db: Kysely<unknown>, { key }: Parameters<Migration>[1]): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('settings')
    .addColumn('name', key, (c) => c.primaryKey())
    .addColumn('valueJson', 'text', (c) => c.notNull())
    .execute();
  await schema
    .createTable('identityProviders')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('entityId', key, (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('showButton', 'integer', (c) => c.notNull())
    .addColumn('buttonOrder', 'integer', (c) => c.notNull())
    .addColumn('settingsJson', 'text', (c) => c.notNull())
    .addColumn('metadataJson', 'text', (c) => c.notNull())
    .addColumn('metadataXml', 'text', (c) => c.notNull())
    .addColumn('metadataUrl', 'text')
    .addColumn('importedAt', 'bigint', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('domains')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('url', key, (c) => c.notNull().unique())
    .addColumn('setUpAt', 'bigint')
    .addColumn('defaultProviderId', key, (c) => c.references('identityProviders.id').onDelete('set null'))
    .addColumn('autoLogin', 'integer', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('domainKeys')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('domainId', key, (c) => c.notNull().references('domains.id').onDelete('cascade'))
    .addColumn('privateKeySealed', 'text', (c) => c.notNull())
    .addColumn('certificate', 'text', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema.createIndex('domainKeysByDomain').on('domainKeys').column('domainId').execute();
  await schema
    .createTable('metadataImports')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('xml', 'text', (c) => c.notNull())
    .addColumn('url', 'text')
    .addColumn('providerId', key, (c) => c.references('identityProviders.id').onDelete('cascade'))
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute();
  await peopleTables(db, key);
  await loginTables(db, key);
}

async function peopleTables({ schema }: Kysely<unknown>, key: RawBuilder<unknown>): Promise<void> {
  await schema
    .createTable('users')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('userName', 'text', (c) => c.notNull())
    .addColumn('userNameKey', key, (c) => c.notNull().unique())
    .addColumn('active', 'integer', (c) => c.notNull())
    .addColumn('userType', key, (c) => c.notNull())
    .addColumn('loginType', 'text')
    .addColumn('externalId', key)
    .addColumn('givenName', 'text')
    .addColumn('familyName', 'text')
    .addColumn('displayName', 'text')
    .addColumn('title', 'text')
    .addColumn('department', 'text')
    .addColumn('email', 'text')
    .addColumn('profileJson', 'text', (c) => c.notNull())
    .addColumn('passwordHash', 'text')
    .addColumn('sourceId', key)
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('modifiedAt', 'bigint', (c) => c.notNull())
    .addColumn('lastLoginAt', 'bigint')
    .execute();
  await schema.createIndex('usersByExternalId').on('users').column('externalId').execute();
  await schema.createIndex('usersByType').on('users').columns(['userType', 'active']).execute();
  await schema
    .createTable('userEmails')
    .addColumn('userId', key, (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('valueKey', key, (c) => c.notNull())
    .addPrimaryKeyConstraint('userEmailsKey', ['userId', 'valueKey'])
    .execute();
  await schema.createIndex('userEmailsByValue').on('userEmails').column('valueKey').execute();
  await schema
    .createTable('groups')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('displayName', 'text', (c) => c.notNull())
    .addColumn('displayNameKey', key, (c) => c.notNull().unique())
    .addColumn('externalId', key)
    .addColumn('sourceId', key)
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('modifiedAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('groupMembers')
    .addColumn('groupId', key, (c) => c.notNull().references('groups.id').onDelete('cascade'))
    .addColumn('userId', key, (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('groupMembersKey', ['groupId', 'userId'])
    .execute();
  await schema.createIndex('groupMembersByUser').on('groupMembers').columns(['userId', 'groupId']).execute();
}

async function loginTables({ schema }: Kysely<unknown>, key: RawBuilder<unknown>): Promise<void> {
  await schema
    .createTable('sessions')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('userId', key, (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('domainId', key)
    .addColumn('providerId', key)
    .addColumn('nameId', key)
    .addColumn('sessionIndex', key)
    .addColumn('dataJson', 'text', (c) => c.notNull())
    .addColumn('network', 'text')
    .addColumn('userAgent', 'text')
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('lastSeenAt', 'bigint', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema.createIndex('sessionsByUser').on('sessions').column('userId').execute();
  await schema
    .createIndex('sessionsByNameId')
    .on('sessions')
    .columns(['providerId', 'nameId', 'sessionIndex'])
    .execute();
  await schema.createIndex('sessionsByExpiry').on('sessions').column('expiresAt').execute();
  await schema
    .createTable('loginRequests')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('providerId', key, (c) => c.notNull())
    .addColumn('domainId', key, (c) => c.notNull())
    .addColumn('relayState', key, (c) => c.notNull())
    .addColumn('browserHash', key, (c) => c.notNull())
    .addColumn('returnPath', 'text', (c) => c.notNull())
    .addColumn('forceAuthn', 'integer', (c) => c.notNull())
    .addColumn('test', 'integer', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema.createIndex('loginRequestsByExpiry').on('loginRequests').column('expiresAt').execute();
  await schema
    .createTable('pendingLogins')
    .addColumn('tokenHash', key, (c) => c.primaryKey())
    .addColumn('loginJson', 'text', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('usedAssertions')
    .addColumn('providerId', key, (c) => c.notNull())
    .addColumn('assertionId', key, (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('usedAssertionsKey', ['providerId', 'assertionId'])
    .execute();
  await schema.createIndex('usedAssertionsByExpiry').on('usedAssertions').column('expiresAt').execute();
  await schema
    .createTable('loginActivity')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('reference', key, (c) => c.notNull().unique())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('flow', key, (c) => c.notNull())
    .addColumn('outcome', key, (c) => c.notNull())
    .addColumn('reason', key)
    .addColumn('domainId', key)
    .addColumn('providerId', key)
    .addColumn('userId', key)
    .addColumn('asserted', 'text')
    .addColumn('network', 'text')
    .addColumn('detailJson', 'text', (c) => c.notNull())
    .execute();
  await schema.createIndex('loginActivityByTime').on('loginActivity').column('at').execute();
  await schema
    .createIndex('loginActivityByDomain')
    .on('loginActivity')
    .columns(['domainId', 'providerId', 'outcome', 'at'])
    .execute();
  await schema
    .createTable('attempts')
    .addColumn('name', key, (c) => c.primaryKey())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute();
}

/** The People Directory at its full size: search words, counts, profile sources and the SCIM log. */
async function directoryTables(db: Kysely<unknown>, { engine, key }: Parameters<Migration>[1]): Promise<void> {
  const { schema } = db;
  const nothing = sql.lit('');
  for (const column of ['nameKey', 'searchText'])
    await schema
      .alterTable('users')
      .addColumn(column, key, (c) => c.notNull().defaultTo(nothing))
      .execute();
  await schema.alterTable('users').addColumn('managerId', key).execute();
  await schema
    .alterTable('users')
    .addColumn('omitFromSearch', 'integer', (c) => c.notNull().defaultTo(sql.lit(0)))
    .execute();
  await sql`update users set "nameKey" = "userNameKey"`.execute(db);
  await schema.createIndex('usersByName').on('users').columns(['nameKey', 'id']).execute();
  await schema.createIndex('usersByDepartment').on('users').columns(['department', 'nameKey']).execute();
  await schema.createIndex('usersBySource').on('users').columns(['sourceId', 'nameKey']).execute();
  await schema.createIndex('usersByChange').on('users').column('modifiedAt').execute();
  await schema
    .createIndex('usersByManager')
    .on('users')
    .column('managerId')
    .where(sql.ref('managerId'), 'is not', null)
    .execute();
  await schema.createIndex('groupsBySource').on('groups').column('sourceId').execute();
  await schema.createIndex('groupsByExternalId').on('groups').column('externalId').execute();
  await searchTables(db, engine, key);
  await sourceTables(db, key);
}

async function searchTables({ schema }: Kysely<unknown>, engine: Engine, key: RawBuilder<unknown>): Promise<void> {
  // No foreign key on userId: it would need a second index of the same size. deleteUser removes the words itself.
  const tokens = schema
    .createTable('userTokens')
    .addColumn('token', key, (c) => c.notNull())
    .addColumn('userId', key, (c) => c.notNull())
    .addPrimaryKeyConstraint('userTokensKey', ['token', 'userId']);
  await (engine === 'sqlite' ? tokens.modifyEnd(sql`without rowid`) : tokens).execute();
  await schema
    .createTable('directoryCounts')
    .addColumn('name', key, (c) => c.notNull())
    .addColumn('slot', 'integer', (c) => c.notNull())
    .addColumn('total', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('directoryCountsKey', ['name', 'slot'])
    .execute();
}

async function sourceTables({ schema }: Kysely<unknown>, key: RawBuilder<unknown>): Promise<void> {
  await schema
    .createTable('profileSources')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('active', 'integer', (c) => c.notNull())
    .addColumn('logBodies', 'integer', (c) => c.notNull())
    .addColumn('readOnly', 'integer', (c) => c.notNull())
    .addColumn('patchAnswer', key, (c) => c.notNull())
    .addColumn('networksJson', 'text', (c) => c.notNull())
    .addColumn('lastCallAt', 'bigint')
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('modifiedAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('profileSourceTokens')
    .addColumn('tokenHash', key, (c) => c.primaryKey())
    .addColumn('sourceId', key, (c) => c.notNull().references('profileSources.id').onDelete('cascade'))
    .addColumn('hint', 'text', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint')
    .execute();
  await schema.createIndex('profileSourceTokensBySource').on('profileSourceTokens').column('sourceId').execute();
  await schema
    .createTable('profileSourceCalls')
    .addColumn('sourceId', key, (c) => c.notNull().references('profileSources.id').onDelete('cascade'))
    .addColumn('day', 'bigint', (c) => c.notNull())
    .addColumn('calls', 'integer', (c) => c.notNull())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('profileSourceCallsKey', ['sourceId', 'day'])
    .execute();
  await schema
    .createTable('scimLog')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('sourceId', key)
    .addColumn('sourceName', 'text')
    .addColumn('network', 'text')
    .addColumn('method', key, (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('status', 'integer', (c) => c.notNull())
    .addColumn('durationMs', 'integer', (c) => c.notNull())
    .addColumn('event', key)
    .addColumn('resourceType', key)
    .addColumn('resourceId', key)
    .addColumn('resourceName', 'text')
    .addColumn('changesJson', 'text')
    .addColumn('detail', 'text')
    .addColumn('body', 'text')
    .execute();
  await schema.createIndex('scimLogByResource').on('scimLog').columns(['resourceId', 'id']).execute();
}

/** A provider that is removed and imported anew has another ID, and the assertions that it made before are still used up. */
async function assertionsByEntityId(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('usedAssertions').renameColumn('providerId', 'entityId').execute();
  await sql`update "usedAssertions" set "entityId" = "identityProviders"."entityId"
    from "identityProviders" where "identityProviders"."id" = "usedAssertions"."entityId"`.execute(db);
}

/** Work on many people that goes on in the background. */
async function jobTables({ schema }: Kysely<unknown>, { key }: Parameters<Migration>[1]): Promise<void> {
  await schema
    .createTable('jobs')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('kind', key, (c) => c.notNull())
    .addColumn('state', key, (c) => c.notNull())
    .addColumn('inputJson', 'text', (c) => c.notNull())
    .addColumn('countsJson', 'text', (c) => c.notNull())
    .addColumn('startedBy', 'text', (c) => c.notNull())
    .addColumn('total', 'integer', (c) => c.notNull())
    .addColumn('worked', 'integer', (c) => c.notNull())
    .addColumn('fault', 'text')
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('changedAt', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('jobItems')
    .addColumn('jobId', key, (c) => c.notNull().references('jobs.id').onDelete('cascade'))
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('itemJson', 'text', (c) => c.notNull())
    .addColumn('outcome', key)
    .addColumn('reason', 'text')
    .addPrimaryKeyConstraint('jobItemsKey', ['jobId', 'position'])
    .execute();
  await schema.createIndex('jobItemsByOutcome').on('jobItems').columns(['jobId', 'outcome', 'position']).execute();
}

/**
 * What a sign-in writes, on as few pages as it can: each index whose keys come in no order costs a page of its own each time.
 * Only who was refused is told a reference, IDs are in the order of time already, and no log-out looks for a NameID.
 */
async function leanLogins(db: Kysely<unknown>, { key }: Parameters<Migration>[1]): Promise<void> {
  const { schema } = db;
  await schema.dropIndex('sessionsByNameId').execute();
  await schema.alterTable('loginActivity').renameTo('oldLoginActivity').execute();
  for (const index of ['loginActivityByTime', 'loginActivityByDomain']) await schema.dropIndex(index).execute();
  await schema
    .createTable('loginActivity')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('reference', key)
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('flow', key, (c) => c.notNull())
    .addColumn('outcome', key, (c) => c.notNull())
    .addColumn('reason', key)
    .addColumn('domainId', key)
    .addColumn('providerId', key)
    .addColumn('userId', key)
    .addColumn('asserted', 'text')
    .addColumn('network', 'text')
    .addColumn('detailJson', 'text', (c) => c.notNull())
    .execute();
  await sql`insert into "loginActivity" select "id", case when "outcome" = 'refused' then "reference" end, "at", "flow", "outcome",
    "reason", "domainId", "providerId", "userId", "asserted", "network", "detailJson" from "oldLoginActivity"`.execute(
    db,
  );
  await schema.dropTable('oldLoginActivity').execute();
  await schema
    .createIndex('loginActivityByReference')
    .unique()
    .on('loginActivity')
    .column('reference')
    .where(sql.ref('reference'), 'is not', null)
    .execute();
  await schema
    .createIndex('loginActivityByDomain')
    .on('loginActivity')
    .columns(['domainId', 'providerId', 'outcome', 'at'])
    .execute();
}
