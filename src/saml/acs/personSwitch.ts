import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { hashToken, newToken } from '../../identifier.ts';
import { consumePendingLogin, findPendingLogin, insertPendingLogin } from '../../store/loginRequests.ts';
import type { User } from '../../store/users.ts';
import { cookiesOf } from '../../web/cookies.ts';
import { isHttps } from '../../web/domain.ts';
import type { LoginFacts } from '../../web/request.ts';
import { findUserIdOfBrowser, findUserOfLogin, LONGEST_MS, startSession } from '../../web/session.ts';
import type { Outcome } from './receive.ts';

const ASK_MS = 5 * 60_000;
const PATH = '/saml/switch';

type Accepted = Outcome & { ok: true };
type Pending = { userId: string; login: LoginFacts; destination: string };

/** Whether this browser has somebody else signed in, who must be asked before a tile puts another person in their place. */
export async function mustAsk(deps: Deps, req: Request, user: User): Promise<boolean> {
  const present = await findUserIdOfBrowser(deps, req);
  return present !== undefined && present !== user.id;
}

/** Starts the session of the person who was signed in, and goes where they wanted. */
export async function completeLogin(
  deps: Deps,
  req: Request,
  res: Response,
  accepted: Accepted,
  destination: string,
): Promise<void> {
  await startSession(deps, req, res, accepted.user, factsOf(deps, req, res, accepted));
  res.status(303).location(destination).end(); // without a page, which nobody would see
}

/** Keeps a sign-in that was verified and used up, and asks. */
export async function postponeLogin(
  deps: Deps,
  req: Request,
  res: Response,
  accepted: Accepted,
  destination: string,
): Promise<void> {
  const token = newToken(deps);
  const pending: Pending = { userId: accepted.user.id, login: factsOf(deps, req, res, accepted), destination };
  await insertPendingLogin(deps.store.db, {
    tokenHash: hashToken(token),
    loginJson: JSON.stringify(pending),
    expiresAt: deps.now() + ASK_MS,
  });
  res.cookie(cookieName(req), token, {
    path: PATH,
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps(req),
    maxAge: ASK_MS,
  });
  res.redirect(303, PATH);
}

/** The question, and the answer to it. */
export function switchRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, async (req, res) => {
    const { pending, user } = await getPending(deps, req, res);
    if (!req.user || req.user.id === user.id) return finish(deps, req, res, pending, user);
    res.render('saml/switch', { title: 'Switch person', other: user });
  });
  router.post(PATH, async (req, res) => {
    const { pending, user } = await getPending(deps, req, res);
    await finish(deps, req, res, pending, user);
  });
  return router;
}

async function finish(deps: Deps, req: Request, res: Response, pending: Pending, user: User): Promise<void> {
  if (!(await consumePendingLogin(deps.store.db, hashToken(tokenOf(req))))) throw ended();
  // Without Secure browsers would pass over a line for a __Secure- cookie, also this one.
  res.clearCookie(cookieName(req), { path: PATH, secure: isHttps(req) });
  await startSession(deps, req, res, user, pending.login);
  res.redirect(303, pending.destination);
}

/** The sign-in that waits at this domain, if the person may still come in by it. */
async function getPending(deps: Deps, req: Request, res: Response): Promise<{ pending: Pending; user: User }> {
  const kept = await findPendingLogin(deps.store.db, hashToken(tokenOf(req)), deps.now());
  if (!kept) throw ended();
  const pending = JSON.parse(kept) as Pending;
  const user = await findUserOfLogin(deps, pending.userId, pending.login);
  if (!user || pending.login.domainId !== res.locals.domain.id) throw ended();
  return { pending, user };
}

function factsOf(deps: Deps, req: Request, res: Response, { provider, assertion }: Accepted): LoginFacts {
  const now = deps.now();
  // With the skew, as it was judged: a session that had ended before it began would send people to the provider and back for ever.
  const providersEnd = (assertion.sessionNotOnOrAfter ?? Infinity) + provider.settings.clockSkewSeconds * 1_000;
  return {
    method: 'saml',
    domainId: res.locals.domain.id,
    providerId: provider.id,
    nameId: assertion.nameId?.value,
    sessionIndex: assertion.sessionIndex,
    at: now,
    // The provider may bound the session (saml-core 2.7.2); it can only shorten it.
    endsAt: Math.min(now + LONGEST_MS, providersEnd),
    network: req.ip ?? '',
    userAgent: (req.get('user-agent') ?? '').slice(0, 256),
  };
}

function tokenOf(req: Request): string {
  return cookiesOf(req)[cookieName(req)] ?? '';
}

function cookieName(req: Request): string {
  return isHttps(req) ? '__Secure-anteroom-switch' : 'anteroom-switch';
}

function ended(): NotFound {
  return new NotFound('This sign-in has ended. Launch the intranet again from your identity provider.');
}
