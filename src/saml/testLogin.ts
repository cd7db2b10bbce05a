import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { NotFound } from '../errors.ts';
import { getTest, startTest, testPath, testRequestPath, testStateOf } from '../federation/loginTests.ts';
import { setupPath } from '../federation/providerSetups/links.ts';
import { SAML } from '../paths.ts';
import { findProviderAt } from '../store/identityProviders.ts';
import type { LoginTest } from '../store/loginTests.ts';
import { requirePowerUser } from '../web/requireLogin.ts';
import { isOwnTest, linkOf } from '../web/starter.ts';
import { sendLoginRequest } from './request/loginRequest.ts';

/**
 * A Test login: started with the saved settings, sent to the provider, and its page, which leads its starter to the result. Anyone else
 * sees there that it was a test, and nothing of the result. The session of the browser does not change.
 */
export function testLoginRoutes(router: Router, deps: Deps): void {
  router.post('/saml/test/:provider', requirePowerUser, (req, res) => start(deps, req, res));
  router.get('/saml/test/:test', async (req, res) =>
    show(deps, req, res, await getTest(deps.store.db, req.params.test)),
  );
  router.get('/saml/test/:test/request', async (req, res) => {
    const test = await getTest(deps.store.db, req.params.test);
    const isReady = (await isOwnTest(deps, req, test)) && testStateOf(test, deps.now()) === 'ready';
    // The cookie that binds the login request to this browser, and the ACS, are those of the test's own domain.
    if (!isReady || test.domainId !== res.locals.domain.id) return res.redirect(303, testPath(test.id));
    await sendLoginRequest(deps, req, res, test.draft, { returnPath: '/', test });
  });
}

async function start(deps: Deps, req: Request, res: Response): Promise<void> {
  const { domain } = res.locals;
  const provider = await findProviderAt(deps.store.db, domain.id, String(req.params.provider));
  if (!provider || !req.user) throw new NotFound('This domain has no such identity provider.');
  const test = await startTest(deps, domain, `person:${req.user.id}`, { draft: provider, providerId: provider.id });
  res.redirect(303, testRequestPath(test.id));
}

async function show(deps: Deps, req: Request, res: Response, test: LoginTest): Promise<void> {
  const state = testStateOf(test, deps.now());
  const isOwn = await isOwnTest(deps, req, test);
  const link = linkOf(test.starter);
  if (isOwn && state === 'finished') {
    res.redirect(303, link ? setupPath(link, 'test') : `/settings/security/activity/${test.activityId}`);
    return;
  }
  res.status(isOwn ? 200 : 403).render('saml/testLogin', {
    title: 'Test login',
    state: isOwn ? state : 'elsewhere',
    name: test.draft.name,
    isLoggedIn: req.user !== undefined,
    paths: {
      here: testPath(test.id),
      request: testRequestPath(test.id),
      back: link ? setupPath(link, 'test') : SAML,
    },
  });
}
