import { type Kysely, sql } from 'kysely';
import { addAudit } from './auditSteps.ts';
import { createTables } from './createTables.ts';
import {
  addGroupAncestors,
  addLeasesOfJobs,
  addMappingOfSources,
  addNestedGroups,
  addOwnershipOfSources,
  addRightsOfSources,
  addWebhooks,
  refuseWhatIsUnknown,
} from './directorySteps.ts';
import {
  addAddressesOfTraffic,
  addCollectionsOfMetadata,
  addDomainsOfProviders,
  addOwnDetailsOfDomains,
  addProviderSetups,
  addRefreshesOfMetadata,
  addRolesOfKeys,
  addSignersOfMetadata,
  keepVersionsOfMetadata,
} from './federationSteps.ts';
import {
  addLoggedOutSessions,
  addLoginTests,
  addNotifications,
  addPasswordLinks,
  addRulesForPeople,
  addSecondFactors,
  addSessionLimits,
  addSingleLogout,
  countLoginTraffic,
  countRefusals,
  helpToFindProviders,
  keepMailedLinksApart,
  keepMessagesOfLogins,
  keepUsedLoginRequests,
  tellAutoLogins,
} from './loginSteps.ts';
import { addPairsOfNames } from './namePairs.ts';
import type { Engine } from './open.ts';
import { sharedLoginNameTriggers } from './sharedLoginNames.ts';
import { runStatements } from './statements.ts';

/** One step from an older schema to today's: statements, or what does more. */
type Migration = string[] | ((db: Kysely<unknown>, engine: Engine) => Promise<void>);

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
  addAudit,
  keepMailedLinksApart,
  addLoggedOutSessions,
  addAddressesOfTraffic,
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
    else
      for (const step of migrations.slice(position - LAST_TRIAL))
        await (typeof step === 'function' ? step(trx, engine) : runStatements(trx, engine, step));
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
  await runStatements(db, engine, statements);
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
  await runStatements(db, engine, sharedLoginNameTriggers(engine));
}
