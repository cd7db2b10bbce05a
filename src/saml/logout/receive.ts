import type { Request } from 'express';
import { actAs, providerActor } from '../../audit/actor.ts';
import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import type { ReasonCode } from '../../federation/reasons.ts';
import { serviceProviderDetails } from '../../federation/serviceProvider.ts';
import { newId, newReference } from '../../identifier.ts';
import { publishLogout } from '../../login/events.ts';
import { recordEndedSessions } from '../../login/recordSessions.ts';
import { clientNetwork } from '../../network.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import {
  findLoginActivity,
  insertLoginActivity,
  type NewLoginActivity,
  recordRefusal,
  writeLogoutResult,
} from '../../store/loginActivity.ts';
import { writeLoginMessages } from '../../store/loginMessages.ts';
import type { LogoutState } from '../../store/logoutRequests.ts';
import { deleteSessionsById, listSessionsOfName, type NamedSession } from '../../store/sessions.ts';
import { findUsersById } from '../../store/users.ts';
import { clientOf, type LoginFacts } from '../../web/request.ts';
import { loginOf } from '../../web/sessionStore.ts';
import { together } from '../../web/turn.ts';
import { shortName } from '../acs/activity.ts';
import { storedChecks } from '../checkResults.ts';
import { logoutToKeep } from '../messages/keep.ts';
import type { Target } from '../request/bindings.ts';
import type { NameId } from '../verify/assertion.ts';
import { found, runAsyncChecks, runChecks } from '../verify/check.ts';
import { providerStatusOf } from '../verify/contentChecks.ts';
import { type LogoutOfName, rememberLogout } from '../verify/loggedOut.ts';
import { verifyAfterRollover } from '../verify/rollover.ts';
import { stateOf } from './content.ts';
import { createLogout, isRequest, type LogoutContext } from './context.ts';
import { logoutChecks } from './pipeline.ts';

/** A message that passed every check: a logout that the provider waits for, or the end of one of ours. */
export type AcceptedLogout =
  | {
      kind: 'request';
      provider: IdentityProvider;
      entityId: string;
      id: string;
      relayState: string | undefined;
      binding: Target['binding'];
    }
  | { kind: 'response'; requestId: string };

export type RefusedLogout = {
  kind: 'refused';
  reason: ReasonCode;
  reference: string;
  provider: IdentityProvider | undefined;
  message: string; // LogoutRequest or LogoutResponse
};

const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';

/** How a logout at the provider ended, in Login activity. */
const outcomeOf: Record<Exclude<LogoutState, 'sent'>, string> = {
  done: 'logged_out',
  partly: 'logout_partly',
  failed: 'logout_failed',
};

/**
 * Receives a LogoutRequest or a LogoutResponse: runs every check, and in one transaction uses the message up, ends the sessions that it names
 * and records it in Login activity, whether it is accepted or refused. Needs no cookie.
 */
export async function receiveLogout(deps: Deps, req: Request, domain: Domain): Promise<AcceptedLogout | RefusedLogout> {
  const { entityId, sloUrl } = serviceProviderDetails(domain);
  const received = createLogout({ domainId: domain.id, entityId, sloUrl });
  await runAsyncChecks(received, logoutChecks.receive, req);
  await together();
  received.now = deps.now(); // only now: a client may send its form slowly
  runChecks(received, logoutChecks.read);
  await runAsyncChecks(received, logoutChecks.lookUp, deps);
  runChecks(received, logoutChecks.verify);
  await verifyAfterRollover(received, logoutChecks.verify, deps);
  await runAsyncChecks(received, logoutChecks.match, deps);
  if (!received.refusal && isRequest(received)) await rememberLogout(deps.store.db, received.now, namedIn(received));
  const from = { client: clientOf(req), message: await logoutToKeep(deps, received) };
  return deps.store.db.transaction().execute(async (trx) => {
    const logout = { ...received, results: [...received.results] }; // the transaction may run again
    await runAsyncChecks(logout, logoutChecks.use, { db: trx, deps });
    if (logout.refusal) return recordRefused(trx, deps, logout, from);
    if (logout.sent) return finishOurs(trx, logout, from);
    return actAs(deps, providerActor(logout.provider, req.ip ?? null), () => endSessions(trx, deps, logout, from));
  });
}

function namedIn({ provider, name, sessionIndexes, issuedAt, expiresAt }: LogoutContext): LogoutOfName {
  const times = { issuedAt: found(issuedAt), expiresAt: found(expiresAt) };
  return { providerId: found(provider).id, nameId: found(name).value, sessionIndexes, ...times };
}

