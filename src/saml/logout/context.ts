import type { KeyObject } from 'node:crypto';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import type { LogoutRequest } from '../../store/logoutRequests.ts';
import type { XmlElement } from '../../xml/tree.ts';
import type { MessageParameter } from '../request/bindings.ts';
import type { RedirectMessage } from '../request/redirectSignature.ts';
import type { NameId } from '../verify/assertion.ts';
import type { CheckedMessage } from '../verify/check.ts';

/** One LogoutRequest or LogoutResponse: what is given, and what the checks find out, in their order. Times are epoch milliseconds. */
export type LogoutContext = CheckedMessage & {
  domainId: string;
  entityId: string; // of the domain, or what its provider knows it by
  sloUrl: string; // of the domain: the expected Destination

  // Read from the HTTP request. Nothing of it is trusted.
  now: number;
  parameter?: MessageParameter;
  encoded: string; // base64, by HTTP-POST
  redirect?: RedirectMessage; // by HTTP-Redirect
  relayState?: string | undefined;
  octets?: Buffer;
  root?: XmlElement;

  // Looked up by what the message claims
  provider?: IdentityProvider | undefined;
  signingKeys: readonly KeyObject[]; // of the provider, from its imported metadata only
  decryptionKeys: readonly KeyObject[]; // of the domain

  // Verified
  signature?: XmlElement | undefined; // in the message, by HTTP-POST
  id?: string;
  issuedAt?: number;
  expiresAt?: number; // until when a LogoutRequest is accepted
  name?: NameId; // whose sessions end, of a LogoutRequest
  sessionIndexes: readonly string[]; // which of them; none: all
  sent?: LogoutRequest; // that a LogoutResponse belongs to
};

/** Returns the context of a logout before the first check. */
export function createLogout(
  given: Pick<LogoutContext, 'domainId' | 'entityId' | 'sloUrl'> & Partial<LogoutContext>,
): LogoutContext {
  return { now: 0, encoded: '', signingKeys: [], decryptionKeys: [], sessionIndexes: [], results: [], ...given };
}

/** Returns whether the message is a LogoutRequest; otherwise it is a LogoutResponse. */
export function isRequest({ parameter }: Pick<LogoutContext, 'parameter'>): boolean {
  return parameter === 'SAMLRequest';
}
