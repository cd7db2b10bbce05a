import type { AuditCheckpoint } from '../store/auditCheckpoints.ts';

const MOST_FAULTS = 100;
const MOST_NOTES = 20;

/** Something that shows that the log was changed. `seq` is the number of the entry that it is about, or null. */
export type AuditFault = { seq: number | null; sentence: string };

/** What the verification of the audit log found. The log is intact if there are no faults. */
export type Verification = {
  at: number; // epoch milliseconds
  entries: number; // that were verified
  first: number | null; // the number of the first one, null without an entry
  last: number | null;
  deletedUpTo: number; // the number of the last entry that retention deleted, 0 if none
  checkpoints: number; // that were verified
  newestCheckpoint: AuditCheckpoint | null;
  erasedParts: number; // of entries: who made the change, or what was changed
  publicKey: string; // of this server, in base64url
  faultCount: number;
  faults: AuditFault[]; // the first 100, in the order of the entries
  notes: string[]; // the first 20: unusual, but no fault
};

/** Returns the result of a verification that has found nothing so far. */
export function emptyVerification(at: number, publicKey: string): Verification {
  return {
    at,
    entries: 0,
    first: null,
    last: null,
    deletedUpTo: 0,
    checkpoints: 0,
    newestCheckpoint: null,
    erasedParts: 0,
    publicKey,
    faultCount: 0,
    faults: [],
    notes: [],
  };
}

/** Adds a fault. */
export function addFault(found: Verification, seq: number | null, sentence: string): void {
  found.faultCount += 1;
  if (found.faults.length < MOST_FAULTS) found.faults.push({ seq, sentence });
}

/** Adds a note. */
export function addNote(found: Verification, sentence: string): void {
  if (found.notes.length < MOST_NOTES) found.notes.push(sentence);
}

/** Returns 'Entry 5 is missing' or 'Entries 5 to 7 are missing'. */
export function missing(from: number, to: number): string {
  return from === to ? `Entry ${from} is missing` : `Entries ${from} to ${to} are missing`;
}
