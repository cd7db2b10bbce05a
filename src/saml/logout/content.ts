import type { Deps } from '../../deps.ts';
import { findPrivateKeys } from '../../federation/domainKeys.ts';
import { signingKeysOf } from '../../federation/keys.ts';
import { findProviderByEntityId } from '../../store/identityProviders.ts';
import { findLogoutRequest, finishLogoutRequest, type LogoutState } from '../../store/logoutRequests.ts';
import { recordAssertion } from '../../store/usedAssertions.ts';
import { parseFragment } from '../../xml/parse.ts';
import { namespacesInScope } from '../../xml/scope.ts';
import { childOf, isElement, textOf, type XmlElement } from '../../xml/tree.ts';
import { type NameId, readNameId } from '../verify/assertion.ts';
import { found, refuse, type Writing } from '../verify/check.ts';
import { timeText } from '../verify/clock.ts';
import { providerStatusOf } from '../verify/contentChecks.ts';
import { childElements, malformed, optionalTime, requestIdOf, requiredTime, SAML, SAMLP } from '../verify/elements.ts';
import { decrypt, readEncryption } from '../verify/encryption.ts';
import { SUCCESS } from '../verify/message.ts';
import { isRequest, type LogoutContext } from './context.ts';

const LONGEST_LIFE_MS = 10 * 60_000; // of a message that does not say how long it may be used
const MOST_INDEXES = 100;
const PARTIAL = 'urn:oasis:names:tc:SAML:2.0:status:PartialLogout';
const NO_REQUEST = 'not of a LogoutRequest';
const NO_RESPONSE = 'not of a LogoutResponse';

/** Finds, among the providers of the domain, the one that the message claims, and what it is verified with. */
export async function checkLogoutProvider(logout: LogoutContext, deps: Deps): Promise<undefined> {
  const issuer = childOf(found(logout.root), SAML, 'Issuer');
  const received = (issuer && textOf(issuer)) || malformed('an Issuer', 'none');
  const provider = await findProviderByEntityId(deps.store.db, logout.domainId, received);
  if (provider === undefined)
    return refuse('provider_unknown', { expected: 'the EntityID of a provider of this domain', received });
  logout.provider = provider;
  if (provider.settings.spEntityId) logout.entityId = provider.settings.spEntityId;
  logout.signingKeys = signingKeysOf(deps, provider);
  if (childOf(found(logout.root), SAML, 'EncryptedID'))
    logout.decryptionKeys = await findPrivateKeys(deps, logout.domainId);
}

/** Checks that the message is neither from the future nor too old. */
export function checkLogoutTime(logout: LogoutContext): string {
  const { root, now, provider } = logout;
  const skewMs = found(provider).settings.clockSkewSeconds * 1_000;
  const issued = requiredTime(found(root), 'IssueInstant');
  const received = timeText(now);
  if (issued > now + skewMs)
    refuse('issued_in_future', { cause: 'clock_ahead', expected: `not before ${timeText(issued)}`, received });
  const end = optionalTime(found(root), 'NotOnOrAfter') ?? issued + LONGEST_LIFE_MS;
  if (now - skewMs >= end) refuse('logout_expired', { expected: `before ${timeText(end)}`, received });
  logout.issuedAt = issued;
  logout.expiresAt = end + skewMs;
  return `until ${timeText(end)}`;
}

/** Reads whose sessions end (saml-core 3.7.1). */
export function checkLogoutName(logout: LogoutContext): string | undefined {
  if (!isRequest(logout)) return NO_RESPONSE;
  const children = childElements(found(logout.root));
  const [identifier, ...others] = children.filter(({ local }) => ['BaseID', 'NameID', 'EncryptedID'].includes(local));
  if (identifier === undefined || others.length > 0) malformed('one NameID', `${others.length + (identifier ? 1 : 0)}`);
  const name = nameIn(logout, found(identifier));
  if (name.spNameQualifier !== undefined && name.spNameQualifier !== logout.entityId)
    refuse('subject_of_other_sp', { expected: logout.entityId, received: name.spNameQualifier });
  const indexes = children.filter((child) => isElement(child, SAMLP, 'SessionIndex'));
  if (indexes.length > MOST_INDEXES) malformed(`at most ${MOST_INDEXES} SessionIndex`, `${indexes.length}`);
  logout.name = name;
  logout.sessionIndexes = indexes.map((index) => textOf(index) ?? malformed('text in SessionIndex'));
  return logout.sessionIndexes.length > 0 ? `${logout.sessionIndexes.length} SessionIndex` : undefined;
}

function nameIn({ decryptionKeys }: LogoutContext, identifier: XmlElement): NameId {
  if (isElement(identifier, SAML, 'NameID')) return readNameId(identifier);
  if (!isElement(identifier, SAML, 'EncryptedID')) return malformed('a NameID or EncryptedID');
  // The signature was verified before, so only the provider learns whether this works.
  const octets = decrypt(readEncryption(identifier), decryptionKeys);
  if (octets === undefined)
    return refuse('subject_missing', { cause: 'name_id_encrypted', received: 'an EncryptedID' });
  const { root } = parseFragment(octets, namespacesInScope(identifier));
  return isElement(root, SAML, 'NameID') ? readNameId(root) : malformed('a NameID in EncryptedID');
}

/** Finds the logout request that a LogoutResponse names: one that was sent to this provider, and that has no response yet. */
export async function checkLogoutSent(logout: LogoutContext, { store }: Deps): Promise<string | undefined> {
  if (isRequest(logout)) return NO_REQUEST;
  const { root, domainId, provider, now } = logout;
  const id = requestIdOf(found(root));
  const sent = id === undefined ? undefined : await findLogoutRequest(store.db, id);
  const isOurs = sent?.domainId === domainId && sent.providerId === found(provider).id;
  if (!sent || !isOurs || sent.state !== 'sent' || sent.expiresAt <= now)
    return refuse('logout_request_unknown', { expected: 'the ID of an open logout request', received: id ?? 'none' });
  logout.sent = sent;
  return undefined;
}

/** Reads how the logout at the provider ended (saml-core 3.7.3.2). A failure is no fault of the message. */
export function checkLogoutStatus(logout: LogoutContext): string | undefined {
  if (isRequest(logout)) return NO_REQUEST;
  const { code, subCode } = providerStatusOf(found(logout.root));
  if (code === '') malformed('a StatusCode', 'none');
  return [code, subCode].filter((part) => part !== undefined).join(', ');
}

/** Returns what a LogoutResponse says: a second-level code under Success is a logout at only some applications, or an error. */
export function stateOf({ root }: LogoutContext): Exclude<LogoutState, 'sent'> {
  const { code, subCode } = providerStatusOf(found(root));
  if (subCode === PARTIAL || code === PARTIAL) return 'partly';
  return code === SUCCESS && subCode === undefined ? 'done' : 'failed';
}

/** Uses up the message: the ID of a LogoutRequest, or the logout request that a LogoutResponse belongs to. */
export async function checkLogoutUnused(logout: LogoutContext, { db }: Writing): Promise<undefined> {
  const { provider, id, expiresAt, sent } = logout;
  const { entityId } = found(provider);
  const message = { entityId, assertionId: found(id), expiresAt: found(expiresAt) };
  const isUnused = sent ? await finishLogoutRequest(db, sent.id, stateOf(logout)) : await recordAssertion(db, message);
  if (!isUnused) refuse('logout_replayed', { received: found(id) });
}
