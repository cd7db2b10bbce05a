import type { Check, ReasonCode, UnverifiedResponse, Verdict, VerifyContext } from './verdict.ts';
import type { XmlElement } from './xml/tree.ts';

/** A Response within the limits, with its tree. Only `verifyResponse` reads the tree. */
export type ReadResponse = UnverifiedResponse & { readonly root: XmlElement };

/** What reading a form field gives: the Response to look the provider and the request up for, or why it is none. */
export type ReadOutcome = { ok: true; response: ReadResponse } | { ok: false; reason: ReasonCode; checks: Check[] };

/**
 * Decodes and parses the `SAMLResponse` field of the HTTP-POST binding (saml-bindings 3.5.4) within the limits.
 * Takes the field's raw value, base64 with or without line breaks. Refuses by value; it throws nothing.
 */
export function readResponse(_samlResponse: string): ReadOutcome {
  return { ok: false, reason: 'base64_invalid', checks: [] };
}

/**
 * Judges a Response that was read, against the provider's keys and the request that it claims to answer. Pure: the time is `context.now`.
 * Gives what was signed, or the one reason why the answer is refused; `checks` lists every check in its order either way.
 */
export function verifyResponse(_response: ReadResponse, _context: VerifyContext): Verdict {
  return { ok: false, reason: 'signature_missing', checks: [] };
}
