import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';

const dataSync = promisify(fdatasync);

/**
 * The file that commits are appended to. With synchronous=NORMAL SQLite leaves it to the system when they reach the disk;
 * to ask for it here is what synchronous=FULL does, but beside the event loop.
 */
export class WriteAheadLog {
  readonly #file: string;
  #descriptor: number | undefined;
  #failed = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** Settles when all that was committed is on the disk. Once that failed nobody knows what is, and it is not tried again. */
  async sync(): Promise<void> {
    if (this.#failed) throw new Error('The disk failed to take a commit; start Anteroom anew');
    this.#descriptor ??= openSync(this.#file, 'r+');
    await dataSync(this.#descriptor).catch((error: unknown) => {
      this.#failed = true;
      throw error;
    });
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}
