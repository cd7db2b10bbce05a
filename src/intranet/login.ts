import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { localRefusalMessage } from '../federation/refusalMessages.ts';
import { isWaitingForSetup } from '../login/firstPowerUser.ts';
import { logInLocally } from '../login/localLogin.ts';
import { allowsPasskeys } from '../login/passkeys.ts';
import { canMailPeople } from '../notifications/loginMails.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { listLogoDigests } from '../store/providerLogos.ts';
import { cookiesBlocked, isWithoutCookies } from '../web/cookies.ts';
import { isHttps } from '../web/domain.ts';
import { field } from '../web/form.ts';
import { lastProviderId } from '../web/lastProvider.ts';
import { withQuery } from '../web/query.ts';
import { returnPath, withReturn } from '../web/returnPath.ts';
import { isLocalLoginAllowed, recordLogin, recordRefused, startLocalSession } from './localSession.ts';
import { findAutoLoginProvider, findOffers } from './offers.ts';
import { startSecondPage } from './secondStep.ts';

const TRIED = 'anteroom-tried';

/** The Log-In screen, the local login that never redirects, and the page that asks whether to log out. */
export function loginRoutes(router: Router, deps: Deps): void {
  router.get('/login', async (req, res) => {
    const returnTo = returnPath(req.query.return, res.locals.domain.url);
    if (req.user) return res.redirect(303, returnTo);
    const automatic = await findAutoLoginProvider(deps, req, res);
    if (automatic) return res.redirect(303, withQuery(`/saml/login/${automatic.id}`, { return: returnTo, auto: '1' }));
    await showLogin(deps, req, res, { returnTo });
  });
  router.get('/local-login', (req, res) =>
    showLogin(deps, req, res, { returnTo: returnPath(req.query.return, res.locals.domain.url) }),
  );
  router.post('/local-login', async (req, res) => {
    if (isWithoutCookies(req)) throw cookiesBlocked(withQuery('/local-login', { return: field(req, 'return') }));
    await submitLocalLogin(deps, req, res);
  });
  router.get('/logout', (req, res) => {
    if (!req.user) return res.redirect(303, '/logged-out');
    res.render('intranet/logout', { title: 'Log out' });
  });
}

/** `email`: what was entered to find the provider; `choices`: the providers that it may mean. */
export type LoginPage = {
  returnTo: string;
  userName?: string;
  error?: string;
  reason?: string;
  email?: string;
  emailError?: string;
  choices?: IdentityProvider[];
};

/** Shows the Log-In screen, with an error if a login failed. */
export async function showLogin(deps: Deps, req: Request, res: Response, page: LoginPage): Promise<void> {
  const asksEmail = req.path === '/login' && res.locals.domain.emailFirst === 1 && page.choices === undefined;
  res.setHeader('cache-control', 'no-store');
  // Comes back with the form, from a browser that keeps cookies.
  const options = { path: '/local-login', httpOnly: true, sameSite: 'lax', secure: isHttps(req) } as const;
  if (isWithoutCookies(req)) res.cookie(TRIED, '1', options);
  res.render('intranet/login', {
    title: page.error === undefined && page.emailError === undefined ? 'Log in' : 'Not logged in',
    isInvalid: ['incomplete', 'password_wrong', 'local_login_forbidden'].includes(page.reason ?? ''),
    userName: '',
    email: '',
    emailError: undefined,
    asksEmail,
    passwordPath: withReturn('/local-login', page.returnTo),
    lastId: lastProviderId(req),
    logos: await listLogoDigests(deps.store.db),
    hasNewPassword: 'new-password' in req.query,
    canMail: await canMailPeople(deps),
    error: undefined,
    ...page,
    isWaitingForSetup: await isWaitingForSetup(deps),
    local: await isLocalLoginAllowed(deps, req),
    allowsPasskeys: allowsPasskeys(res.locals.domain),
    // An e-mail address that did not work here is what the person would type at the provider.
    query: withReturn('', page.returnTo, {
      login_hint: page.email ?? (page.userName?.includes('@') ? page.userName : undefined),
    }),
    ...(await findOffers(deps, req, res, { asksEmail, choices: page.choices })),
  });
}

async function submitLocalLogin(deps: Deps, req: Request, res: Response): Promise<void> {
  const userName = field(req, 'userName').trim().slice(0, 256);
  const returnTo = returnPath(field(req, 'return'), res.locals.domain.url);
  const password = field(req, 'password');
  // An empty form is no attempt.
  if (userName === '' || password === '') {
    const error = 'Enter your user name and your password.';
    return showLogin(deps, req, res.status(422), { returnTo, userName, reason: 'incomplete', error });
  }
  const startedAt = deps.now();
  const result = await logInLocally(deps, userName, password, req.ip ?? '');
  const attempt = { asserted: userName, startedAt, user: result.user, proof: 'password' } as const;
  if (!result.ok) {
    await recordRefused(deps, req, res, attempt, result.reason);
    return showLogin(deps, req, res.status(result.reason === 'too_many_failures' ? 429 : 422), {
      returnTo,
      userName,
      reason: result.reason,
      error: localRefusalMessage(result.reason),
    });
  }
  const { user, mark } = result;
  if (result.needsSecondFactor) return startSecondPage(deps, req, res, { ...attempt, user, mark }, returnTo);
  await recordLogin(deps, req, res, { ...attempt, user });
  await startLocalSession(deps, req, res, user, { proof: 'password', mark });
  res.redirect(303, returnTo);
}
