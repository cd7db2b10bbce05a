import type { LogoutRequest } from '../../store/logoutRequests.ts';
import type { XmlElement } from '../../xml/tree.ts';
import type { MessageParameter } from '../request/bindings.ts';
import type { RedirectMessage } from '../request/redirectSignature.ts';
import type { NameId } from '../verify/assertion.ts';
import type { MessageContext } from '../verify/check.ts';

/** One LogoutRequest or LogoutResponse, in the order of its checks. Times are epoch milliseconds. */
export type LogoutContext = MessageContext & {
  sloUrl: string; // of the domain: the expected Destination

  // Read from the HTTP request. Nothing of it is trusted.
  parameter?: MessageParameter;
  encoded: string; // base64, by HTTP-POST
  redirect?: RedirectMessage; // by HTTP-Redirect

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
