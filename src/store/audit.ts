import type { Db } from '../db/open.ts';
import { inserter } from '../db/query.ts';
import type { AuditEntryRow } from '../db/schema.ts';

/**
 * One thing that changed: its values before and after, or what was added to a list and removed from it. Of a secret only that it
 * changed.
 */
export type AuditChange = {
  name: string;
  before?: unknown;
  after?: unknown;
  added?: string[];
  removed?: string[];
  secret?: true;
};

/** What changes something: `server` is work of the background, and `visitor` a browser without a login. */
export const actorKinds = ['person', 'source', 'provider', 'setupLink', 'commandLine', 'visitor', 'server'] as const;

/** Who changes something, and from where. `name` is what they were called then; `address` is that of their client. */
export type Actor = { kind: (typeof actorKinds)[number]; id: string | null; name: string; address: string | null };

/** The part of an entry about who made the change, and from where. */
export type Who = { salt: string; name: string; address: string | null };

/** The part of an entry about what was changed. */
export type What = { salt: string; name: string; changes: AuditChange[] };

/** A change that was recorded. Its parts are missing once they are erased; what sealing fills in is null until then. */
export type AuditEntry = Omit<AuditEntryRow, 'whoJson' | 'whatJson'> & {
  who: Who | undefined;
  what: What | undefined;
};

/** Returns an entry as it is stored, with its parts. */
export function entryFromRow({ whoJson, whatJson, ...row }: AuditEntryRow): AuditEntry {
  return {
    ...row,
    who: whoJson === null ? undefined : { ...unreadable, ...partFrom<Who>(whoJson) },
    what: whatJson === null ? undefined : { ...unreadable, ...partFrom<What>(whatJson) },
  };
}

// An entry that someone has damaged must not hide the others.
const unreadable = { salt: '', name: 'unreadable', address: null, changes: [] };

function partFrom<T>(json: string): Partial<T> {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

/** An entry as it is recorded, before it is sealed. */
export type NewAuditEntry = Omit<AuditEntryRow, 'seq' | 'whoDigest' | 'whatDigest' | 'hash'>;

/** Adds an entry, which is not sealed yet. */
export async function insertAuditEntry(db: Db, entry: NewAuditEntry): Promise<void> {
  await insertRows(db, [{ ...entry, seq: null, whoDigest: null, whatDigest: null, hash: null }]);
}

const insertRows = inserter('auditEntries');

/** Writes what sealing filled in. Call within changeChain, with entries that were read there. */
export async function writeSeals(db: Db, entries: AuditEntryRow[]): Promise<void> {
  await replaceRows(db, entries);
}

const replaceRows = inserter('auditEntries', { key: ['id'], existing: 'replace' });

/** Erases a part of entries in the chain: who made the change, or what was changed. */
export async function erasePart(db: Db, part: 'who' | 'what', entries: { seq: number }[]): Promise<void> {
  const numbers = entries.map(({ seq }) => seq);
  if (numbers.length > 0)
    await db
      .updateTable('auditEntries')
      .set({ [`${part}Json` as const]: null })
      .where('seq', 'in', numbers)
      .execute();
}

/** Deletes up to `limit` entries from the start of the chain, none after a number. Returns how many there were. */
export async function deleteSealedUpTo(db: Db, seq: number, limit: number): Promise<number> {
  const first = db.selectFrom('auditEntries').select('seq').where('seq', '<=', seq).orderBy('seq').limit(limit);
  const result = await db.deleteFrom('auditEntries').where('seq', 'in', first).executeTakeFirst();
  return Number(result.numDeletedRows);
}
