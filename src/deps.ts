import type { KeyObject } from 'node:crypto';
import type { Logger } from 'pino';
import type { Actors } from './audit/actor.ts';
import type { Background } from './background.ts';
import type { Config } from './config.ts';
import type { Store } from './db/open.ts';
import type { FetchResult } from './federation/metadata/fetchMetadata.ts';
import type { Traffic } from './federation/traffic.ts';
import type { AttributeList } from './people/attribute.ts';
import type { Secrets } from './secrets.ts';
import type { Webhooks } from './webhooks/publish.ts';

/** An RSA key pair in PEM: PKCS #8 and SubjectPublicKeyInfo. The private key is a secret: it must be encrypted at rest. */
export type KeyPair = { privateKey: string; publicKey: string };

/** The cost of hashing a password (argon2id, one lane): memory in KiB, and passes over it. */
export type PasswordCost = { memory: number; passes: number };

/** Everything that the code needs from outside. It is the only source of time and randomness. */
export type Deps = {
  config: Config;
  store: Store;
  secrets: Secrets;
  attributes: { list: AttributeList; version: number }; // of people, with those of the installation (people/customAttributes.ts)
  now: () => number; // epoch milliseconds
  randomBytes: (size: number) => Buffer;
  keys: {
    createKeyPair: () => Promise<KeyPair>;
    publicKey: (pem: string) => KeyObject; // of a certificate or a public key
    privateKey: (sealed: string) => KeyObject; // sealed with `secrets`
  };
  passwordCost: PasswordCost;
  actors: Actors; // who the code that runs now works for, for the audit log
  webhooks: Webhooks;
  traffic: Traffic;
  metadataFetches: Map<string, Promise<FetchResult>>; // under way, by URL
  metadataRefreshes: Map<string, Promise<unknown>>; // under way, by provider
  background: Background;
  log: Logger;
};
