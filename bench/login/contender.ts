import type { Audience } from './answers.ts';
import type { Target } from './load.ts';

/** A server that takes answers, the address and name that they are for, and how many logins one round gives it. */
export type Contender = {
  name: string;
  audience: Audience;
  target: Target;
  expected: string; // what stands on the page behind the login
  batch: number;
  stop: () => Promise<void>;
};
