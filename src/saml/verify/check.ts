import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Db } from '../../db/open.ts';
import type { LoginRequestRow } from '../../db/schema.ts';
import type { Deps } from '../../deps.ts';
import type { Cause, ReasonCode } from '../../federation/reasons.ts';
import type { UserAttributes } from '../../people/attribute.ts';
import type { WritingDeps } from '../../people/recordPerson.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import type { LoginTest } from '../../store/loginTests.ts';
import type { User } from '../../store/users.ts';
import { NOT_UTF_8, XmlError } from '../../xml/error.ts';
import type { XmlElement } from '../../xml/tree.ts';
import type { AssertionContent } from './assertion.ts';
import type { ResponseParts } from './message.ts';
import { placesRead } from './places.ts';

/**
 * A check of a list. `run` returns a detail for Login activity if it tells more than that the value was the expected one, or throws a Refusal with one of `reasons`.
 * `section` is the section of the standard, or "own rule".
 * `reads` are the places in the messages that it reads, see places.ts.
 */
export type Check<Context = LoginContext> = {
  number: number; // identifies it in Login activity
  name: string;
  section: string;
  reads: readonly string[];
  reasons: readonly ReasonCode[];
  run: (context: Context) => string | undefined;
};

/** A check that needs more than the context: the HTTP request, or the database. */
export type AsyncCheck<Source, Context = LoginContext> = Omit<Check, 'run'> & {
  run: (context: Context, source: Source) => Promise<string | undefined> | string | undefined;
};

/** What a check writes with: the transaction that also records the login or logout, and what writing people needs. */
export type Writing = { db: Db; deps: WritingDeps };

/** A list of checks in the order in which they run. Those of `read` and `verify` are pure: no input or output. */
export type CheckList<Context> = {
  receive: AsyncCheck<IncomingMessage, Context>[];
  read: Check<Context>[];
  lookUp: AsyncCheck<Deps, Context>[];
  verify: Check<Context>[];
  match: AsyncCheck<Deps, Context>[];
  use: AsyncCheck<Writing, Context>[];
};

/** Returns a check for a list, with the places that it reads. */
export function check<Run>(number: number, name: string, section: string, run: Run, ...reasons: ReasonCode[]) {
  return { number, name, section, reads: placesRead[number] ?? [], run, reasons };
}

/** Returns the checks of a list in the order in which they run. */
export function inOrder<Context>(list: CheckList<Context>): Pick<Check, 'number' | 'name' | 'reads'>[] {
  return Object.values<Pick<Check, 'number' | 'name' | 'reads'>[]>(list).flat();
}

/** The result of a check that has run. */
export type CheckResult = { name: string; result: 'passed' | 'refused'; detail?: string | undefined } & Facts;

/** What a run of checks finds out about a message. */
export type CheckedMessage = { results: CheckResult[]; refusal?: Refusal };

/** One message of a provider: what is given, and what the checks find out. Times are epoch milliseconds. */
export type MessageContext = CheckedMessage & {
  domainId: string;
  entityId: string; // of the domain, or what its provider knows it by

  // Read from the HTTP request. Nothing of it is trusted.
  now: number;
  relayState?: string | undefined;
  octets?: Buffer;
  root?: XmlElement;

  // Looked up by what the message claims
  provider?: IdentityProvider | undefined; // in a Test login, as it was on the form
  signingKeys: readonly KeyObject[]; // of the provider, from its imported metadata only
  decryptionKeys: readonly KeyObject[]; // of the domain
};

