import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';

const dataSync = promisify(fdatasync);

/** SQLite's write-ahead log, the file that commits are appended to. */
export type WriteAheadLog = {
  /** Settles when every commit so far is on the disk. After a failure, the state of the disk is unknown, so every later call fails too. */
  sync(): Promise<void>;
  close(): void;
};

/**
 * Opens a write-ahead log, which need not exist before the first sync. With synchronous=NORMAL, SQLite leaves it to the system when
 * commits reach the disk. Syncing here does what synchronous=FULL does, but off the event loop.
 */
export function openWriteAheadLog(file: string): WriteAheadLog {
  let descriptor: number | undefined;
  let hasFailed = false;
  return {
    sync: async () => {
      if (hasFailed) throw new Error('An earlier commit could not be written to the disk. Restart Anteroom.');
      descriptor ??= openSync(file, 'r+');
      await dataSync(descriptor).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}
