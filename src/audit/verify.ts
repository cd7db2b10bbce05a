import type { Slice } from '../db/longReads.ts';
import type { Deps } from '../deps.ts';
import { countSealedEntries, listSealedEntries } from '../store/auditChain.ts';
import { type AuditCheckpoint, findNewestCheckpoint, listCheckpoints } from '../store/auditCheckpoints.ts';
import { auditDays } from './auditDays.ts';
import { findCut } from './findCut.ts';
import { sealEntries } from './seal.ts';
import { auditPublicKey } from './signature.ts';
import { addFault, addNote, emptyVerification, type Verification } from './verification.ts';
import { addEndFault, addKeyFaults, type Keys, verifyCheckpoint } from './verifyCheckpoint.ts';
import { endWalk, startWalk, verifyEntry, type Walk } from './verifyEntries.ts';

const BEFORE_ALL = -Number.MAX_SAFE_INTEGER;
const ENTRIES_AT_ONCE = 250;
const DAY_MS = 86_400_000;

export type VerifyDeps = Pick<Deps, 'store' | 'secrets' | 'now'>;

/** A checkpoint that was kept elsewhere, and public keys (base64url) of earlier secret keys. */
export type VerifyOptions = { checkpoint?: AuditCheckpoint | undefined; trust?: string[] };

/**
 * Verifies that no entry was changed, removed, inserted or moved since it was sealed: each hash, the digests of the parts that are there, the
 * numbers, and the checkpoints. Reads in slices, so that others are served meanwhile. docs/audit.md says what this proves, and what not.
 */
export async function verifyAudit(deps: VerifyDeps, options: VerifyOptions = {}): Promise<Verification> {
  const { checkpoint, trust = [] } = options;
  const found = emptyVerification(deps.now(), auditPublicKey(deps));
  await sealEntries(deps).catch(() =>
    addFault(found, null, 'New entries cannot be added: the end of the log is damaged.'),
  );
  const keys: Keys = { trusted: new Set([found.publicKey, ...trust]), unknown: new Map() };
  const walk = startWalk(found, keys.trusted);
  await verifySlices({ deps, walk, keys, kept: checkpoint });
  await verifyCount(deps, walk);
  endWalk(walk);
  addKeyFaults(found, keys);
  if (checkpoint) verifyDeleted(walk, checkpoint);
  found.faults.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  return found;
}

/** Returns whether the entries up to a number are intact, also if the secret key was replaced since. Parts that are missing are no matter. */
export async function isIntactUpTo(deps: VerifyDeps, seq: number): Promise<boolean> {
  const found = emptyVerification(deps.now(), auditPublicKey(deps));
  const keys: Keys = { trusted: new Set([found.publicKey]), unknown: new Map() };
  const walk = startWalk(found);
  await verifySlices({ deps, walk, keys, kept: undefined }, seq);
  return found.faultCount === 0;
}

/** The unique index can be dropped, and of entries with the same number only one may have been read. */
async function verifyCount({ store }: VerifyDeps, { found, seq }: Walk): Promise<void> {
  const count = await countSealedEntries(store.db, found.deletedUpTo, seq);
  if (count > found.entries && found.faultCount === 0)
    addFault(found, null, `${count - found.entries} of the entries were inserted: their numbers are those of others.`);
}

/** Retention deletes no entry that is younger than the shortest time. A cut that was kept elsewhere says only where the log begins. */
function verifyDeleted({ found, cut }: Walk, kept: AuditCheckpoint): void {
  const { seq } = kept;
  if (!cut || seq > cut.seq) return;
  const subject = `Entry ${seq}, which the given checkpoint vouches for,`;
  if (seq === cut.seq && kept.hash !== cut.hash) addFault(found, seq, `${subject} was changed before it was deleted.`);
  else if (!kept.cut && cut.at - kept.at < auditDays.least * DAY_MS)
    addFault(
      found,
      seq,
      `${subject} was deleted less than ${auditDays.least} days later, which retention does not do.`,
    );
  else addNote(found, `The entry of the given checkpoint, ${seq}, was deleted by retention since.`);
}

type Verifying = { deps: VerifyDeps; walk: Walk; keys: Keys; kept: AuditCheckpoint | undefined };

async function verifySlices(verifying: Verifying, upTo = Number.POSITIVE_INFINITY): Promise<void> {
  await verifying.deps.store.longRead(async (slice) => {
    let after: number | undefined = BEFORE_ALL;
    while (after !== undefined && after < upTo) after = await verifySlice(verifying, slice, after);
  });
}

/** Verifies the entries after a number, and their checkpoints. Returns the number to go on from; after the last slice, undefined. */
async function verifySlice(
  { deps, walk, keys, kept }: Verifying,
  slice: Slice,
  after: number,
): Promise<number | undefined> {
  const { db } = deps.store;
  // It is read before the entries, so that they include the one that it vouches for.
  const newest = await slice(() => findNewestCheckpoint(db));
  const entries = await slice(() => listSealedEntries(db, after, ENTRIES_AT_ONCE));
  const hashes = new Map<number, string[] | undefined>();
  for (const entry of entries) {
    // A cut with an unknown key is a fault, but the chain continues from it.
    await verifyEntry(walk, entry, () => findCut(db));
    if (walk.seq === entry.seq) hashes.set(entry.seq, walk.hashes);
  }
  const highest = entries.at(-1)?.seq;
  const last = highest !== undefined && highest > Number.MAX_SAFE_INTEGER ? undefined : highest;
  const upTo = last ?? Math.min(Math.max(after, newest?.seq ?? after), Number.MAX_SAFE_INTEGER);
  const checkpoints = await slice(() => listCheckpoints(db, after, upTo));
  if (kept && kept.seq > after && (last === undefined || kept.seq <= last)) checkpoints.push(kept);
  const signed: AuditCheckpoint[] = [];
  for (const each of checkpoints)
    if (await verifyCheckpoint(walk.found, keys, each, hashes.get(each.seq))) signed.push(each);
  if (last === undefined) verifyEnd(walk.found, signed);
  return last;
}

function verifyEnd(found: Verification, beyond: AuditCheckpoint[]): void {
  const [highest] = beyond.sort((a, b) => b.seq - a.seq);
  if (highest && highest.seq > (found.last ?? 0)) addEndFault(found, highest);
}
