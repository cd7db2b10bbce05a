import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { secretKeyPlace } from '../secrets.ts';
import { Refused } from './command.ts';

type Environment = Record<string, string | undefined>;

/**
 * Refuses to work in the default folder if the server's data is not there: the command would create a second database, or a second key,
 * that the server does not know. @throws Refused
 */
export function checkServerData(env: Environment, config: Config): void {
  if (env.DATA_DIR) return;
  const folder = resolve(config.dataDir);
  if (!env.DATABASE_URL && !existsSync(join(folder, 'anteroom.db'))) throw refusal('database', 'DATABASE_URL', folder);
  if (!env.SECRET_KEY && !existsSync(secretKeyPlace(config))) throw refusal('secret key', 'SECRET_KEY', folder);
}

function refusal(what: string, variable: string, folder: string): Refused {
  return new Refused(
    `There is no ${what} of a server in ${folder}. Use the environment of the server: --env-file FILE, or set DATA_DIR or ${variable}. ` +
      'If this is a new installation, start the server first.',
  );
}
