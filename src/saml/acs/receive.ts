import type { Request } from 'express';
import type { LoginRequestRow } from '../../db/schema.ts';
import type { Deps } from '../../deps.ts';
import { serviceProviderDetails } from '../../federation/domains.ts';
import type { ReasonCode } from '../../federation/reasons.ts';
import { newId, newReference } from '../../identifier.ts';
import { writeLastLogin } from '../../people/users.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { insertLoginActivity } from '../../store/loginActivity.ts';
import type { User } from '../../store/users.ts';
import { clientOf } from '../../web/request.ts';
import { together } from '../../web/turn.ts';
import { readBrowserSecret } from '../request/loginRequest.ts';
import type { AssertionContent } from '../verify/assertion.ts';
import { createLogin, found, type LoginContext } from '../verify/check.ts';
import { loginChecks, runAsyncChecks, runChecks } from '../verify/pipeline.ts';
import { activityRow } from './activity.ts';

/** A login that passed every check. */
export type AcceptedLogin = {
  ok: true;
  activityId: string;
  test: boolean;
  user: User;
  provider: IdentityProvider;
  assertion: AssertionContent;
  request: LoginRequestRow | undefined; // undefined: IdP-initiated
  relayState: string | undefined;
};

/** A login that failed a check. */
export type RefusedLogin = {
  ok: false;
  activityId: string;
  test: boolean;
  reason: ReasonCode;
  reference: string;
  provider: IdentityProvider | undefined;
};

export type LoginResult = AcceptedLogin | RefusedLogin;

/**
 * Receives a SAML response: runs every check of the pipeline, uses up the assertion and the login request, and writes one row of Login
 * activity, whether the login is accepted or refused. Starts no session.
 */
export async function receiveResponse(deps: Deps, req: Request, domain: Domain): Promise<LoginResult> {
  const { entityId, acsUrl } = serviceProviderDetails(domain);
  const login = createLogin({ domainId: domain.id, entityId, acsUrl, browser: readBrowserSecret(req) });
  await runAsyncChecks(login, loginChecks.receive, req);
  await together();
  login.now = deps.now(); // only now: a client may send its form slowly
  runChecks(login, loginChecks.read);
  await runAsyncChecks(login, loginChecks.lookUp, deps);
  runChecks(login, loginChecks.verify);
  await runAsyncChecks(login, loginChecks.match, deps);
  await together();
  // One transaction, and one wait for the disk: what is used up and what is recorded are both stored, or neither.
  return deps.store.db.transaction().execute(async (trx) => {
    await runAsyncChecks(login, loginChecks.use, trx);
    const result = resultOf(deps, login);
    if (result.ok && !result.test) await writeLastLogin(trx, result.user.id, login.now);
    await insertLoginActivity(trx, activityRow(login, result, clientOf(req)));
    return result;
  });
}

function resultOf(deps: Deps, login: LoginContext): LoginResult {
  const { refusal, provider, request, relayState } = login;
  const outcome = { activityId: newId(deps), test: request?.test === 1 };
  if (refusal) return { ok: false, ...outcome, reason: refusal.reason, reference: newReference(deps), provider };
  const [user, assertion] = [found(login.user), found(login.content)];
  return { ok: true, ...outcome, user, provider: found(provider), assertion, request, relayState };
}
