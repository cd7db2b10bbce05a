import { pid } from 'node:process';
import { setImmediate } from 'node:timers/promises';
import type { Deps } from '../../deps.ts';
import { bareHost } from '../../network.ts';
import { listSealedEntries } from '../../store/auditChain.ts';
import { listCheckpoints } from '../../store/auditCheckpoints.ts';
import type { SyslogReceiver } from '../../syslogReceiver.ts';
import { checkpointMessage, entryMessage, type Sender } from './entryMessage.ts';
import { changeProgress, type Progress, startProgress, working } from './progress.ts';
import { sendingFault, sendMessages } from './send.ts';

/** How often each server calls forwardAudit, in milliseconds. */
export const FORWARD_EVERY_MS = 1_000;

/** How long a server has to send entries. Afterwards, another one sends them. */
export const LEASE_MS = 60_000;

/** The pauses after failures in a row; afterwards, the last one counts. */
export const PAUSES_MS = [5, 15, 60, 300].map((seconds) => seconds * 1_000);

const TIMEOUT_MS = 30_000; // less than the lease
const BATCH = 100;

/** The octets that every receiver should take: RFC 5426 3.2 for UDP, RFC 5425 4.3.1 for the others. */
const maxBytes = { udp: 2_048, tcp: 8_192, tls: 8_192 } as const;

/** Entries to send, as messages, and the progress once they have arrived. */
type Batch = { messages: Buffer[]; sent: Partial<Progress> };

/**
 * Sends the entries of the audit log that were not sent yet, in the order of the chain, and its checkpoints. Entries count as sent once the
 * receiver has read them: if that is not certain, they are sent again. Of several servers, one sends at a time.
 */
export async function forwardAudit(deps: Deps): Promise<void> {
  const { config, store, now, background } = deps;
  if (!config.auditSyslog) return;
  let progress: Progress | undefined = await startProgress(store.db);
  while (progress && progress.leasedUntil <= now() && progress.retryAt <= now() && !background.stopping.aborted) {
    const batch = await nextBatch(deps, config.auditSyslog, progress);
    progress = batch && (await sendBatch(deps, config.auditSyslog, progress, batch));
  }
}

/** Returns what to tell a receiver about this server. */
export function senderOf({ config }: Pick<Deps, 'config'>, { facility, protocol }: SyslogReceiver): Sender {
  const host = bareHost(new URL(config.publicUrl));
  return { facility, host, processId: pid, maxBytes: maxBytes[protocol] };
}

async function nextBatch(deps: Deps, receiver: SyslogReceiver, progress: Progress): Promise<Batch | undefined> {
  const { db } = deps.store;
  const sender = senderOf(deps, receiver);
  const entries = await listSealedEntries(db, progress.seq, BATCH);
  const seq = entries.at(-1)?.seq ?? progress.seq;
  const missed = entries[0] ? entries[0].seq - progress.seq - 1 : 0;
  const checkpoints = await listCheckpoints(db, progress.checkpoint, seq);
  const items = [
    ...entries.map((entry) => ({ seq: entry.seq, write: () => entryMessage(sender, entry) })),
    ...checkpoints.map((checkpoint) => ({ seq: checkpoint.seq, write: () => checkpointMessage(sender, checkpoint) })),
  ].sort((a, b) => a.seq - b.seq); // a checkpoint after its entry
  if (items.length === 0) return undefined;
  const messages: Buffer[] = [];
  for (const { write } of items) {
    messages.push(write());
    await setImmediate(); // lets requests run meanwhile
  }
  return {
    messages,
    sent: { seq, checkpoint: checkpoints.at(-1)?.seq ?? progress.checkpoint, missed: progress.missed + missed },
  };
}

/** Returns the progress after an attempt, or undefined if another process has taken over. */
async function sendBatch(
  deps: Deps,
  receiver: SyslogReceiver,
  before: Progress,
  { messages, sent }: Batch,
): Promise<Progress | undefined> {
  const { store, now, background, log } = deps;
  const leased = await changeProgress(store.db, before, { leasedUntil: now() + LEASE_MS });
  if (!leased) return undefined;
  const after = async (changes: Partial<Progress>) => changeProgress(store.db, leased, { ...changes, leasedUntil: 0 });
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), background.stopping]);
    await sendMessages(receiver, messages, signal);
  } catch (error) {
    if (background.stopping.aborted) return after({});
    const failed = failureAfter(before, sendingFault(error), now());
    if (before.failures === 0)
      log.warn({ receiver: receiver.url, reason: failed.error }, 'audit log cannot be sent to syslog');
    return after(failed);
  }
  if (before.failures > 0) log.info({ receiver: receiver.url }, 'audit log is sent to syslog again');
  return after({ ...sent, ...working, sentAt: now() });
}

function failureAfter({ failures, failingSince }: Progress, error: string, now: number): Partial<Progress> {
  const pause = PAUSES_MS[failures] ?? Math.max(...PAUSES_MS);
  return { error, failures: failures + 1, failingSince: failingSince ?? now, retryAt: now + pause };
}
