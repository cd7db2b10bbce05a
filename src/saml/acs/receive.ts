import type { Request } from 'express';
import { actAs, providerActor } from '../../audit/actor.ts';
import type { Db } from '../../db/open.ts';
import type { LoginRequestRow } from '../../db/schema.ts';
import type { Deps } from '../../deps.ts';
import type { Cause, ReasonCode } from '../../federation/reasons.ts';
import { defaultAcsUrl, serviceProviderDetails } from '../../federation/serviceProvider.ts';
import { newId, newReference } from '../../identifier.ts';
import { publishLogin } from '../../login/events.ts';
import { clientNetwork } from '../../network.ts';
import { writeLastLogin } from '../../people/users.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { insertLoginActivity, type NewLoginActivity, recordRefusal } from '../../store/loginActivity.ts';
import { writeLoginMessages } from '../../store/loginMessages.ts';
import type { User } from '../../store/users.ts';
import { isWithoutCookies } from '../../web/cookies.ts';
import { clientOf } from '../../web/request.ts';
import { findUserIdOfBrowser } from '../../web/session.ts';
import { together } from '../../web/turn.ts';
import { messagesToKeep } from '../messages/keep.ts';
import { readBrowserSecret, requestIdsOf } from '../request/loginRequest.ts';
import { countResponse } from '../traffic.ts';
import type { AssertionContent } from '../verify/assertion.ts';
import { createLogin, found, type LoginContext, runAsyncChecks, runChecks } from '../verify/check.ts';
import { findRequests } from '../verify/lookUp.ts';
import { loginChecks } from '../verify/pipeline.ts';
import { verifyAfterRollover } from '../verify/rollover.ts';
import { activityRow } from './activity.ts';
import { finishTest, type TestedLogin } from './finishTest.ts';
import { type Healed, healingOf, returnPathOf } from './healing.ts';

/** A login that passed every check. */
export type AcceptedLogin = {
  ok: true;
  activityId: string;
  user: User;
  provider: IdentityProvider;
  assertion: AssertionContent;
  request: LoginRequestRow | undefined; // undefined: IdP-initiated
  relayState: string | undefined;
  asksToSwitch: boolean; // another person is logged in with this browser, and the login came from the provider's tile
  checksCookies: boolean; // it came from the tile to a browser without any cookie, which may block them
};

/** A login that failed a check. If it can be healed, the browser goes on automatically. */
export type RefusedLogin = {
  ok: false;
  healed: Healed | undefined;
  returnPath: string; // where the person wanted to go
  requestId?: string | undefined; // of the login request that the response names
  activityId: string;
  reason: ReasonCode;
  cause?: Cause | undefined;
  reference: string;
  provider: IdentityProvider | undefined;
};

export type LoginResult = AcceptedLogin | RefusedLogin;

/**
 * Receives a SAML response: runs every check of the pipeline, uses up the assertion and the login request, and writes one row of Login
 * activity, whether the login is accepted or refused. Starts no session. What belongs to a Test login never is an accepted login.
 */
export async function receiveResponse(deps: Deps, req: Request, domain: Domain): Promise<LoginResult | TestedLogin> {
  const { entityId, acsUrl } = serviceProviderDetails(domain);
  const login = createLogin({
    domainId: domain.id,
    entityId,
    acsUrl,
    defaultAcsUrl: defaultAcsUrl(domain),
    secretOf: (requestId) => readBrowserSecret(req, requestId),
    requestIds: requestIdsOf(req),
  });
  await runAsyncChecks(login, loginChecks.receive, req);
  await together();
  login.now = deps.now(); // only now: a client may send its form slowly
  runChecks(login, loginChecks.read);
  await findRequests(login, deps);
  await runAsyncChecks(login, loginChecks.lookUp, deps);
  runChecks(login, loginChecks.verify);
  if (login.refusal) await verifyAfterRollover(login, loginChecks.verify, deps);
  await runAsyncChecks(login, loginChecks.match, deps);
  if (login.test) return finishTest(deps, req, login, login.test);
  const present = await findPresentPerson(deps, req, login);
  const messages = await messagesToKeep(deps, login);
  await together();
  // One transaction, and one wait for the disk: what is used up and what is recorded are both stored, or neither.
  const result = await deps.store.db.transaction().execute(async (trx) => {
    const used = { ...login, results: [...login.results] }; // the transaction may run again
    await actAs(deps, providerActor(used.provider, req.ip ?? null), () =>
      runAsyncChecks(used, loginChecks.use, { db: trx, deps }),
    );
    const result = resultOf(deps, req, used, present);
    const row = activityRow(used, result, { ...clientOf(req), tookMs: deps.now() - used.now });
    if (!result.ok) return { ...result, ...(await recordRefused(trx, deps, row, used.user, messages)) };
    if (row.outcome === 'logged_in' && row.userId) await writeLastLogin(trx, row.userId, used.now);
    await insertLoginActivity(trx, row);
    if (messages !== undefined) await writeLoginMessages(trx, row.id, messages);
    await publishLogin(trx, deps, row, used.user);
    return result;
  });
  countResponse(deps, login);
  return result;
}

/** Anyone can send a response that is refused, as often as they like. The person sees the reference of the row that counts it. */
async function recordRefused(
  db: Db,
  deps: Deps,
  row: NewLoginActivity,
  user: User | undefined,
  messages: string | undefined,
): Promise<Pick<RefusedLogin, 'activityId' | 'reference'>> {
  const { id, reference, isShown } = await recordRefusal(db, row, clientNetwork(row.network ?? ''));
  if (messages !== undefined && isShown) await writeLoginMessages(db, id, messages);
  if (id === row.id) await publishLogin(db, deps, row, user);
  return { activityId: id, reference: reference ?? '' };
}

/**
 * Returns who is logged in with this browser, unless it made the login request of the response: then it does not matter. Read before the
 * transaction, which must not wait for a second connection.
 */
async function findPresentPerson(
  deps: Deps,
  req: Request,
  { request, refusal }: LoginContext,
): Promise<string | undefined> {
  return request && !refusal ? undefined : findUserIdOfBrowser(deps, req);
}

function resultOf(deps: Deps, req: Request, login: LoginContext, present: string | undefined): LoginResult {
  const { refusal, provider, request, relayState } = login;
  const activityId = newId(deps);
  if (refusal) {
    const { reason, facts } = refusal;
    const next = { returnPath: returnPathOf(req, login), healed: healingOf(req, login, present) };
    const requestId = login.claimedRequest?.id;
    return {
      ok: false,
      activityId,
      reason,
      cause: facts.cause,
      reference: newReference(deps),
      provider,
      requestId,
      ...next,
    };
  }
  const [user, assertion] = [found(login.user), found(login.content)];
  const asksToSwitch = present !== undefined && present !== user.id;
  const checksCookies = request === undefined && isWithoutCookies(req);
  const waits = { asksToSwitch, checksCookies };
  return { ok: true, activityId, user, provider: found(provider), assertion, request, relayState, ...waits };
}
