import type { SignIns } from './console/signIns.ts';
import type { State } from './directory/types.ts';

/** What every part of the provider is given. */
export type Deps = {
  url: string; // the provider's own origin, such as http://127.0.0.1:3001
  state: State;
  save: () => void; // after each change of the state
  signIns: SignIns;
  provisioning: { last: Promise<unknown> }; // the last synchronization, after which the next one runs
  now: () => number; // epoch milliseconds
  randomBytes: (size: number) => Buffer;
};
