import type { SealedRow } from '../store/auditChain.ts';
import type { AuditCheckpoint } from '../store/auditCheckpoints.ts';
import { digestOf, GENESIS, hashOf } from './chain.ts';
import { erasedBy, type Part, partNames } from './erasure.ts';
import { addFault, addNote, missing, type Verification } from './verification.ts';

const CLOCK_TOLERANCE_MS = 60_000; // a transaction may take some time, and the clocks of servers differ a little

/** Where a verification of the entries has come to. */
export type Walk = {
  found: Verification;
  trusted: ReadonlySet<string> | undefined; // public keys of erasures, undefined if it is no matter what was erased
  seq: number; // of the entry before, 0 for none
  /** What the next entry may continue: the hash of the entry before, also as it should be. Undefined if that entry is missing. */
  hashes: string[] | undefined;
  at: number; // of the entry before, epoch milliseconds
  cut: AuditCheckpoint | undefined; // where the log begins
  /** The parts that are missing and that no erasure has listed so far, by names such as 'who 5'. */
  erased: Map<string, Pick<SealedRow, 'seq' | 'hash'> & { part: Part }>;
  namesHashes: boolean; // an erasure so far named the hashes of entries
};

/** Returns the walk before the first entry. */
export function startWalk(found: Verification, trusted?: ReadonlySet<string>): Walk {
  return { found, trusted, seq: 0, hashes: [GENESIS], at: 0, cut: undefined, erased: new Map(), namesHashes: false };
}

/** Verifies the next entry: its number, its hash and its parts. @param findCut finds the newest cut, where entries are missing */
export async function verifyEntry(
  walk: Walk,
  row: SealedRow,
  findCut: () => Promise<AuditCheckpoint | undefined>,
): Promise<void> {
  if (row.seq !== walk.seq + 1 && !(await followsGap(walk, row, findCut))) return;
  const { found } = walk;
  verifyHash(walk, row);
  for (const part of partNames) verifyPart(walk, row, part);
  await verifyErasure(walk, row);
  if (row.at < walk.at - CLOCK_TOLERANCE_MS)
    addNote(found, `Entry ${row.seq} is dated earlier than the entry before it: the clock of a server was set back.`);
  walk.seq = row.seq;
  walk.at = row.at;
  found.entries += 1;
  found.first ??= row.seq;
  found.last = row.seq;
}

/** Ends the walk: a missing part without an erasure was removed. */
export function endWalk({ found, erased }: Walk): void {
  for (const { seq, part } of erased.values())
    addFault(
      found,
      seq,
      `Entry ${seq} was changed: ${partNamed[part]} is missing, and no erasure of a person lists it.`,
    );
}

const partNamed: Record<Part, string> = { who: 'who made the change', what: 'what was changed' };

/** Goes on where retention has cut the chain, perhaps just now. Returns whether the entry is to be verified. */
async function followsGap(walk: Walk, { id, seq }: SealedRow, findCut: () => Promise<AuditCheckpoint | undefined>) {
  const { found } = walk;
  if (!Number.isSafeInteger(seq) || seq <= walk.seq) {
    const isBeingDeleted = seq > 0 && seq <= found.deletedUpTo;
    if (!isBeingDeleted) addFault(found, null, `The entry with the ID ${id} was inserted: its number is ${seq}.`);
    return false;
  }
  const cut = await findCut();
  if (cut && cut.seq > walk.seq) {
    found.deletedUpTo = cut.seq;
    walk.seq = cut.seq;
    walk.hashes = [cut.hash];
    walk.cut = cut;
  }
  if (seq > walk.seq + 1) {
    addFault(found, walk.seq + 1, `${missing(walk.seq + 1, seq - 1)}: removed, but not by retention.`);
    walk.hashes = undefined;
  }
  return seq > walk.seq;
}

async function verifyErasure(walk: Walk, row: SealedRow): Promise<void> {
  const { found, trusted, erased } = walk;
  if (!trusted) return;
  const parts = await erasedBy(row, trusted);
  for (const { part, hash } of parts ?? []) {
    walk.namesHashes ||= hash !== undefined;
    // One of an earlier version fits any entry with the number. It counts only before the first one with hashes, so that none is used again.
    const isMeant = hash === undefined ? !walk.namesHashes : hash === erased.get(part)?.hash;
    if (isMeant) erased.delete(part);
  }
  const why = 'This server has not signed that, or its secret key was replaced since (--trust).';
  if (!parts) addFault(found, row.seq, `Entry ${row.seq} is a forged erasure of a person. ${why}`);
}

/** Whether it was this entry or its hash that was changed, the next entry continues one of the two. */
function verifyHash(walk: Walk, row: SealedRow): void {
  const expected = walk.hashes?.map((previous) => hashOf(previous, row));
  const isRight = !expected || expected.includes(row.hash ?? '');
  if (!isRight) addFault(walk.found, row.seq, `Entry ${row.seq} was changed or replaced: its hash does not fit.`);
  walk.hashes = isRight ? [row.hash ?? ''] : [row.hash ?? '', ...expected];
}

function verifyPart({ found, erased }: Walk, row: SealedRow, part: Part): void {
  const [text, digest] = part === 'who' ? [row.whoJson, row.whoDigest] : [row.whatJson, row.whatDigest];
  if (text === null) {
    found.erasedParts += 1;
    erased.set(`${part} ${row.seq}`, { seq: row.seq, hash: row.hash, part });
  } else if (digestOf(text) !== digest)
    addFault(found, row.seq, `Entry ${row.seq} was changed: ${partNamed[part]} is not what was recorded.`);
}
