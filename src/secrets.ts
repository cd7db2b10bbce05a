import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type Secrets = {
  /** Signs the session cookie. */
  sessionKey: string;
  /** Encrypts text for the database with AES-256-GCM. Returns nonce, tag and ciphertext in base64. */
  seal(text: string): string;
  /** Decrypts sealed text. @throws Error if it was sealed with another key, or was changed */
  unseal(sealed: string): string;
};

/** Derives one key per purpose from the secret key (HKDF, RFC 5869). */
export function deriveSecrets(master: Buffer, randomBytes: (size: number) => Buffer): Secrets {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, '', `anteroom ${purpose}`, KEY_BYTES));
  const sealing = derive('at rest');
  return {
    sessionKey: derive('session cookie').toString('base64'),
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    unseal(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

/**
 * Returns the secret key: SECRET_KEY, or the file `secret.key` in the data folder, which the first start creates for its owner only.
 * If two processes start at the same time, both use the file of the first.
 */
export function loadSecretKey(config: Config, randomBytes: (size: number) => Buffer): Buffer {
  if (config.secretKey) return Buffer.from(config.secretKey, 'base64');
  const file = join(config.dataDir, 'secret.key');
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length < KEY_BYTES) throw new Error(`${file} does not contain ${KEY_BYTES} bytes in base64.`);
  return key;
}
