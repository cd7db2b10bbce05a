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
  const domain = pickDomain(deps);
  // If even the error page fails, Express must not show a stack trace.
  app.set('env', 'production');
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', deps.config.trustProxy);
  useViews(app, deps);
  app.use(limitBodies());
  app.use(arriveTogether);
  app.use('/api', apiRoutes(deps));
  app.use(limitHeaders);
  app.use(pageHeaders);
  app.get('/healthz', liveness);
  app.get('/readyz', readiness(deps));
  app.use(assetRoutes()); // before the domain: the page that says that the database is away needs its styles
  app.use(domain, strictTransport);
  app.use(noStore);
  app.get('/pictures/:digest', pictureOf(deps));
  app.use(sessions(deps));
  app.use(actorOfRequest(deps));
  app.use(viewTools(deps));
  app.use(samlRoutes(deps));
  app.use(csrfProtection);
  app.use(providerSetupRoutes(deps));
  app.use(parseForm());
  app.use(stillLoggedIn(deps));
  app.use(switchRoutes(deps));
  app.use(setupRoutes(deps));
  app.use(logoutRoutes(deps));
  app.use('/local-login', requireLocalLogin(deps));
  app.use(loginRoutes(deps));
  app.use(emailFirstRoutes(deps));
  app.use(newPasswordRoutes(deps));
  app.use(forgotPasswordRoutes(deps));
  app.use(secondStepRoutes(deps));
  app.use(passkeyLoginRoutes(deps));
  app.use(changePasswordRoutes(deps));
  app.use(requireNewPassword);
  app.use(securityRoutes(deps));
  app.use(requireSecondFactor(deps));
  app.use(testLoginRoutes(deps));
  app.use(homeRoutes());
  app.use(profileRoutes(deps));
  app.use(editProfileRoutes(deps));
  app.use(peopleRoutes(deps));
  app.use(personRoutes(deps));
  app.use(adminRoutes(deps));
  app.use(pageNotFound);
  app.use(errorPage(deps));
  return app;
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
