import type { SignIns } from './console/signIns.ts';
import type { State } from './directory/types.ts';

/** An RSA key pair in PEM: PKCS #8 and SubjectPublicKeyInfo. */
export type KeyPair = { privateKey: string; publicKey: string };

/** What every part of the provider is given. */
export type Deps = {
  url: string; // the provider's own origin, such as http://127.0.0.1:3001
  state: State;
  save: () => void; // after each change of the state
  signIns: SignIns;
  provisioning: { last: Promise<unknown> }; // the last synchronization, after which the next one runs
  now: () => number; // epoch milliseconds
  randomBytes: (size: number) => Buffer;
  createKeyPair: () => Promise<KeyPair>;
  passwordCost: number; // scrypt's N
};
