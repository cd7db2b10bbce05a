import { hash } from 'node:crypto';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { Conflict, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import type { Domain } from '../store/domains.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { hasWorked } from '../store/loginCounts.ts';
import {
  countOpenTests,
  deleteOldestOpenTest,
  findLoginTest,
  insertLoginTest,
  type LoginTest,
  listPassedTests,
  recordPassedTest,
  type Starter,
} from '../store/loginTests.ts';
import { singleSignOnFor } from './providers.ts';
import { serviceProviderDetails } from './serviceProvider.ts';

const TEST_MS = 15 * 60_000;
const MOST_OPEN = 200; // of everyone
const MOST_OWN = 10;
const LONGEST_DRAFT = 512 * 1024; // characters of JSON
const MOST_PASSED = 10; // remembered for each provider of a domain
const UNTESTED = ['refresh', 'metadataSigners', 'sendSubject', 'singleLogout']; // settings that decide about no login

/** What is tested: a provider as it is on a form. `importId`: the preview of metadata that is not imported yet. */
export type Draft = { draft: IdentityProvider; providerId: string | null; importId?: string | undefined };

/** Whether a Test login can be started, waits for the response, is over, or got no response in time. */
export type TestState = 'ready' | 'waiting' | 'finished' | 'expired';

/**
 * Starts a Test login at a domain: keeps what is tested for 15 minutes. The browser then goes to testRequestPath() and on to the provider,
 * and comes back to testPath(). The eleventh open test of a starter replaces their first one.
 * @throws Conflict if the draft is too large, or too many tests are open
 */
export async function startTest(deps: Deps, domain: Domain, starter: Starter, tested: Draft): Promise<LoginTest> {
  const [now, id] = [deps.now(), newId(deps)];
  // What is tested need not be enabled, nor used at this domain yet.
  const draft = { ...tested.draft, id: tested.providerId ?? id, enabled: true };
  if (JSON.stringify(draft).length > LONGEST_DRAFT) throw new Conflict('This metadata is too large to be tested.');
  const test: LoginTest = {
    ...{ id, domainId: domain.id, providerId: tested.providerId, importId: tested.importId ?? null, starter, draft },
    ...{ requestId: null, createdAt: now, expiresAt: now + TEST_MS, activityId: null, matched: [] },
  };
  await deps.store.db.transaction().execute(async (trx) => {
    const { all, own } = await countOpenTests(trx, starter, now);
    if (own >= MOST_OWN) await deleteOldestOpenTest(trx, starter);
    else if (all >= MOST_OPEN) throw new Conflict('Too many tests are open. Try again in 15 minutes.');
    await insertLoginTest(trx, test);
  });
  return test;
}

/** Returns the Test login with an ID. @throws NotFound if it was deleted */
export async function getTest(db: Db, id: string): Promise<LoginTest> {
  const test = await findLoginTest(db, id);
  if (!test) throw new NotFound('This test has expired. Start it again.');
  return test;
}

/** Returns how far a Test login is. */
export function testStateOf({ activityId, requestId, expiresAt }: LoginTest, now: number): TestState {
  if (activityId !== null) return 'finished';
  if (expiresAt <= now) return 'expired';
  return requestId === null ? 'ready' : 'waiting';
}

/** The page of a Test login, which leads its starter to the result. */
export function testPath(id: string): string {
  return `/saml/test/${id}`;
}

/** The path that sends a browser to the provider of a Test login, once. */
export function testRequestPath(id: string): string {
  return `${testPath(id)}/request`;
}

/** Remembers that a Test login passed with a provider as it was. */
export async function rememberPassed(db: Db, domain: Domain, provider: IdentityProvider, at: number): Promise<void> {
  const { entityId, facts } = provider;
  const certificates = facts.certificates.map(({ sha256 }) => sha256);
  const passed = { domainId: domain.id, entityId, digest: digestOf(domain, provider), certificates, at };
  await recordPassedTest(db, passed, MOST_PASSED);
}

/**
 * Whether a provider was tested at a domain: with what is saved now, or only before a change that matters. `worked`: real logins with it
 * were accepted.
 */
export type Tested = { state: 'current' | 'changed' | 'never'; at: number | undefined; worked: boolean };

/**
 * Returns whether a provider was tested at a domain. A test counts until the EntityID, the URL for login requests, the ACS URL or a setting
 * changes, or a certificate is removed. A new certificate beside the old ones changes nothing.
 */
export async function testedOf(db: Db, domain: Domain, provider: IdentityProvider): Promise<Tested> {
  const passed = await listPassedTests(db, domain.id, provider.entityId);
  const [digest, trusted] = [digestOf(domain, provider), provider.facts.certificates.map(({ sha256 }) => sha256)];
  const current = passed.find((one) => one.digest === digest && one.certificates.every((sha) => trusted.includes(sha)));
  const state = current ? 'current' : passed.length > 0 ? 'changed' : 'never';
  return { state, at: (current ?? passed[0])?.at, worked: await hasWorked(db, domain.id, provider.id) };
}

/** Returns whether logins with a provider are known to work: a Test login passed with what is saved, or people have logged in. */
export function isProven({ state, worked }: Tested): boolean {
  return worked || state === 'current';
}

/** Name and button are for people, and refreshes keep what was tested. Everything else may decide about a login. */
function digestOf(domain: Domain, provider: IdentityProvider): string {
  const { requestBinding, spEntityId } = provider.settings;
  const { entityId, acsUrl } = serviceProviderDetails(domain, spEntityId);
  const url = singleSignOnFor(provider, requestBinding);
  const settings = Object.entries(provider.settings)
    .filter(([name]) => name !== 'requestBinding' && !UNTESTED.includes(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const tested = [provider.entityId, url, requestBinding, entityId, acsUrl, settings];
  return hash('sha256', JSON.stringify(tested), 'base64url');
}
