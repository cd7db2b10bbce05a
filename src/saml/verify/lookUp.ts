import type { Db } from '../../db/open.ts';
import type { LoginRequestRow } from '../../db/schema.ts';
import type { Deps } from '../../deps.ts';
import { findPrivateKeys } from '../../federation/domains.ts';
import type { ReasonCode } from '../../federation/reasons.ts';
import { hashToken } from '../../identifier.ts';
import { findProvider, findProviderByEntityId } from '../../store/identityProviders.ts';
import { consumeLoginRequest, findLoginRequest } from '../../store/loginRequests.ts';
import { isAssertionUsed, recordAssertion } from '../../store/usedAssertions.ts';
import { childOf } from '../../xml/tree.ts';
import { found, type LoginContext, refuse } from './check.ts';
import { usableUntil } from './contentChecks.ts';
import { malformed, SAML } from './elements.ts';
import { claimedIssuer, claimedRequestId } from './message.ts';

/**
 * Finds the login request and the provider that the message claims. If only an encrypted Assertion names the issuer, the provider is the
 * one that the login request was sent to; an IdP-initiated response must name it (saml-profiles 4.1.4.2).
 */
export async function checkProviderKnown(login: LoginContext, { store }: Deps): Promise<undefined> {
  const root = found(login.root);
  const [issuer, requestId] = [claimedIssuer(root), claimedRequestId(root)];
  if (issuer === undefined && requestId === undefined) malformed('an Issuer', 'none');
  if (requestId) login.claimedRequest = await findLoginRequest(store.db, requestId);
  if (issuer !== undefined) login.provider = await findProviderByEntityId(store.db, issuer);
  else if (login.claimedRequest) login.provider = await findProvider(store.db, login.claimedRequest.providerId);
  if (login.provider === undefined) refuse('provider_unknown', { received: issuer ?? 'none' });
}

export function checkProviderEnabled({ provider }: LoginContext): undefined {
  if (!found(provider).enabled) refuse('provider_disabled');
}

/** Loads what the message is verified with. A fault of the login request is refused later, when it is known who signed the message. */
export async function loadExpectations(login: LoginContext, deps: Deps): Promise<undefined> {
  const root = found(login.root);
  const id = claimedRequestId(root);
  const { claimedRequest, now } = login;
  login.signingKeys = found(login.provider).facts.certificates.map(({ pem }) => deps.keys.publicKey(pem));
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

/** Returns whether a login request may still be used. */
export function isUsable({ usedAt, expiresAt }: LoginRequestRow, now: number): boolean {
  return usedAt === null && expiresAt > now;
}

function requestFault({ claimedRequest, domainId, provider, secretOf, now }: LoginContext): ReasonCode | undefined {
  if (!claimedRequest || claimedRequest.domainId !== domainId) return 'request_unknown';
  if (!isUsable(claimedRequest, now)) return 'request_unknown';
  if (claimedRequest.providerId !== provider?.id) return 'request_other_provider';
  const secret = secretOf(claimedRequest.id);
  if (secret === undefined || hashToken(secret) !== claimedRequest.browserHash) return 'request_other_browser';
  return undefined;
}

/** Records the assertion as used. One that came with the login request of another browser stays unused, for that browser. */
export async function checkNotUsed(login: LoginContext, db: Db): Promise<undefined> {
  const { entityId } = found(login.provider);
  const assertion = { entityId, assertionId: found(login.content).id, expiresAt: usableUntil(login) };
  const unused = login.requestFault ? !(await isAssertionUsed(db, assertion)) : await recordAssertion(db, assertion);
  if (!unused) refuse('assertion_replayed');
}

/** Uses up the login request. */
export async function checkRequest({ requestFault, request, now }: LoginContext, db: Db): Promise<undefined> {
  if (requestFault) refuse(requestFault);
  if (request && !(await consumeLoginRequest(db, request.id, now))) refuse('request_unknown');
}
