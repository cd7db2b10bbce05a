import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

/** The mode of files with secrets: only their owner reads and writes them. */
export const PRIVATE = 0o600;

/** Takes a file away from everybody but its owner, whatever mode it was copied or created with. A file of another owner stays as it is. */
export function makePrivate(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats || (stats.mode & 0o777) === PRIVATE || stats.uid !== process.getuid?.()) return;
  chmodSync(file, PRIVATE);
}

/** Creates an empty file for its owner only, unless it exists. */
export function createPrivate(file: string): void {
  closeSync(openSync(file, 'a', PRIVATE));
}
