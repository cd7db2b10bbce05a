import type { AuditEntryRow } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { AuditChange, What } from '../store/audit.ts';
import type { SealedRow } from '../store/auditChain.ts';
import { isSignature, signText } from './signature.ts';

/** The parts of an entry that can be erased. */
export const partNames = ['who', 'what'] as const;

export type Part = (typeof partNames)[number];

/** The entries whose parts are erased. */
type Erased = Record<Part, Pick<SealedRow, 'seq' | 'hash'>[]>;

/**
 * Returns what the entry of an erasure says: the numbers and hashes of the entries whose parts were erased, signed. Otherwise someone with the
 * database could add such an entry to erase what they like, or use one again for entries that have taken the numbers of others.
 */
export function erasureOf(deps: Pick<Deps, 'secrets'>, erased: Erased): AuditChange[] {
  const lists = partNames
    .filter((part) => erased[part].length > 0)
    .map((part) => ({ name: part, removed: erased[part].map(entryNamed) }));
  return [...lists, { name: 'signature', after: signText(deps, signedText(lists)) }];
}

/** A part that was erased, such as 'who 5', with the hash of its entry. Erasures of earlier versions name no hashes. */
type ErasedPart = { part: string; hash: string | undefined };

/** Returns the parts that an entry says were erased: none if it is no entry of an erasure, and undefined if none of the public keys has signed it. */
export async function erasedBy(
  { action, whatJson }: Pick<AuditEntryRow, 'action' | 'whatJson'>,
  trusted: Iterable<string>,
): Promise<ErasedPart[] | undefined> {
  if (action !== 'person.erased' || whatJson === null) return [];
  const changes = changesIn(whatJson);
  const lists = changes.filter(({ removed }) => Array.isArray(removed));
  const signature = String(changes.find(({ name }) => name === 'signature')?.after);
  for (const key of trusted)
    if (await isSignature(signature, signedText(lists), key))
      return lists.flatMap(({ name, removed = [] }) => removed.map((entry) => partNamed(name, String(entry))));
  return undefined;
}

function partNamed(name: string, entry: string): ErasedPart {
  const [seq, hash] = entry.split(' ');
  return { part: `${name} ${seq}`, hash };
}

/** Returns how an erasure names an entry. */
export function entryNamed({ seq, hash }: Pick<SealedRow, 'seq' | 'hash'>): string {
  return `${seq} ${hash}`;
}

function signedText(lists: AuditChange[]): string {
  return JSON.stringify({ version: 1, erased: lists.map(({ name, removed }) => [name, removed]) });
}

/** Someone with the database can have written anything. */
function changesIn(whatJson: string): AuditChange[] {
  try {
    const { changes } = JSON.parse(whatJson) as What;
    return changes.filter((change) => typeof change === 'object' && change !== null);
  } catch {
    return [];
  }
}
