import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { Forbidden } from '../errors.ts';
import { localRefusalMessage } from '../federation/refusalMessages.ts';
import { newId, newReference } from '../identifier.ts';
import { publishLogin } from '../login/events.ts';
import { isWaitingForSetup } from '../login/firstPowerUser.ts';
import { type LocalLogin, logInLocally } from '../login/localLogin.ts';
import { limitsOf } from '../login/sessionLimits.ts';
import { clientNetwork } from '../network.ts';
import { announceLocalLogin, canMailPeople } from '../notifications/loginMails.ts';
import { allowsLocalLogin, readIntranetSettings } from '../people/intranetSettings.ts';
import { writeLastLogin } from '../people/users.ts';
import { findProviderAt, type IdentityProvider, listProvidersAt } from '../store/identityProviders.ts';
import { insertLoginActivity, recordRefusal } from '../store/loginActivity.ts';
import { listLogoDigests } from '../store/providerLogos.ts';
import type { User } from '../store/users.ts';
import { cookiesBlocked, isWithoutCookies } from '../web/cookies.ts';
import { isHttps } from '../web/domain.ts';
import { field } from '../web/form.ts';
import { lastProviderId } from '../web/lastProvider.ts';
import { withQuery } from '../web/query.ts';
import { clientOf } from '../web/request.ts';
import { returnPath } from '../web/returnPath.ts';
import { startSession } from '../web/session.ts';

const TRIED = 'anteroom-tried';

/** The Log-In screen, the local login that never redirects, and the page that asks whether to log out. */
export function loginRoutes(deps: Deps): Router {
  const router = Router();
  router.get('/login', async (req, res) => {
    const returnTo = returnPath(req.query.return, res.locals.domain.url);
    if (req.user) return res.redirect(303, returnTo);
    const automatic = await findAutoLoginProvider(deps, res);
    if (automatic) return res.redirect(303, withQuery(`/saml/login/${automatic.id}`, { return: returnTo, auto: '1' }));
    await showLogin(deps, req, res, { returnTo });
  });
  router.get('/local-login', async (req, res) => {
    const returnTo = returnPath(req.query.return, res.locals.domain.url);
    if (!(await isLocalLoginAllowed(deps, req))) throw localLoginForbidden();
    await showLogin(deps, req, res, { returnTo });
  });
  router.post('/local-login', async (req, res) => {
    if (!(await isLocalLoginAllowed(deps, req))) throw localLoginForbidden();
    if (isWithoutCookies(req)) throw cookiesBlocked(withQuery('/local-login', { return: field(req, 'return') }));
    await submitLocalLogin(deps, req, res);
  });
  router.get('/logout', (req, res) => {
    if (!req.user) return res.redirect(303, '/logged-out');
    res.render('intranet/logout', { title: 'Log out' });
  });
  return router;
}

/** Starts a session after a local login. */
export function startLocalSession(deps: Deps, req: Request, res: Response, user: User): Promise<void> {
  const { domain } = res.locals;
  const now = deps.now();
  const limits = limitsOf(domain);
  const announced = announceLocalLogin(deps, user, domain.url, clientOf(req));
  deps.background.add(announced.catch((error: unknown) => deps.log.warn({ err: error }, 'mail about a login failed')));
  return startSession(deps, req, res, user, {
    method: 'local',
    domainId: domain.id,
    at: now,
    endsAt: now + limits.longestMs,
    ...limits,
    ...clientOf(req),
  });
}

/** `email`: what was entered to find the provider; `choices`: the providers that it may mean. */
type LoginPage = {
  returnTo: string;
  userName?: string;
  error?: string;
  reason?: string;
  email?: string;
  emailError?: string;
  choices?: IdentityProvider[];
};