/** Anyone can send a message that is refused, as often as they like. */
async function recordRefused(
  db: Db,
  deps: Deps,
  logout: LogoutContext,
  { client, message }: From,
): Promise<RefusedLogout> {
  const { reason } = found(logout.refusal);
  const row = { ...rowOf(deps, logout, client), outcome: 'logout_refused', reason, reference: newReference(deps) };
  const { id, reference, isShown } = await recordRefusal(db, row, clientNetwork(client.network));
  if (isShown) await keep(db, id, message);
  const { provider } = logout;
  return { kind: 'refused', reason, reference: reference ?? '', provider, message: nameOf(logout) };
}

/** Ends the sessions that a LogoutRequest names, at all domains of the provider. None is no failure: they may have ended before. */
async function endSessions(db: Db, deps: Deps, logout: LogoutContext, from: From): Promise<AcceptedLogout> {
  const [provider, name] = [found(logout.provider), found(logout.name)];
  const sessions = (await listSessionsOfName(db, provider.id, name.value)).filter((session) =>
    isNamed(session, name, logout.sessionIndexes),
  );
  await deleteSessionsById(
    db,
    sessions.map(({ id }) => id),
  );
  await recordEndedSessions(
    db,
    deps,
    sessions.map(({ userId }) => userId),
    { providerId: provider.id },
  );
  const people = [...new Set(sessions.map(({ userId }) => userId))];
  const row = rowOf(deps, logout, from.client);
  const userId = people.length === 1 ? (people[0] ?? null) : null;
  await insertLoginActivity(db, { ...row, userId, detail: { ...row.detail, ended: sessions.length } });
  for (const user of (await findUsersById(db, people)).values()) {
    const ended = sessions.filter((session) => session.userId === user.id).length;
    await publishLogout(db, deps, { id: row.id, providerId: provider.id, endedBy: 'provider', sessions: ended }, user);
  }
  await keep(db, row.id, from.message);
  const { id = '', relayState, redirect, entityId } = logout;
  return { kind: 'request', provider, entityId, id, relayState, binding: redirect ? 'redirect' : 'post' };
}

/**
 * Returns whether a LogoutRequest means a session (saml-core 3.7.3.2, 3.3.4): its SessionIndex is one of those named, if any, and a format or
 * qualifier that both sides say is the same.
 */
function isNamed({ sessionIndex, dataJson }: NamedSession, name: NameId, indexes: readonly string[]): boolean {
  if (indexes.length > 0 && !indexes.includes(sessionIndex ?? '')) return false;
  const login: Partial<LoginFacts> = loginOf(dataJson) ?? {};
  return isAlike(login.nameIdFormat, name.format) && isAlike(login.nameQualifier, name.nameQualifier);
}

function isAlike(one: string | undefined, other: string | undefined): boolean {
  const isSaid = (value: string | undefined) => value !== undefined && value !== '' && value !== UNSPECIFIED;
  return one === other || !isSaid(one) || !isSaid(other);
}

/** Adds what a LogoutResponse said to the logout that it ends. */
async function finishOurs(db: Db, logout: LogoutContext, { message }: From): Promise<AcceptedLogout> {
  const { id, activityId } = found(logout.sent);
  const activity = await findLoginActivity(db, activityId);
  const detail = {
    ...activity?.detail,
    checks: storedChecks(logout.results),
    providerStatus: providerStatusOf(found(logout.root)),
    waitedMs: activity && logout.now - activity.at,
  };
  await writeLogoutResult(db, activityId, { outcome: outcomeOf[stateOf(logout)], detail });
  await keep(db, activityId, message);
  return { kind: 'response', requestId: id };
}

type Client = ReturnType<typeof clientOf>;

/** Where a message came from, and how it is kept. */
type From = { client: Client; message: string | undefined };

async function keep(db: Db, activityId: string, message: string | undefined): Promise<void> {
  if (message !== undefined) await writeLoginMessages(db, activityId, message);
}

function rowOf(deps: Deps, logout: LogoutContext, { network, userAgent }: Client): NewLoginActivity {
  const { name, provider, domainId, now, results } = logout;
  return {
    id: newId(deps),
    reference: null,
    at: now,
    flow: 'logout',
    outcome: 'logged_out',
    reason: null,
    domainId,
    providerId: provider?.id ?? null,
    userId: null,
    asserted: shortName(name?.value),
    network,
    detail: {
      checks: storedChecks(results),
      userAgent,
      message: nameOf(logout),
      tookMs: deps.now() - now,
    },
  };
}

function nameOf(logout: LogoutContext): string {
  return logout.parameter === 'SAMLResponse' ? 'LogoutResponse' : 'LogoutRequest';
}
