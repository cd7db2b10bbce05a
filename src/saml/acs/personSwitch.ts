import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { hashToken, newToken } from '../../identifier.ts';
import { publishLogin } from '../../login/events.ts';
import { writeLastLogin } from '../../people/users.ts';
import { confirmLoginActivity } from '../../store/loginActivity.ts';
import { consumePendingLogin, findPendingLogin, insertPendingLogin } from '../../store/pendingLogins.ts';
import type { User } from '../../store/users.ts';
import { cookiesBlocked, cookiesOf, isWithoutCookies } from '../../web/cookies.ts';
import { isHttps } from '../../web/domain.ts';
import type { LoginFacts } from '../../web/request.ts';
import { findUserOfLogin } from '../../web/session.ts';
import { isLoggedOut, type SessionAtProvider } from '../verify/loggedOut.ts';
import { startSamlSession } from './startSamlSession.ts';

const ASK_MS = 5 * 60_000;
const PATH = '/saml/switch';

/** A verified login that waits for the person to confirm the switch, or for the browser to return a cookie. */
type PendingLogin = {
  userId: string;
  login: LoginFacts;
  session: SessionAtProvider;
  destination: string;
  activityId?: string;
};

/** Keeps a verified login for five minutes. If someone else is logged in, they are asked whether to switch. */
export async function holdLogin(deps: Deps, req: Request, res: Response, pending: PendingLogin): Promise<void> {
  const token = newToken(deps);
  await insertPendingLogin(deps.store.db, {
    tokenHash: hashToken(token),
    loginJson: JSON.stringify(pending),
    expiresAt: deps.now() + ASK_MS,
  });
  const options = { path: PATH, httpOnly: true, sameSite: 'lax', secure: isHttps(req), maxAge: ASK_MS } as const;
  res.cookie(cookieName(req), token, options);
  res.redirect(303, isWithoutCookies(req) ? `${PATH}?held=1` : PATH);
}

/** The page that asks whether to switch, and its form. If no one else is logged in, the held login goes on there. */
export function switchRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, async (req, res) => {
    if ('held' in req.query && isWithoutCookies(req)) throw cookiesBlocked('/');
    const { pending, user } = await getPending(deps, req, res);
    if (!req.user || req.user.id === user.id) return finish(deps, req, res, pending, user);
    res.render('saml/acs/personSwitch', { title: 'Switch person', other: user });
  });
  router.post(PATH, async (req, res) => {
    const { pending, user } = await getPending(deps, req, res);
    await finish(deps, req, res, pending, user);
  });
  return router;
}

async function finish(deps: Deps, req: Request, res: Response, pending: PendingLogin, user: User): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    if (!(await consumePendingLogin(trx, hashToken(tokenOf(req))))) throw expired();
    if (pending.activityId !== undefined) {
      await confirmLoginActivity(trx, pending.activityId);
      await publishLogin(trx, deps, confirmed(pending, pending.activityId), user);
    }
    await writeLastLogin(trx, user.id, deps.now());
  });
  // Without Secure, browsers ignore every Set-Cookie of a __Secure- cookie, including one that clears it.
  res.clearCookie(cookieName(req), { path: PATH, secure: isHttps(req) });
  await startSamlSession(deps, req, res, user, pending);
  res.redirect(303, pending.destination);
}

function confirmed({ login }: PendingLogin, id: string): Parameters<typeof publishLogin>[2] {
  const facts = { flow: 'idp', outcome: 'logged_in', reason: null, reference: null };
  return { id, ...facts, providerId: login.providerId ?? null };
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
  return cookiesOf(req)[cookieName(req)] ?? '';
}

function cookieName(req: Request): string {
  return isHttps(req) ? '__Secure-anteroom-switch' : 'anteroom-switch';
}

function expired(): NotFound {
  return new NotFound('This login has expired. Open the intranet again.');
}