/** One login through a provider, in the order of its checks. */
export type LoginContext = MessageContext & {
  acsUrl: string; // of the domain: the expected Destination and Recipient
  defaultAcsUrl?: string | undefined; // accepted as well, if the domain has an ACS URL of its own
  secretOf: (requestId: string) => string | undefined; // in this browser's cookie for a login request
  requestIds: readonly string[]; // of the login requests in its cookies
  samlResponse: string; // the field of the form

  // Looked up by what the message claims
  claimedRequest?: LoginRequestRow | undefined; // perhaps used, or expired
  ownRequest?: LoginRequestRow | undefined; // of this browser and open, perhaps not named by the response
  test?: LoginTest | undefined; // the Test login that the response belongs to: whatever it says, no session starts
  expectedRequest?: { id: string; forceAuthn: boolean; issuedAt: number } | undefined; // undefined: IdP-initiated
  requestFault?: ReasonCode | undefined; // why the claimed request is not one of this browser
  request?: LoginRequestRow | undefined; // the claimed request, if it has no fault

  // Verified
  parts?: ResponseParts;
  responseSigned: boolean; // and the signature verified
  assertion?: XmlElement | undefined; // signed itself, or inside a signed Response
  content?: AssertionContent;

  // Matched
  assertedName?: string;
  people: User[];
  newPerson?: UserAttributes; // that the login creates: until it is stored, `user` has no ID
  leftOut?: string[]; // what the provider sent that could not be stored: columns of a CSV file
  user?: User;
};

/** Returns the context of a login before the first check. */
export function createLogin(
  given: Pick<LoginContext, 'domainId' | 'entityId' | 'acsUrl' | 'secretOf'> & Partial<LoginContext>,
): LoginContext {
  const nothing = {
    requestIds: [],
    signingKeys: [],
    decryptionKeys: [],
    responseSigned: false,
    people: [],
    results: [],
  };
  return { now: 0, samlResponse: '', ...nothing, ...given };
}

/** Runs checks until one fails, which becomes `context.refusal`, and adds their results to the context. */
export function runChecks<Context extends CheckedMessage>(context: Context, checks: readonly Check<Context>[]): void {
  for (const { name, run } of checks) {
    if (context.refusal) return;
    try {
      context.results.push({ name, result: 'passed', detail: run(context) });
    } catch (error) {
      addRefusal(context, name, error);
    }
  }
}

/** Like runChecks, for checks that need a source. */
export async function runAsyncChecks<Context extends CheckedMessage, Source>(
  context: Context,
  checks: readonly AsyncCheck<Source, Context>[],
  source: Source,
): Promise<void> {
  for (const { name, run } of checks) {
    if (context.refusal) return;
    try {
      context.results.push({ name, result: 'passed', detail: await run(context, source) });
    } catch (error) {
      addRefusal(context, name, error);
    }
  }
}

function addRefusal(context: CheckedMessage, name: string, error: unknown): void {
  const refusal = refusalOf(error);
  context.refusal = refusal;
  context.results.push({ name, result: 'refused', ...refusal.facts });
}

/** Returns whether a check has run and passed. */
export function hasPassed({ results }: CheckedMessage, check: string): boolean {
  return results.some(({ name, result }) => name === check && result === 'passed');
}

/** Returns what an earlier check found. Throws if that check did not run: no check can be skipped. */
export function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('A check that this one depends on did not run.');
  return value;
}

/** What a Power User reads about a refusal besides its reason. Never shown to the sender. */
export type Facts = {
  detail?: string;
  expected?: string;
  received?: string;
  cause?: Cause | undefined;
  skewSeconds?: number; // the clock skew that would accept it
};

/** Thrown by a check that fails. Never leaves src/saml. */
export class Refusal extends Error {
  readonly reason: ReasonCode;
  readonly facts: Facts;

  constructor(reason: ReasonCode, facts: Facts = {}) {
    super(reason);
    this.reason = reason;
    this.facts = facts;
  }
}

/** Throws a Refusal. `received` is cut to 200 characters, because it comes from outside. */
export function refuse(reason: ReasonCode, facts: Facts = {}): never {
  const { received } = facts;
  throw new Refusal(reason, received === undefined ? facts : { ...facts, received: received.slice(0, 200) });
}

/** Returns the Refusal behind a caught error: the error itself, or what an XmlError means. Throws any other error again. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof XmlError) {
    const { reason, detail } = error;
    return new Refusal(reason, { ...(detail && { detail }), ...(detail === NOT_UTF_8 && { cause: 'encoding' }) });
  }
  throw error;
}
