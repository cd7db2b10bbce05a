import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { hashToken } from '../../identifier.ts';
import { publishLogin } from '../../login/events.ts';
import { writeLastLogin } from '../../people/users.ts';
import { confirmLoginActivity } from '../../store/loginActivity.ts';
import { consumePendingLogin, findPendingLogin } from '../../store/pendingLogins.ts';
import type { User } from '../../store/users.ts';
import { cookiesBlocked, cookiesOf, isWithoutCookies } from '../../web/cookies.ts';
import { isHttps } from '../../web/domain.ts';
import { findUserOfLogin } from '../../web/session.ts';
import { isLoggedOut } from '../verify/loggedOut.ts';
import { type PendingLogin, SWITCH, startSamlSession, switchCookie } from './completeLogin.ts';

/** The page that asks whether to switch, and its form. If no one else is logged in, the held login goes on there. */
export function switchRoutes(router: Router, deps: Deps): void {
  router.get(SWITCH, async (req, res) => {
    if ('held' in req.query && isWithoutCookies(req)) throw cookiesBlocked('/');
    const { pending, user } = await getPending(deps, req, res);
    if (!req.user || req.user.id === user.id) return finish(deps, req, res, pending, user);
    res.render('saml/acs/personSwitch', { title: 'Switch person', other: user });
  });
  router.post(SWITCH, async (req, res) => {
    const { pending, user } = await getPending(deps, req, res);
    await finish(deps, req, res, pending, user);
  });
}

async function finish(deps: Deps, req: Request, res: Response, pending: PendingLogin, user: User): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    if (!(await consumePendingLogin(trx, hashToken(tokenOf(req))))) throw expired();
    await confirmLoginActivity(trx, pending.activityId);
    await publishLogin(trx, deps, confirmed(pending), user);
    await writeLastLogin(trx, user.id, deps.now());
  });
  // Without Secure, browsers ignore every Set-Cookie of a __Secure- cookie, including one that clears it.
  res.clearCookie(switchCookie(req), { path: SWITCH, secure: isHttps(req) });
  await startSamlSession(deps, req, res, user, pending);
  res.redirect(303, pending.destination);
}

function confirmed({ login, activityId }: PendingLogin): Parameters<typeof publishLogin>[2] {
  const facts = { flow: 'idp', outcome: 'logged_in', reason: null, reference: null };
  return { id: activityId, ...facts, providerId: login.providerId ?? null };
}

/** Returns the login that waits at this domain, if its person may still log in. @throws NotFound */
async function getPending(deps: Deps, req: Request, res: Response): Promise<{ pending: PendingLogin; user: User }> {
  const kept = await findPendingLogin(deps.store.db, hashToken(tokenOf(req)), deps.now());
  if (!kept) throw expired();
  const pending = JSON.parse(kept) as PendingLogin;
  const user = await findUserOfLogin(deps, pending.userId, pending.login);
  if (!user || pending.login.domainId !== res.locals.domain.id) throw expired();
  if (await isLoggedOut(deps.store.db, deps.now(), pending.session)) throw expired();
  return { pending, user };
}

function tokenOf(req: Request): string {
  return cookiesOf(req)[switchCookie(req)] ?? '';
}

function expired(): NotFound {
  return new NotFound('This login has expired. Open the intranet again.');
}
