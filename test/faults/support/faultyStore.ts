import { pino } from 'pino';
import { openStore, type Store, type StoreOptions } from '../../../src/db/open.ts';
import { whenDone } from '../../support/cleanup.ts';
import type { LogLine } from '../../support/testDeps.ts';

/** A store, and the lines that it logged. */
export type FaultyStore = Store & { logged: LogLine[] };

/** Short limits, so that a test of a limit does not take long. */
export const shortLimits = { acquire: 2_000, statement: 1_500 };

/** Opens a store that logs its faults. It is closed after the test. */
export async function openFaultyStore(url: string, options: StoreOptions = {}): Promise<FaultyStore> {
  const logged: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const store = await openStore(url, { log, ...options });
  whenDone(() => store.close());
  return { ...store, logged };
}

/** Returns how often each message was logged as an error. */
export function errorsIn({ logged }: Pick<FaultyStore, 'logged'>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { level, msg = '' } of logged) if (level >= 50) counts[msg] = (counts[msg] ?? 0) + 1;
  return counts;
}
