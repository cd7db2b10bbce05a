import type { Db } from '../db/open.ts';
import { changesOne, inserter, prepared } from '../db/query.ts';

const CHECKED_BYTES = 64 * 1024;

/**
 * All settings: those with the title of their screen are changed by people, and only by saveSetting (audit/saveSetting.ts), which records
 * it. Nothing is recorded of the others, which the program writes for itself.
 */
export const settingTitles = {
  intranet: 'General',
  notifications: 'Notifications',
  scimLogDays: 'SCIM log',
  auditDays: 'Audit log',
  intranetMark: null, // the picture; its digest is part of `intranet`
  customAttributes: null, // recorded as changes of attributes
  customAttributesVersion: null,
  setupLink: null, // what it is used for is recorded: a Power User is added
  secretKeyCheck: null,
  auditVerification: null, // the last one that was started on the screen
  auditSyslog: null, // how far the audit log was sent
  notificationTurn: null, // which process does something, or locks something, now
  creatingTurn: null,
  nestingTurn: null,
  powerUserTurn: null,
  writeCheck: null,
} as const;

export type SettingName = keyof typeof settingTitles;

/** A setting whose changes are recorded. */
export type AuditedSetting = {
  [Name in SettingName]: (typeof settingTitles)[Name] extends null ? never : Name;
}[SettingName];

type InternalSetting = Exclude<SettingName, AuditedSetting>;

/** Returns a setting, or undefined if it was never written. */
export async function findSetting(db: Db, name: SettingName): Promise<unknown> {
  const [row] = await byName(db, name);
  return row && JSON.parse(row.valueJson);
}

const byName = prepared((db, name: SettingName) =>
  db.selectFrom('settings').select('valueJson').where('name', '=', name),
);

/** Removes a setting if it has this value. Returns true to only one of several concurrent calls. */
export async function takeSetting(db: Db, name: InternalSetting, value: unknown): Promise<boolean> {
  return changesOne(db.deleteFrom('settings').where('name', '=', name).where('valueJson', '=', JSON.stringify(value)));
}

/** Writes a setting whose changes are recorded: only saveSetting does (audit/saveSetting.ts). */
export async function writeAuditedSetting(db: Db, name: AuditedSetting, value: unknown): Promise<void> {
  await write(db, name, value);
}

/** Writes a setting that the program keeps for itself; undefined removes it. */
export async function writeSetting(db: Db, name: InternalSetting, value: unknown): Promise<void> {
  await write(db, name, value);
}

async function write(db: Db, name: SettingName, value: unknown): Promise<void> {
  if (value === undefined) {
    await db.deleteFrom('settings').where('name', '=', name).execute();
    return;
  }
  await replaceSettings(db, [{ name, valueJson: JSON.stringify(value) }]);
}

const replaceSettings = inserter('settings', { key: ['name'], existing: 'replace' });

/** Replaces a setting if it still has this value. Returns false if another change came first. */
export async function replaceSetting(db: Db, name: InternalSetting, before: unknown, after: unknown): Promise<boolean> {
  return changesOne(
    db
      .updateTable('settings')
      .set({ valueJson: JSON.stringify(after) })
      .where('name', '=', name)
      .where('valueJson', '=', JSON.stringify(before)),
  );
}

/** Writes a setting unless it exists. */
export async function addSetting(db: Db, name: InternalSetting, value: unknown): Promise<void> {
  await addMissing(db, [{ name, valueJson: JSON.stringify(value) }]);
}

const addMissing = inserter('settings', { key: ['name'], existing: 'keep' });

/** Settles if the database answers a query. */
export async function checkDatabase(db: Db): Promise<void> {
  await db.selectFrom('settings').select('name').limit(1).execute();
}

/** Settles if the database has room for some writes: a full disk may still take single ones. */
export async function checkWrites(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await writeSetting(trx, 'writeCheck', ' '.repeat(CHECKED_BYTES));
    await writeSetting(trx, 'writeCheck', undefined);
  });
}
