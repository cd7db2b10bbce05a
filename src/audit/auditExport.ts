import { stringify } from 'csv-stringify/sync';
import type { Deps } from '../deps.ts';
import { spreadsheet } from '../people/spreadsheet.ts';
import type { AuditChange, AuditEntry } from '../store/audit.ts';
import { type AuditFilter, streamAudit } from '../store/auditSearch.ts';
import { actionText } from './auditNames.ts';
import { findReferences, textsIn } from './references.ts';
import { shownChanges } from './shownEntry.ts';
import { changeLine } from './values.ts';

/** The formats of an export: a table for spreadsheets, or one JSON object a line. */
export const auditFormats = ['csv', 'ndjson'] as const;

export type AuditFormat = (typeof auditFormats)[number];

/** An entry in an export and in the output of the command line. What was erased, or never there, is null. Times are ISO 8601. */
export type ExportedEntry = {
  at: string;
  id: string;
  number: number | null; // in the chain, null until the entry is sealed
  action: string;
  what: string; // the action in words
  actorKind: string;
  actor: string | null;
  actorId: string | null;
  address: string | null;
  targetKind: string;
  target: string | null;
  targetId: string | null;
  changes: AuditChange[] | null;
  erased: ('who' | 'what')[];
  hash: string | null;
};

/**
 * Yields an export in parts of up to 100 entries, so that its length does not matter for the memory. CSV has the changes as lines of
 * text with the names behind IDs, NDJSON as they were recorded.
 * @throws Error if `stop` is aborted
 */
export async function* exportAudit(
  deps: Deps,
  filter: AuditFilter,
  format: AuditFormat,
  stop?: AbortSignal,
): AsyncIterableIterator<string> {
  let isFirst = true;
  for await (const entries of streamAudit(deps.store.db, filter, stop)) {
    if (format === 'csv') yield csvOf(await withLines(deps, entries), isFirst);
    else yield entries.map((entry) => `${JSON.stringify(exportedEntry(entry))}\n`).join('');
    isFirst = false;
  }
  if (isFirst && format === 'csv') yield csvOf([], true);
}

/** Returns an entry as exports have it. */
export function exportedEntry(entry: AuditEntry): ExportedEntry {
  const { id, at, seq, action, actorKind, actorId, targetKind, targetId, who, what, hash } = entry;
  return {
    at: new Date(at).toISOString(),
    id,
    number: seq,
    action,
    what: actionText(action),
    actorKind,
    actor: who?.name ?? null,
    actorId,
    address: who?.address ?? null,
    targetKind,
    target: what?.name ?? null,
    targetId,
    changes: what?.changes ?? null,
    erased: [...(who ? [] : ['who' as const]), ...(what ? [] : ['what' as const])],
    hash,
  };
}

type CsvRow = Omit<ExportedEntry, 'changes' | 'erased'> & { changes: string; erased: string };

async function withLines(deps: Deps, entries: AuditEntry[]): Promise<CsvRow[]> {
  const ids = entries.flatMap(({ what }) => (what?.changes ?? []).flatMap(textsIn));
  const references = await findReferences(deps, ids);
  return entries.map((entry) => {
    const row = exportedEntry(entry);
    const changes = shownChanges(deps, entry, references).map(changeLine).join('\n');
    return { ...row, changes, erased: row.erased.join(', ') };
  });
}

const columns: (keyof CsvRow)[] = [
  'at',
  'id',
  'number',
  'action',
  'what',
  'actorKind',
  'actor',
  'actorId',
  'address',
  'targetKind',
  'target',
  'targetId',
  'changes',
  'erased',
  'hash',
];

function csvOf(rows: CsvRow[], isFirst: boolean): string {
  return stringify(rows, { ...spreadsheet, columns, header: isFirst, bom: isFirst });
}
