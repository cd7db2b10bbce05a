import type { Db } from '../../db/open.ts';
import type { LoginRequestRow } from '../../db/schema.ts';
import type { Deps } from '../../deps.ts';
import { findPrivateKeys } from '../../federation/domainKeys.ts';
import { signingKeysOf } from '../../federation/keys.ts';
import type { Cause, ReasonCode } from '../../federation/reasons.ts';
import { hashToken } from '../../identifier.ts';
import { findProvider, findProviderAt, findProviderByEntityId } from '../../store/identityProviders.ts';
import { consumeLoginRequest, findLoginRequest, listLoginRequests } from '../../store/loginRequests.ts';
import { findTestOfRequest } from '../../store/loginTests.ts';
import { isAssertionUsed, recordAssertion } from '../../store/usedAssertions.ts';
import { attributeOf, childOf } from '../../xml/tree.ts';
import { type Facts, found, type LoginContext, type MessageContext, refuse, type Writing } from './check.ts';
import { usableUntil } from './contentChecks.ts';
import { malformed, requestIdOf, SAML } from './elements.ts';
import { claimedIssuer } from './message.ts';

const PAGE = /^(?:\/|https?:)/; // a RelayState from a tile

/**
 * Finds the login request that a response names, the open one of this browser that it belongs to, and their Test login, even if the response
 * is refused already. The request of this browser is the one that the response or its RelayState names, or else the newest. It proves nothing
 * about the response: it tells a Test login, used or not, in whatever browser, and what was left out.
 */
export async function findRequests(login: LoginContext, { store }: Pick<Deps, 'store'>): Promise<void> {
  const id = login.root && attributeOf(login.root, 'InResponseTo');
  if (id) login.claimedRequest = await findLoginRequest(store.db, id);
  if (login.claimedRequest && isOpenHere(login, login.claimedRequest)) login.ownRequest = login.claimedRequest;
  else if (login.requestIds.length > 0) login.ownRequest = await findOther(login, store);
  const request = login.claimedRequest?.test === 1 ? login.claimedRequest : login.ownRequest;
  if (request?.test === 1) login.test = await findTestOfRequest(store.db, request.id);
}

async function findOther(login: LoginContext, store: Deps['store']): Promise<LoginRequestRow | undefined> {
  const { relayState = '', claimedRequest, requestIds } = login;
  const open = (await listLoginRequests(store.db, requestIds)).filter((request) => isOpenHere(login, request));
  const named = open.find((request) => request.relayState === relayState);
  // A page left open names an older request, and a tile a page: neither belongs to the newest.
  if (named || claimedRequest || PAGE.test(relayState)) return named;
  return open.toSorted((one, other) => other.createdAt - one.createdAt)[0];
}

function isOpenHere(login: LoginContext, request: LoginRequestRow): boolean {
  return request.domainId === login.domainId && isUsable(request, login.now) && isOfBrowser(login, request);
}

/** Returns whether a login request may still be used. */
export function isUsable({ usedAt, expiresAt }: LoginRequestRow, now: number): boolean {
  return usedAt === null && expiresAt > now;
}

function isOfBrowser({ secretOf }: LoginContext, request: LoginRequestRow): boolean {
  const secret = secretOf(request.id);
  return secret !== undefined && hashToken(secret) === request.browserHash;
}

/**
 * Finds, among the providers of the domain, the one that the message claims. If only an encrypted Assertion names
 * the issuer, the provider is the one that the login request was sent to; an IdP-initiated response must name it (saml-profiles 4.1.4.2).
 */
export async function checkProviderKnown(login: LoginContext, { store }: Deps): Promise<undefined> {
  const root = found(login.root);
  const issuer = claimedIssuer(root);
  if (issuer === undefined && requestIdOf(root) === undefined) malformed('an Issuer', 'none');
  const { draft } = login.test ?? {};
  if (draft) login.provider = issuer === undefined || issuer === draft.entityId ? draft : undefined;
  else if (issuer !== undefined) login.provider = await findProviderByEntityId(store.db, login.domainId, issuer);
  else if (login.claimedRequest)
    login.provider = await findProviderAt(store.db, login.domainId, login.claimedRequest.providerId);
  if (login.provider?.settings.spEntityId) login.entityId = login.provider.settings.spEntityId;
  if (login.provider === undefined) await refuseUnknown(login, issuer ?? 'none', store.db);
}

