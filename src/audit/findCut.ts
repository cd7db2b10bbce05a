import type { Db } from '../db/open.ts';
import { type AuditCheckpoint, listCuts } from '../store/auditCheckpoints.ts';
import { isSigned } from './checkpoint.ts';

const MOST_CUTS = 20;

/** Returns the signed cut of the highest entry that is accepted: someone with the database can have added others. */
export async function findCut(
  db: Db,
  isAccepted: (cut: AuditCheckpoint) => boolean = () => true,
): Promise<AuditCheckpoint | undefined> {
  for (const cut of await listCuts(db, MOST_CUTS)) if (isAccepted(cut) && (await isSigned(cut))) return cut;
  return undefined;
}
