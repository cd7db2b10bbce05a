import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.ts';
import { demoAdmin } from '../directory/seed.ts';
import { seeOther, sendPage } from '../web/page.ts';
import { checkCsrf, renewSession, sessionOf } from '../web/session.ts';
import { applicationGroupRoutes } from './applicationGroups.ts';
import { applicationRoutes } from './applications.ts';
import { deletionRoutes } from './deletion.ts';
import { generalRoutes } from './general.ts';
import { groupRoutes } from './groups.ts';
import { identityRoutes } from './identityManagement.ts';
import { importRoutes } from './import.ts';
import { insightsRoutes } from './insights.ts';
import { newApplicationRoutes } from './newApplication.ts';
import { ssoRoutes } from './sso.ts';
import { userRoutes } from './users.ts';

/** The Admin Portal, behind the login of its one administrator. */
export function portalRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use(express.urlencoded({ extended: false, limit: '200kb', parameterLimit: 6000 }), checkCsrf);
  router.get('/login', (_req, res) => sendLogin(res, ''));
  router.post('/login', logIn);
  router.use(requireAdmin);
  router.post('/logout', (_req, res) => {
    sessionOf(res).admin = false;
    seeOther(res, '/admin/login', 'You are logged out.');
  });
  router.get('/', (_req, res) => res.redirect(303, '/admin/applications'));
  router.use('/applications', deletionRoutes(deps), newApplicationRoutes(deps), applicationRoutes(deps));
  router.use('/applications', generalRoutes(deps), ssoRoutes(deps), applicationGroupRoutes(deps));
  router.use('/applications', identityRoutes(deps), importRoutes(deps));
  router.use('/users', userRoutes(deps));
  router.use('/groups', groupRoutes(deps));
  router.use('/insights', insightsRoutes(deps));
  return router;
}

function requireAdmin(req: Request, res: Response, next: NextFunction): void {
  const query = req.method === 'GET' ? `?return=${encodeURIComponent(req.originalUrl)}` : '';
  if (sessionOf(res).admin) next();
  else res.redirect(303, `/admin/login${query}`);
}

async function logIn(req: Request, res: Response): Promise<void> {
  const { login = '', password = '' } = req.body ?? {};
  if (!sameText(String(login).trim().toLowerCase(), demoAdmin.email) || !sameText(String(password), demoAdmin.password))
    return sendLogin(res.status(422), 'Wrong e-mail address or password.');
  renewSession(res);
  sessionOf(res).admin = true;
  seeOther(res, returnPath(req));
}

/** Returns the page that the administrator requested. Only paths of the portal are accepted. */
function returnPath(req: Request): string {
  const wanted = String(req.query.return ?? '');
  return /^\/admin\/[\w/?=&%.-]*$/.test(wanted) ? wanted : '/admin/applications';
}

function sendLogin(res: Response, error: string): Promise<void> {
  const action = res.req.originalUrl;
  return sendPage(res, 'plain', 'portal/login', { title: 'Log in', error, action, demoAdmin });
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
