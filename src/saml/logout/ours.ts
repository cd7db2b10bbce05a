import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { findSigningKey, type SigningKey } from '../../federation/domainKeys.ts';
import { serviceProviderDetails } from '../../federation/serviceProvider.ts';
import { newId } from '../../identifier.ts';
import { publishLogout } from '../../login/events.ts';
import { findProvider, findProviderAt, type IdentityProvider } from '../../store/identityProviders.ts';
import { insertLoginActivity } from '../../store/loginActivity.ts';
import { findLogoutRequest, insertLogoutRequest } from '../../store/logoutRequests.ts';
import { deleteSession } from '../../store/sessions.ts';
import { allowFormTo } from '../../web/headers.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { clientOf, type LoggedInUser } from '../../web/request.ts';
import { currentSessionId, endSession } from '../../web/session.ts';
import { shortName } from '../acs/activity.ts';
import { newMessageId, sentTo, type Target } from '../request/bindings.ts';
import { findLogoutTarget, writeLogoutRequest } from './outgoing.ts';

/** The page that says which part of a logout worked. */
export const LOGGED_OUT = '/logged-out';

const REQUEST_MS = 10 * 60_000; // for the response

/** Log out, here and at the provider that logged the person in, and the page that says what was done. */
export function logoutRoutes(router: Router, deps: Deps): void {
  router.post('/logout', (req, res) => logOut(deps, req, res));
  router.get(LOGGED_OUT, (req, res) => showResult(deps, req, res));
}

async function logOut(deps: Deps, req: Request, res: Response): Promise<void> {
  const { user } = req;
  if (user) await endReported(deps, req, user);
  if (req.session) await endSession(req, res);
  const provider = await findProvider(deps.store.db, user?.login.providerId ?? '');
  if (!user || !provider) return res.redirect(303, LOGGED_OUT);
  const target = targetOf(provider, user);
  const key = target && (await findSigningKey(deps, res.locals.domain.id));
  if (!target || !key) return res.redirect(303, withQuery(LOGGED_OUT, { provider: provider.id }));
  await sendRequest(deps, req, res, { user, provider, target, key });
}

/** Ends the session and reports it: both are stored, or neither. */
async function endReported(deps: Deps, req: Request, user: LoggedInUser): Promise<void> {
  const logout = { id: null, providerId: user.login.providerId ?? null, endedBy: 'person', sessions: 1 } as const;
  await deps.store.db.transaction().execute(async (trx) => {
    await deleteSession(trx, currentSessionId(req));
    await publishLogout(trx, deps, logout, user);
  });
}

/** Returns where a logout request goes, unless the person only logs out here: the provider would not know whose session ends. */
function targetOf(provider: IdentityProvider, { login }: LoggedInUser): Target | undefined {
  const { singleLogout, requestBinding } = provider.settings;
  if (!singleLogout || !provider.enabled || login.nameId === undefined) return undefined;
  return findLogoutTarget(provider, requestBinding, 'request');
}

type Leaving = { user: LoggedInUser; provider: IdentityProvider; target: Target; key: SigningKey };

async function sendRequest(deps: Deps, req: Request, res: Response, leaving: Leaving): Promise<void> {
  const { user, provider, target, key } = leaving;
  const { domain } = res.locals;
  const id = newMessageId(deps);
  const at = deps.now();
  const issuer = serviceProviderDetails(domain, provider.settings.spEntityId).entityId;
  const xml = writeLogoutRequest({ id, issuer, destination: target.url, at }, user.login);
  const sent = sentTo(target, { parameter: 'SAMLRequest', xml, relayState: undefined }, key);
  const activityId = newId(deps);
  const { network, userAgent } = clientOf(req);
  await deps.store.db.transaction().execute(async (trx) => {
    await insertLogoutRequest(trx, {
      id,
      providerId: provider.id,
      domainId: domain.id,
      activityId,
      state: 'sent',
      createdAt: at,
      expiresAt: at + REQUEST_MS,
    });
    await insertLoginActivity(trx, {
      id: activityId,
      reference: null,
      at,
      flow: 'logout',
      outcome: 'logout_sent',
      reason: null,
      domainId: domain.id,
      providerId: provider.id,
      userId: user.id,
      asserted: shortName(user.login.nameId),
      network,
      detail: { userAgent },
    });
  });
  // The content policy forbids that a form leads to another site by a redirect: a page leads on.
  if (sent.fields) allowFormTo(res, sent.url);
  res.render('saml/logout/ours', {
    provider,
    url: sent.url,
    fields: sent.fields,
    result: withQuery(LOGGED_OUT, { request: id }),
  });
}

/** Says what is stored: a link cannot say that a person is logged out who is not. */
async function showResult(deps: Deps, req: Request, res: Response): Promise<void> {
  const { db } = deps.store;
  const { domain } = res.locals;
  const found = await findLogoutRequest(db, queryText(req, 'request'));
  const request = found?.domainId === domain.id ? found : undefined;
  const provider = await findProviderAt(db, domain.id, request?.providerId ?? queryText(req, 'provider'));
  const state = provider && (request?.state ?? 'here');
  const isOver = state === undefined || state === 'done';
  const title = isOver ? 'You are logged out' : 'You are logged out of the intranet';
  res.render('saml/logout/loggedOut', { title: req.user ? 'You are logged in' : title, provider, state });
}
