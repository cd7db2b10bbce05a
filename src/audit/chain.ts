import { hash } from 'node:crypto';
import type { AuditEntryRow } from '../db/schema.ts';

/** Stands for the hash of the entry before the first one. */
export const GENESIS = 'Anteroom audit log, version 1';

/** What the hash of an entry covers: its facts, and the digests of its parts, which may be erased later. */
export type ChainedEntry = Omit<AuditEntryRow, 'whoJson' | 'whatJson' | 'hash'>;

/** Returns the SHA-256 (hex) of a part of an entry, or null if it is missing. */
export function digestOf(part: string | null): string | null {
  return part === null ? null : hash('sha256', part);
}

/** Returns the SHA-256 (hex) that ties an entry to the one before it. docs/audit.md says how to compute it with other tools. */
export function hashOf(previous: string, entry: ChainedEntry): string {
  const { seq, id, at, action, actorKind, actorId, targetKind, targetId, whoDigest, whatDigest } = entry;
  const facts = [seq, id, at, action, actorKind, actorId, targetKind, targetId, whoDigest, whatDigest];
  return hash('sha256', previous + JSON.stringify(facts));
}
