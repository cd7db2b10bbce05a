import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenDone } from './cleanup.ts';

/** A new empty folder, removed when the test is done. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-test-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
