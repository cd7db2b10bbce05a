import type { AuditEntryRow } from '../db/schema.ts';
import type { AuditChange, What } from '../store/audit.ts';

/** The parts of an entry that can be erased. */
export const partNames = ['who', 'what'] as const;

export type Part = (typeof partNames)[number];

/** Returns what the entry of an erasure says: the numbers of the entries whose parts were erased. */
export function erasureOf(erased: Record<Part, number[]>): AuditChange[] {
  return partNames
    .filter((part) => erased[part].length > 0)
    .map((part) => ({ name: part, removed: erased[part].map(String) }));
}

/** Returns the parts that an entry says were erased, as 'who 5'. None if it is no entry of an erasure. */
export function erasedBy({ action, whatJson }: Pick<AuditEntryRow, 'action' | 'whatJson'>): string[] {
  if (action !== 'person.erased' || whatJson === null) return [];
  return changesIn(whatJson).flatMap(({ name, removed = [] }) => removed.map((seq) => `${name} ${seq}`));
}

/** Someone with the database can have written anything. */
function changesIn(whatJson: string): AuditChange[] {
  try {
    const { changes } = JSON.parse(whatJson) as What;
    return changes.filter(({ removed }) => Array.isArray(removed));
  } catch {
    return [];
  }
}