/** Shows the Log-In screen. */
export async function showLogin(deps: Deps, req: Request, res: Response, page: LoginPage): Promise<void> {
  const providers = await listProvidersAt(deps.store.db, res.locals.domain.id);
  res.setHeader('cache-control', 'no-store');
  // Comes back with the form, from a browser that keeps cookies.
  const options = { path: '/local-login', httpOnly: true, sameSite: 'lax', secure: isHttps(req) } as const;
  if (isWithoutCookies(req)) res.cookie(TRIED, '1', options);
  res.render('intranet/login', {
    title: page.error === undefined && page.emailError === undefined ? 'Log in' : 'Not logged in',
    isInvalid: page.reason === 'password_wrong' || page.reason === 'local_login_forbidden',
    userName: '',
    email: '',
    emailError: undefined,
    asksEmail: req.path === '/login' && res.locals.domain.emailFirst === 1 && page.choices === undefined,
    passwordPath: withQuery('/local-login', { return: page.returnTo === '/' ? undefined : page.returnTo }),
    lastId: lastProviderId(req),
    logos: await listLogoDigests(deps.store.db),
    hasNewPassword: 'new-password' in req.query,
    canMail: await canMailPeople(deps),
    error: undefined,
    ...page,
    isWaitingForSetup: await isWaitingForSetup(deps),
    local: await isLocalLoginAllowed(deps, req),
    // An e-mail address that did not work here is what the person would type at the provider.
    query: withQuery('', {
      login_hint: page.email ?? (page.userName?.includes('@') ? page.userName : undefined),
      return: page.returnTo === '/' ? undefined : page.returnTo,
    }),
    buttons: buttonsOf(req, page.choices ?? providers.filter((provider) => provider.enabled && provider.showButton)),
  });
}

/** The providers with a button in their order, but first the one that this browser used last. */
function buttonsOf(req: Request, providers: IdentityProvider[]): IdentityProvider[] {
  const lastId = lastProviderId(req);
  return providers.toSorted((one, other) => Number(other.id === lastId) - Number(one.id === lastId));
}

async function submitLocalLogin(deps: Deps, req: Request, res: Response): Promise<void> {
  const userName = field(req, 'userName').trim().slice(0, 256);
  const returnTo = returnPath(field(req, 'return'), res.locals.domain.url);
  const startedAt = deps.now();
  const result = await logInLocally(deps, userName, field(req, 'password'), req.ip ?? '');
  await recordAttempt(deps, req, res, { userName, startedAt, result });
  if (!result.ok)
    return showLogin(deps, req, res.status(result.reason === 'too_many_failures' ? 429 : 422), {
      returnTo,
      userName,
      reason: result.reason,
      error: localRefusalMessage(result.reason),
    });
  await startLocalSession(deps, req, res, result.user);
  res.redirect(303, returnTo);
}

async function recordAttempt(
  deps: Deps,
  req: Request,
  res: Response,
  { userName, startedAt, result }: { userName: string; startedAt: number; result: LocalLogin },
): Promise<void> {
  const client = clientOf(req);
  const now = deps.now();
  const row = {
    id: newId(deps),
    reference: result.ok ? null : newReference(deps),
    at: now,
    flow: 'local',
    outcome: result.ok ? 'logged_in' : 'refused',
    reason: result.ok ? null : result.reason,
    domainId: res.locals.domain.id,
    providerId: null,
    userId: result.user?.id ?? null,
    asserted: userName,
    network: client.network,
    detail: { userAgent: client.userAgent, tookMs: now - startedAt },
  };
  await deps.store.db.transaction().execute(async (trx) => {
    if (result.ok) {
      await insertLoginActivity(trx, row);
      await writeLastLogin(trx, result.user.id, row.at);
    } else if ((await recordRefusal(trx, row, clientNetwork(client.network))).id !== row.id) return; // counted again
    await publishLogin(trx, deps, row, result.user);
  });
}

/** Returns the Default Provider if Auto Login is on and the provider is enabled. */
async function findAutoLoginProvider(deps: Deps, res: Response): Promise<IdentityProvider | undefined> {
  const { domain } = res.locals;
  if (!domain.autoLogin || domain.defaultProviderId === null) return undefined;
  const provider = await findProviderAt(deps.store.db, domain.id, domain.defaultProviderId);
  return provider?.enabled ? provider : undefined;
}

async function isLocalLoginAllowed({ store }: Deps, req: Request): Promise<boolean> {
  return allowsLocalLogin(await readIntranetSettings(store.db), req.ip ?? '');
}

function localLoginForbidden(): Forbidden {
  return new Forbidden('You cannot log in with a password from your network.');
}
