import type { LoginRequestRow } from '../../db/schema.ts';
import type { Deps } from '../../deps.ts';
import { hashToken } from '../../identifier.ts';
import { findLoginRequest, listLoginRequests } from '../../store/loginRequests.ts';
import { findTestOfRequest } from '../../store/loginTests.ts';
import { attributeOf } from '../../xml/tree.ts';
import type { LoginContext } from './check.ts';

const PAGE = /^(?:\/|https?:)/; // a RelayState from a tile

/**
 * Finds the open login request of this browser that a response belongs to, even if it is refused or does not name it: the one that it names,
 * or that its RelayState names, or else the newest. It proves nothing about the response. It tells a Test login, and what was left out.
 */
export async function findOwnRequest(login: LoginContext, { store }: Pick<Deps, 'store'>): Promise<void> {
  const id = login.root && attributeOf(login.root, 'InResponseTo');
  if (id) login.claimedRequest = await findLoginRequest(store.db, id);
  if (login.claimedRequest && isOpenHere(login, login.claimedRequest)) login.ownRequest = login.claimedRequest;
  else if (login.requestIds.length > 0) login.ownRequest = await findOther(login, store);
}

/** Finds the Test login whose login request a response names, used or not, in whatever browser; or that this browser waits for. */
export async function findTest(login: LoginContext, { store }: Pick<Deps, 'store'>): Promise<void> {
  const request = login.claimedRequest?.test === 1 ? login.claimedRequest : login.ownRequest;
  if (request?.test === 1) login.test = await findTestOfRequest(store.db, request.id);
}

/** Returns whether a login request may still be used. */
export function isUsable({ usedAt, expiresAt }: LoginRequestRow, now: number): boolean {
  return usedAt === null && expiresAt > now;
}

/** Returns whether this browser made a login request. */
export function isOfBrowser({ secretOf }: LoginContext, request: LoginRequestRow): boolean {
  const secret = secretOf(request.id);
  return secret !== undefined && hashToken(secret) === request.browserHash;
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
