import type { Logins } from './console/logins.ts';
import type { State } from './directory/types.ts';

/** An RSA key pair in PEM: PKCS #8 and SubjectPublicKeyInfo. */
export type KeyPair = { privateKey: string; publicKey: string };

/** What every part of the provider receives. */
export type Deps = {
  url: string; // the provider's origin, such as http://127.0.0.1:3001
  state: State;
  save: () => void; // call after each change of the state
  logins: Logins;
  provisioning: { last: Promise<unknown> }; // the latest synchronization; the next one waits for it
  now: () => number; // epoch milliseconds
  randomBytes: (size: number) => Buffer;
  createKeyPair: () => Promise<KeyPair>;
  passwordCost: number; // scrypt's N
};
