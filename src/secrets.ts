import { createCipheriv, createDecipheriv, createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { makePrivate, PRIVATE } from './privateFile.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex'); // of a private key in PKCS #8 (RFC 8410 7)

export type Secrets = {
  /** Signs the session cookie. */
  sessionKey: string;
  /** Signs access tokens of profile sources. */
  accessTokenKey: string;
  /** Signs checkpoints of the audit log: a private key for Ed25519. */
  auditKey: KeyObject;
  /** Encrypts text for the database with AES-256-GCM. Returns nonce, tag and ciphertext in base64. */
  seal(text: string): string;
  /** Decrypts sealed text. @throws Error if it was sealed with another key, or was changed */
  unseal(sealed: string): string;
  /** Decrypts sealed text. Returns undefined if it was sealed with another key, or was changed. */
  tryUnseal(sealed: string): string | undefined;
};

/** Derives one key per purpose from the secret key (HKDF, RFC 5869). */
export function deriveSecrets(master: Buffer, randomBytes: (size: number) => Buffer): Secrets {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, '', `anteroom ${purpose}`, KEY_BYTES));
  const sealing = derive('at rest');
  const unseal = (sealed: string) => decrypted(Buffer.from(sealed, 'base64'), sealing);
  return {
    sessionKey: derive('session cookie').toString('base64'),
    accessTokenKey: derive('access token').toString('base64'),
    auditKey: createPrivateKey({
      key: Buffer.concat([ED25519_PREFIX, derive('audit log')]),
      format: 'der',
      type: 'pkcs8',
    }),
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    unseal,
    tryUnseal(sealed) {
      try {
        return unseal(sealed);
      } catch {
        return undefined;
      }
    },
  };
}

/** Where the secret key is: 'SECRET_KEY', or the path of the file in the data folder. */
export function secretKeyPlace({ secretKey, dataDir }: Config): string {
  return secretKey === undefined ? join(dataDir, 'secret.key') : 'SECRET_KEY';
}

/** Returns the secret key, or undefined if there is no file. @throws Error if the file has no key */
export function findSecretKey(config: Config): Buffer | undefined {
  if (config.secretKey) return Buffer.from(config.secretKey, 'base64');
  const file = secretKeyPlace(config);
  if (!existsSync(file)) return undefined;
  makePrivate(file);
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length < KEY_BYTES) throw new Error(`${file} does not contain ${KEY_BYTES} bytes in base64.`);
  return key;
}

/** Creates the file with the secret key, for its owner only and all at once, unless another process was faster. */
export function createSecretKey(config: Config, randomBytes: (size: number) => Buffer): void {
  const file = secretKeyPlace(config);
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: PRIVATE, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    // Some file systems have no links; there, the file is still never seen half written.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

function decrypted(bytes: Buffer, key: Buffer): string {
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), options);
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
