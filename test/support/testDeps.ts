import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { openBackground } from '../../src/background.ts';
import { parseConfig } from '../../src/config.ts';
import type { Store } from '../../src/db/open.ts';
import type { Deps, KeyPair, PasswordCost } from '../../src/deps.ts';
import { createKeyParsers } from '../../src/federation/keys.ts';
import { openTraffic } from '../../src/federation/traffic.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { deriveSecrets } from '../../src/secrets.ts';
import { openWebhooks } from '../../src/webhooks/publish.ts';
import keyPairs from './keyPairs.json' with { type: 'json' };
import { openTestStore } from './stores.ts';
import { tempFolder } from './tempFolder.ts';

/** The time at which every test starts. */
export const testStart = Date.UTC(2026, 2, 2, 9, 0, 0);

/** The secret key of every test, for programs on the same database. */
export const testSecretKey = Buffer.alloc(32, 7);

/** The lowest cost that argon2 allows with one lane. */
export const testPasswordCost: PasswordCost = { memory: 8, passes: 1 };

/** A clock that a test moves. */
export type Clock = { at: number; advance(milliseconds: number): void };

export type TestDeps = Deps & { clock: Clock; logged: LogLine[] };

/** A line of the log. */
export type LogLine = { level: number; msg?: string; [field: string]: unknown };

type Overrides = {
  store?: Store; // a new one on SQLite by default
  env?: Record<string, string>; // more environment variables
  seed?: string; // of the random bytes
  at?: number; // epoch milliseconds
};

/** Returns deps with a fixed clock, repeatable random bytes, checked-in keys and a log in memory. */
export async function testDeps({
  store,
  env = {},
  seed = 'anteroom',
  at = testStart,
}: Overrides = {}): Promise<TestDeps> {
  const clock = testClock(at);
  const randomBytes = seededBytes(seed);
  const logged: LogLine[] = [];
  const secrets = deriveSecrets(testSecretKey, randomBytes);
  return {
    config: parseConfig({ DATA_DIR: tempFolder(), METADATA_PRIVATE_NETWORKS: 'allow', ...env }),
    store: store ?? (await openTestStore()),
    secrets,
    attributes: { list: personAttributes, version: 0 },
    now: () => clock.at,
    randomBytes,
    keys: { ...createKeyParsers(secrets), createKeyPair: testKeyPairs() },
    passwordCost: testPasswordCost,
    actors: new AsyncLocalStorage(),
    webhooks: openWebhooks(),
    traffic: openTraffic(),
    metadataFetches: new Map(),
    metadataRefreshes: new Map(),
    background: openBackground(),
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    clock,
    logged,
  };
}

/** Returns checked-in RSA-2048 key pairs in turn, because creating one takes longer than most tests. They are only used in tests. */
export function testKeyPairs(): () => Promise<KeyPair> {
  let next = 0;
  return async () => {
    const pair = keyPairs[next % keyPairs.length];
    if (!pair) throw new Error('keyPairs.json is empty');
    next += 1;
    return pair;
  };
}

/** Returns a clock that stays at a time (epoch milliseconds) until a test moves it. */
export function testClock(at: number = testStart): Clock {
  const clock: Clock = {
    at,
    advance: (milliseconds) => {
      clock.at += milliseconds;
    },
  };
  return clock;
}

/** Returns bytes that look random, the same ones for the same seed and the same number of calls. */
export function seededBytes(seed: string): (size: number) => Buffer {
  let calls = 0;
  return (size) => {
    calls += 1;
    return createHash('shake256', { outputLength: Math.max(size, 1) })
      .update(`${seed} ${calls}`)
      .digest()
      .subarray(0, size);
  };
}
