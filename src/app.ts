import express, { type Express, Router } from 'express';
import { adminRoutes } from './admin/routes.ts';
import type { Deps } from './deps.ts';
import { changePasswordRoutes } from './intranet/changePassword.ts';
import { editProfileRoutes } from './intranet/editProfile.ts';
import { emailFirstRoutes } from './intranet/emailFirst.ts';
import { forgotPasswordRoutes } from './intranet/forgotPassword.ts';
import { homeRoutes } from './intranet/home.ts';
import { requireLocalLogin } from './intranet/localSession.ts';
import { loginRoutes } from './intranet/login.ts';
import { newPasswordRoutes } from './intranet/newPassword.ts';
import { passkeyLoginRoutes } from './intranet/passkeyLogin.ts';
import { peopleRoutes } from './intranet/people/list.ts';
import { personRoutes } from './intranet/people/person.ts';
import { profileRoutes } from './intranet/profile.ts';
import { providerSetupRoutes } from './intranet/provider-setup/routes.ts';
import { secondStepRoutes } from './intranet/secondStep.ts';
import { securityRoutes } from './intranet/security/overview.ts';
import { setupRoutes } from './intranet/setup.ts';
import { switchRoutes } from './saml/acs/personSwitch.ts';
import { logoutRoutes } from './saml/logout/ours.ts';
import { samlRoutes } from './saml/routes.ts';
import { testLoginRoutes } from './saml/testLogin.ts';
import { scimErrors, scimRoutes, wrongPathRoutes } from './scim/http/routes.ts';
import { tokenRoutes } from './scim/http/tokenEndpoint.ts';
import { actorOfRequest } from './web/actor.ts';
import { assetRoutes } from './web/assets.ts';
import { csrfProtection } from './web/csrf.ts';
import { pickDomain } from './web/domain.ts';
import { errorPage, pageNotFound } from './web/errorPage.ts';
import { parseForm } from './web/form.ts';
import { dataHeaders, noStore, pageHeaders, strictTransport } from './web/headers.ts';
import { liveness, readiness } from './web/health.ts';
import { pictureOf } from './web/pictures.ts';
import { identifierOnly } from './web/query.ts';
import { useViews, viewTools } from './web/render.ts';
import { limitBodies, limitHeaders } from './web/requestLimits.ts';
import { requireNewPassword, requireSecondFactor } from './web/requireLogin.ts';
import { sessions, stillLoggedIn } from './web/session.ts';
import { arriveTogether } from './web/turn.ts';

const SCIM = '/api/v2/scim/v2';
const SCIM_TOKENS = '/api/v2/scim/oauth/token';

/** Returns the whole application for an HTTP server. Features are mounted only here. */
export function buildApp(deps: Deps): Express {
  const app = express();
  // If even the error page fails, Express must not show a stack trace.
  app.set('env', 'production');
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', deps.config.trustProxy);
  useViews(app, deps);
  app.use(limitBodies());
  app.use(arriveTogether);
  app.use('/api', apiRoutes(deps));
  app.use(pageRoutes(deps), pageNotFound);
  app.use(errorPage(deps));
  return app;
}

/** The routes for browsers: one router to which each feature adds its routes. A router for each would take a twentieth of a login. */
function pageRoutes(deps: Deps): Router {
  const router = Router();
  router.use(limitHeaders);
  router.use(pageHeaders);
  router.get('/healthz', liveness);
  router.get('/readyz', readiness(deps));
  router.use(assetRoutes()); // before the domain: the page that says that the database is away needs its styles
  router.use(pickDomain(deps), strictTransport);
  router.use(noStore);
  router.get('/pictures/:digest', pictureOf(deps));
  router.use(sessions(deps));
  router.use(actorOfRequest(deps));
  router.use(viewTools(deps));
  for (const name of ['provider', 'test', 'setup', 'id']) router.param(name, identifierOnly);
  samlRoutes(router, deps);
  router.use(csrfProtection);
  providerSetupRoutes(router, deps);
  router.use(parseForm());
  router.use(stillLoggedIn(deps));
  switchRoutes(router, deps);
  setupRoutes(router, deps);
  logoutRoutes(router, deps);
  router.use('/local-login', requireLocalLogin(deps));
  loginRoutes(router, deps);
  emailFirstRoutes(router, deps);
  newPasswordRoutes(router, deps);
  forgotPasswordRoutes(router, deps);
  secondStepRoutes(router, deps);
  passkeyLoginRoutes(router, deps);
  changePasswordRoutes(router, deps);
  router.use(requireNewPassword);
  securityRoutes(router, deps);
  router.use(requireSecondFactor(deps));
  testLoginRoutes(router, deps);
  homeRoutes(router);
  profileRoutes(router, deps);
  editProfileRoutes(router, deps);
  peopleRoutes(router, deps);
  personRoutes(router, deps);
  router.use(adminRoutes(deps));
  return router;
}

/** The routes for programs. In a router of their own, Express takes the path apart once and not for each step. */
function apiRoutes(deps: Deps): Router {
  const router = Router();
  router.use(dataHeaders, pickDomain(deps), strictTransport, noStore);
  router.use(SCIM.replace(/^\/api/, ''), scimRoutes(deps));
  router.use(SCIM_TOKENS.replace(/^\/api/, ''), tokenRoutes(deps));
  router.use(wrongPathRoutes(deps, SCIM), scimErrors(deps));
  return router;
}
