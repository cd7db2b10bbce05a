import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenDone } from './cleanup.ts';

/** Returns a new empty folder, removed after the test. `npm test` names a fast place for it in TEST_FOLDER. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), 'anteroom-test-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