async function refuseUnknown(login: LoginContext, received: string, db: Db): Promise<never> {
  const request = login.ownRequest ?? login.claimedRequest;
  const wanted = login.test?.draft ?? (request && (await findProvider(db, request.providerId)));
  if (wanted === undefined || wanted.entityId === received)
    return refuse('provider_unknown', { expected: 'the EntityID of a provider of this domain', received });
  const detail = `The login request was sent to ${wanted.name}.`;
  return refuse('provider_unknown', { cause: 'other_entity_id', expected: wanted.entityId, received, detail });
}

export function checkProviderEnabled({ provider }: MessageContext): undefined {
  if (!found(provider).enabled) refuse('provider_disabled');
}

/** Loads what the message is verified with. A fault of the login request is refused later, when it is known who signed the message. */
export async function loadExpectations(login: LoginContext, deps: Deps): Promise<undefined> {
  const root = found(login.root);
  const id = requestIdOf(root);
  const { claimedRequest, now } = login;
  login.signingKeys = signingKeysOf(deps, found(login.provider));
  if (childOf(root, SAML, 'EncryptedAssertion')) login.decryptionKeys = await findPrivateKeys(deps, login.domainId);
  if (!id) return;
  login.expectedRequest = {
    id,
    forceAuthn: claimedRequest?.forceAuthn === 1,
    issuedAt: claimedRequest?.createdAt ?? now,
  };
  login.requestFault = requestFault(login);
  login.request = login.requestFault === undefined ? claimedRequest : undefined;
}

function requestFault(login: LoginContext): ReasonCode | undefined {
  const { claimedRequest, domainId, provider, now } = login;
  if (!claimedRequest || claimedRequest.domainId !== domainId) return 'request_unknown';
  // The request of a Test login belongs to this test, and to nothing else.
  if (claimedRequest.test === 1 || login.test)
    if (claimedRequest.id !== login.test?.requestId) return 'request_unknown';
  if (!isUsable(claimedRequest, now)) return 'request_unknown';
  if (claimedRequest.providerId !== provider?.id) return 'request_other_provider';
  return isOfBrowser(login, claimedRequest) ? undefined : 'request_other_browser';
}

/**
 * Records the assertion as used. One that came with the login request of another browser stays unused, for that browser. A Test login
 * records nothing: its keys may be those of metadata that is not imported, and its login request can be used only once anyway.
 */
export async function checkNotUsed(login: LoginContext, { db }: Writing): Promise<undefined> {
  const { entityId } = found(login.provider);
  const assertion = { entityId, assertionId: found(login.content).id, expiresAt: usableUntil(login) };
  const unused =
    login.requestFault || login.test ? !(await isAssertionUsed(db, assertion)) : await recordAssertion(db, assertion);
  if (!unused) refuse('assertion_replayed');
}

/** Uses up the login request. */
export async function checkRequest(login: LoginContext, { db }: Writing): Promise<undefined> {
  const { requestFault, request, now } = login;
  if (requestFault) refuse(requestFault, requestFacts(login, requestFault));
  if (request && !(await consumeLoginRequest(db, request.id, now)))
    refuse('request_unknown', { cause: 'request_used', received: request.id });
}

function requestFacts(login: LoginContext, fault: ReasonCode): Facts {
  const { ownRequest, expectedRequest, provider, claimedRequest } = login;
  const received = fault === 'request_other_provider' ? provider?.entityId : expectedRequest?.id;
  return {
    expected: ownRequest?.id ?? 'a login request of this browser',
    ...(received !== undefined && { received }),
    ...(fault === 'request_unknown' && { cause: causeOf(login, claimedRequest) }),
  };
}

function causeOf({ domainId }: LoginContext, claimed: LoginRequestRow | undefined): Cause {
  if (claimed === undefined) return 'never_issued';
  if (claimed.domainId !== domainId) return 'request_of_other_domain';
  return claimed.usedAt === null ? 'request_expired' : 'request_used';
}
