import type { Deps } from '../../deps.ts';
import { findSigningKey } from '../../federation/domains.ts';
import { hashToken, newToken } from '../../identifier.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { insertLoginRequest } from '../../store/loginRequests.ts';
import { makeAuthnRequest, type OutgoingRequest } from './serviceProvider.ts';

export const REQUEST_MS = 10 * 60_000;

/**
 * Sends somebody off to a provider: the request is remembered with the browser that it belongs to.
 * @param start.browser the secret of this browser's request cookie
 * @param start.returnPath where to go afterwards, a path that was checked
 * @param start.test a Power User tries the provider out: nobody will be signed in
 */
export async function startLoginRequest(
  deps: Deps,
  domain: Domain,
  provider: IdentityProvider,
  start: { browser: string; returnPath: string; test: boolean },
): Promise<OutgoingRequest> {
  const now = deps.now();
  // An ID is an NCName: it must not begin with a digit (saml-core 1.3.4).
  const id = `_${deps.randomBytes(20).toString('hex')}`;
  const relayState = newToken(deps);
  const forceAuthn = provider.settings.forceAuthn;
  await insertLoginRequest(deps.store.db, {
    id,
    relayState,
    providerId: provider.id,
    domainId: domain.id,
    browserHash: hashToken(start.browser),
    returnPath: start.returnPath,
    forceAuthn: forceAuthn ? 1 : 0,
    test: start.test ? 1 : 0,
    createdAt: now,
    expiresAt: now + REQUEST_MS,
  });
  const key = await findSigningKey(deps, domain.id);
  return makeAuthnRequest(domain, provider, key, { id, relayState, forceAuthn });
}
