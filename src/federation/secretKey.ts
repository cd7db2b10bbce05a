import type { Config } from '../config.ts';
import type { Db } from '../db/open.ts';
import { createSecretKey, deriveSecrets, findSecretKey, type Secrets, secretKeyPlace } from '../secrets.ts';
import { readCount } from '../store/directoryCounts.ts';
import { listDomains, listSealedKeys } from '../store/domains.ts';
import { addSetting, findSetting } from '../store/settings.ts';

const SETTING = 'secretKeyCheck';
const CHECK = 'anteroom'; // what is sealed under SETTING

type RandomBytes = (size: number) => Buffer;

/**
 * Returns the secrets of the key that belongs to this database. The first start creates the key and seals a check value with it; a database
 * of an earlier version has none yet, and is checked with the private keys of its domains.
 * @throws Error if the key is missing or another one, because a new key beside sealed data would make that data unreadable
 */
export async function openSecrets(config: Config, db: Db, randomBytes: RandomBytes): Promise<Secrets> {
  const place = secretKeyPlace(config);
  if (findSecretKey(config) === undefined) {
    if (!(await isEmpty(db)))
      throw new Error(
        `The secret key is missing: restore ${place}, which this database was written with, or set SECRET_KEY.`,
      );
    createSecretKey(config, randomBytes);
  }
  const secrets = deriveSecrets(findSecretKey(config) ?? Buffer.of(), randomBytes);
  if (!(await belongs(secrets, db)))
    throw new Error(
      `The secret key in ${place} does not belong to this database: restore the key that it was written with.`,
    );
  return secrets;
}

/** Returns whether nothing was ever stored: each start leaves a domain, and the command line people. */
async function isEmpty(db: Db): Promise<boolean> {
  if ((await findSetting(db, SETTING)) !== undefined) return false;
  return (await listDomains(db)).length === 0 && (await readCount(db, 'users')) === 0;
}

async function belongs(secrets: Secrets, db: Db): Promise<boolean> {
  if ((await findSetting(db, SETTING)) === undefined) {
    const sealed = await listSealedKeys(db);
    if (sealed.length > 0 && !sealed.some((key) => secrets.tryUnseal(key) !== undefined)) return false;
    await addSetting(db, SETTING, secrets.seal(CHECK));
  }
  // Read again, because another process may have stored the check value of another key.
  return secrets.tryUnseal(String(await findSetting(db, SETTING))) !== undefined;
}
