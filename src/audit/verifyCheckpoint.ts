import type { AuditCheckpoint } from '../store/auditCheckpoints.ts';
import { isSigned } from './checkpoint.ts';
import { addFault, missing, type Verification } from './verification.ts';

/** The keys that checkpoints may be signed with, and the others that signed some: the first one of each, and how many. */
export type Keys = { trusted: ReadonlySet<string>; unknown: Map<string, { first: AuditCheckpoint; count: number }> };

/**
 * Verifies a checkpoint: its signature, and the entry that it vouches for. Returns whether it is signed, also with an unknown key.
 * @param hashes the hash of this entry, also as it should be; undefined if the entry is not there
 */
export async function verifyCheckpoint(
  found: Verification,
  keys: Keys,
  checkpoint: AuditCheckpoint,
  hashes: string[] | undefined,
): Promise<boolean> {
  const { seq, hash } = checkpoint;
  found.checkpoints += 1;
  if (!(await isSigned(checkpoint))) {
    addFault(found, seq, `The checkpoint of entry ${seq} is forged or was changed: its signature does not fit.`);
    return false;
  }
  if (seq >= (found.newestCheckpoint?.seq ?? 0)) found.newestCheckpoint = checkpoint;
  noteKey(keys, checkpoint);
  if (hashes && !hashes.includes(hash))
    addFault(found, seq, `Entry ${seq} is not the one that its checkpoint vouches for: the log was rewritten.`);
  return true;
}

/** Adds the fault of a signed checkpoint for an entry that the log does not reach. */
export function addEndFault(found: Verification, { seq }: AuditCheckpoint): void {
  const from = (found.last ?? 0) + 1;
  addFault(found, from, `${missing(from, seq)}: the log ends before the last entry that a checkpoint vouches for.`);
}

/** Adds a fault for each unknown key: anyone with the database can sign with another key. */
export function addKeyFaults(found: Verification, { unknown }: Keys): void {
  for (const [key, { first, count }] of unknown) {
    const subject =
      count === 1
        ? `The checkpoint of entry ${first.seq} is`
        : `${count} checkpoints, the first one of entry ${first.seq}, are`;
    const fix =
      'If the secret key has been replaced since, and this is the public key of the old one, verify again and trust it (--trust):';
    addFault(found, first.seq, `${subject} signed with another key. ${fix} ${key}`);
  }
}

function noteKey({ trusted, unknown }: Keys, checkpoint: AuditCheckpoint): void {
  const { publicKey } = checkpoint;
  if (trusted.has(publicKey)) return;
  const { first, count } = unknown.get(publicKey) ?? { first: checkpoint, count: 0 };
  unknown.set(publicKey, { first, count: count + 1 });
}
