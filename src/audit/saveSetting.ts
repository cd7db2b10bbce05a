import type { Db } from '../db/open.ts';
import { type AuditedSetting, settingTitles, writeAuditedSetting } from '../store/settings.ts';
import { type AuditDeps, recordDifference } from './record.ts';

/**
 * Saves settings of a screen, and records what differs. Run it in the transaction that read `before`.
 * @param secret properties whose values must not be recorded
 */
export async function saveSetting(
  db: Db,
  deps: AuditDeps,
  name: AuditedSetting,
  before: object | number,
  after: object | number,
  secret?: readonly string[],
): Promise<void> {
  await writeAuditedSetting(db, name, after);
  const target = { kind: 'settings', id: name, name: settingTitles[name] } as const;
  const named = (value: object | number) => (typeof value === 'object' ? value : { [name]: value });
  await recordDifference(db, deps, 'settings.updated', target, named(before), named(after), secret);
}
