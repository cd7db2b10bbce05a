import type { Db } from '../db/open.ts';
import { findSetting } from '../store/settings.ts';

/** For how many days entries can be kept. Fewer would let a Power User remove the trace of what they did. */
export const auditDays = { least: 30, most: 3_650 };

/** The setting with the days. */
export const AUDIT_DAYS = 'auditDays';

const DEFAULT_DAYS = 730;

/** Returns for how many days entries are kept. Someone with the database can have written fewer than there may be. */
export async function readAuditDays(db: Db): Promise<number> {
  const days = await findSetting(db, AUDIT_DAYS);
  if (typeof days !== 'number') return DEFAULT_DAYS;
  return Math.min(Math.max(days, auditDays.least), auditDays.most);
}
