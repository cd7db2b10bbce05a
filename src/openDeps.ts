import { AsyncLocalStorage } from 'node:async_hooks';
import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { openBackground } from './background.ts';
import type { Config } from './config.ts';
import { openStore } from './db/open.ts';
import type { Deps, KeyPair } from './deps.ts';
import { createKeyParsers } from './federation/keys.ts';
import { openSecrets } from './federation/secretKey.ts';
import { openTraffic } from './federation/traffic.ts';
import { recommendedCost } from './login/passwords.ts';
import { personAttributes } from './people/attributes.ts';
import { refreshAttributes } from './people/customAttributes.ts';
import { openWebhooks, refreshWebhooks } from './webhooks/publish.ts';

const POOL_BYTES = 8_192;
const RSA_BITS = 3_072;

const generate = promisify(generateKeyPair);

/** Opens what the server and the command line need. The first time, this creates the data folder, the secret key and the tables. */
export async function openDeps(config: Config, log: Logger): Promise<Deps> {
  const random = openRandomBytes();
  const { databaseUrl, databasePoolSize: poolSize, databaseWaitMs: waitMs } = config;
  const store = await openStore(databaseUrl, { log, poolSize, waitMs });
  const secrets = await openSecrets(config, store.db, random).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const attributes = { list: personAttributes, version: 0 };
  await refreshAttributes({ store, attributes });
  const webhooks = openWebhooks();
  await refreshWebhooks({ store, webhooks, now: Date.now });
  return {
    config,
    store,
    secrets,
    attributes,
    now: Date.now,
    randomBytes: random,
    keys: { createKeyPair, ...createKeyParsers(secrets) },
    passwordCost: recommendedCost,
    actors: new AsyncLocalStorage(),
    webhooks,
    traffic: openTraffic(),
    metadataFetches: new Map(),
    metadataRefreshes: new Map(),
    background: openBackground(),
    log,
  };
}

/**
 * Returns a function that returns random bytes from a pool, because a call of the system's generator costs far more than its bytes.
 * No byte is returned twice.
 */
export function openRandomBytes(): (size: number) => Buffer {
  let pool = Buffer.alloc(0);
  let used = 0;
  return (size) => {
    if (size > POOL_BYTES) return randomBytes(size);
    if (used + size > pool.length) {
      pool = randomBytes(POOL_BYTES);
      used = 0;
    }
    used += size;
    return pool.subarray(used - size, used);
  };
}

/** Creates an RSA key pair of 3072 bits. */
export function createKeyPair(): Promise<KeyPair> {
  return generate('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
