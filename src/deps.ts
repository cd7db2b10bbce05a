import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Store } from './db/open.ts';
import type { Secrets } from './secrets.ts';

/** Everything that a part of the program needs from outside itself. Time and randomness come from here and from nowhere else. */
export type Deps = {
  config: Config;
  store: Store;
  secrets: Secrets;
  now: () => number; // epoch milliseconds
  randomBytes: (size: number) => Buffer;
  log: Logger;
};
