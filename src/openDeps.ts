import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { openStore } from './db/open.ts';
import type { Deps } from './deps.ts';
import { deriveSecrets, loadSecretKey } from './secrets.ts';

/** Opens everything that the server and the command line stand on; the first time it makes data folder, key and tables. */
export async function openDeps(config: Config, log: Logger): Promise<Deps> {
  const secrets = deriveSecrets(loadSecretKey(config, randomBytes), randomBytes);
  const store = await openStore(config.databaseUrl);
  return { config, store, secrets, now: Date.now, randomBytes, log };
}
