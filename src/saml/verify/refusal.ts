import { XmlError } from '../../xml/error.ts';
import type { ReasonCode } from './verdict.ts';

/** What a refusal says to a Power User beside its reason; never shown to whoever sent the message. */
export type RefusalFacts = { detail?: string; expected?: string; received?: string };

/** The one thing that the reading of a message throws. It is caught where a message is judged and never leaves src/saml. */
export class Refusal extends Error {
  readonly reason: ReasonCode;
  readonly facts: RefusalFacts;

  constructor(reason: ReasonCode, facts: RefusalFacts = {}) {
    super(reason);
    this.reason = reason;
    this.facts = facts;
  }
}

/** Refuses with a reason from the closed list; `received` is cut to 200 characters, since it comes from outside. */
export function refuse(reason: ReasonCode, facts: RefusalFacts = {}): never {
  const { received } = facts;
  throw new Refusal(reason, received === undefined ? facts : { ...facts, received: received.slice(0, 200) });
}

/** Returns the Refusal behind a caught error: the error itself, or the one that an XmlError means. Throws any other error again. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof XmlError)
    return new Refusal(error.reason, error.detail === undefined ? {} : { detail: error.detail });
  throw error;
}
