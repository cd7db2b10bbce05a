import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { consoleRoutes } from './console/routes.ts';
import type { Deps } from './deps.ts';
import { demoAdmin, demoPassword } from './directory/seed.ts';
import { portalRoutes } from './portal/routes.ts';
import { createLogoutChains } from './saml/logoutChain.ts';
import { createPendingRequests } from './saml/pendingRequests.ts';
import { samlMessageRoutes, samlResponseRoutes } from './saml/routes.ts';
import { assetRoutes } from './web/assets.ts';
import { headers, ownHostOnly } from './web/headers.ts';
import { sendPage } from './web/page.ts';
import { sessions } from './web/session.ts';

/** Returns the whole provider as one Express app. */
export function buildProvider(deps: Deps): Express {
  const app = express();
  const pending = createPendingRequests(deps.randomBytes);
  const chains = createLogoutChains(deps.randomBytes);
  app.disable('x-powered-by');
  app.use(headers(), ownHostOnly(deps.url));
  app.use('/assets', assetRoutes());
  app.use('/saml2', samlMessageRoutes(deps, pending, chains));
  app.use(sessions(deps));
  app.use('/sso', express.urlencoded({ extended: false, limit: '10kb' }), samlResponseRoutes(deps, pending));
  app.use('/console', consoleRoutes(deps, pending, chains));
  app.use('/admin', portalRoutes(deps));
  app.get('/', (_req, res) => sendPage(res, 'plain', 'welcome', { title: 'Welcome', demoAdmin, demoPassword }));
  app.use((_req, res) => sendPage(res.status(404), 'plain', 'notFound', { title: 'Not found' }));
  app.use(sendError);
  return app;
}

/** Errors of the body parser carry a status. Everything else is an error of the provider, and only its log shows it. */
function sendError(error: unknown, _req: Request, res: Response, _next: NextFunction): void {
  const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500;
  if (status === 500) console.error(error);
  res
    .status(status)
    .type('text/plain')
    .send(status === 500 ? 'Something went wrong.' : 'This request could not be read.');
}
