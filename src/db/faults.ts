import type { Logger } from 'pino';
import { DatabaseFault } from '../errors.ts';

const LOG_EVERY_MS = 60_000;

/** What can be wrong with the database, as readiness and the log say it. */
const sentences = {
  away: 'the database does not respond',
  busy: 'a statement took too long, or was aborted too often by others',
  locked: 'another process holds the write lock of the database',
  full: 'the disk of the database is full',
  damaged: 'the database is damaged: restore it from a backup',
  unsynced: 'a commit could not be written to the disk: check the disk, and restart Anteroom',
};

/** What shows that a fault is over. */
const endings: Record<keyof typeof sentences, string[]> = {
  away: ['read', 'write', 'check'],
  busy: [],
  locked: ['write', 'check'],
  full: ['check'],
  damaged: [],
  unsynced: [],
};

export type Fault = keyof typeof sentences;

/** What is wrong with one database. */
export type Faults = {
  /** Notes a fault, logs it unless it was logged within the last minute, and returns the error to throw. */
  note(fault: Fault, cause: unknown): DatabaseFault;
  /**
   * Notes that the database has just answered a read, committed a write, or passed the check of readiness: a full disk may still take
   * single writes. A damaged database stays damaged until a restart.
   */
  cleared(by: 'read' | 'write' | 'check'): void;
  current(): Fault | undefined;
};

/** Opens the list of faults of one database, which is empty. */
export function openFaults(log?: Pick<Logger, 'error' | 'info'>): Faults {
  let current: Fault | undefined;
  const muted = new Set<Fault>();
  return {
    note(fault, cause) {
      // One slow statement does not mean that the others fail.
      if (fault !== 'busy' && !isLasting(current)) current = fault;
      if (!muted.has(fault)) {
        log?.error({ err: cause }, sentences[fault]);
        muted.add(fault);
        if (!isLasting(fault)) setTimeout(() => muted.delete(fault), LOG_EVERY_MS).unref();
      }
      return isLasting(fault) ? new DatabaseFault(500, 'The database has failed.', { cause }) : unavailable(cause);
    },
    cleared(by) {
      if (current === undefined || !endings[current].includes(by)) return;
      current = undefined;
      log?.info('the database works again');
    },
    current: () => current,
  };
}

/** Returns the error of something that failed with another request's fault, which was logged. */
export function unavailable(cause: unknown): DatabaseFault {
  return new DatabaseFault(503, 'The database does not respond at the moment. Try again in a few seconds.', { cause });
}

/** Returns a sentence for operators, without a full stop. */
export function describeFault(fault: Fault): string {
  return sentences[fault];
}

function isLasting(fault: Fault | undefined): boolean {
  return fault === 'damaged' || fault === 'unsynced';
}
