import type { Target } from './load.ts';
import type { Audience } from './responses.ts';

/** A server that accepts SAML responses, their target and audience, and the number of logins per round. */
export type Contender = {
  name: string;
  audience: Audience;
  target: Target;
  expected: string; // text on the page after the login
  batch: number;
  stop: () => Promise<void>;
};
