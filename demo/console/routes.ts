import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { findApplication, tilesOf } from '../directory/applications.ts';
import { displayName, findPersonByPassword } from '../directory/people.ts';
import { demoPassword } from '../directory/seed.ts';
import { findTemplate } from '../directory/templates.ts';
import type { LogoutChains } from '../saml/logoutChain.ts';
import type { PendingRequests } from '../saml/pendingRequests.ts';
import { queryText } from '../web/fields.ts';
import { seeOther, sendPage } from '../web/page.ts';
import { checkCsrf, renewSession, sessionOf } from '../web/session.ts';
import { logoutRoutes } from './logout.ts';
import { sessionVisitor } from './visitor.ts';

const loginForm = z.object({
  login: z.string().trim().max(200).default(''),
  password: z.string().max(200).default(''),
  continue: z.string().max(100).default(''),
});

/** The User Console: login, the tiles of the applications that the person may use, logout. */
export function consoleRoutes(deps: Deps, pending: PendingRequests, chains: LogoutChains): Router {
  const router = express.Router();
  router.use(express.urlencoded({ extended: false, limit: '10kb' }), checkCsrf);
  router.get('/login', (req, res) => showLogin(deps, pending, req, res));
  router.post('/login', (req, res) => logIn(deps, pending, req, res));
  router.get('/', (_req, res) => showTiles(deps, res));
  logoutRoutes(router, deps, chains);
  return router;
}

async function showLogin(deps: Deps, pending: PendingRequests, req: Request, res: Response): Promise<void> {
  const waiting = pending.find(queryText(req.query.continue), deps.now());
  if (sessionVisitor(deps, res) && !waiting) return res.redirect(303, '/console');
  await sendLogin(deps, pending, res, { continue: waiting?.id ?? '', login: '', error: '' });
}

async function logIn(deps: Deps, pending: PendingRequests, req: Request, res: Response): Promise<void> {
  const form = loginForm.safeParse(req.body);
  if (!form.success) return res.redirect(303, '/console/login');
  const { login, password } = form.data;
  const person = findPersonByPassword(deps, login, password);
  if (!person) {
    const error = 'Wrong user name or password, or the account is suspended.';
    res.status(422);
    return sendLogin(deps, pending, res, { login, continue: form.data.continue, error });
  }
  beginSession(deps, res, person.id);
  const waiting = pending.find(form.data.continue, deps.now());
  seeOther(res, waiting ? `/sso/${waiting.id}` : '/console');
}

/** A person who logs in again because an application requested it keeps their session. */
function beginSession(deps: Deps, res: Response, personId: string): void {
  const current = sessionVisitor(deps, res);
  renewSession(res);
  if (current?.person.id === personId) {
    current.login.authnInstant = deps.now();
    return;
  }
  if (current) deps.logins.end(current.login.sessionIndex);
  sessionOf(res).sessionIndex = deps.logins.start(personId, deps.now()).sessionIndex;
}

async function sendLogin(
  deps: Deps,
  pending: PendingRequests,
  res: Response,
  form: { login: string; continue: string; error: string },
): Promise<void> {
  const waiting = pending.find(form.continue, deps.now());
  const application = waiting && findApplication(deps.state, waiting.applicationId);
  const people = deps.state.people.filter((person) => person.active && person.passwordHash);
  await sendPage(res, 'plain', 'console/login', {
    title: 'Log in',
    form,
    application,
    mayCancel: waiting?.request !== undefined,
    people: people.slice(0, 6),
    displayName,
    demoPassword,
  });
}

async function showTiles(deps: Deps, res: Response): Promise<void> {
  const visitor = sessionVisitor(deps, res);
  if (!visitor) return res.redirect(303, '/console/login');
  const tiles = tilesOf(deps.state, visitor.person).map((application) => {
    return { ...application, icon: findTemplate(application.template)?.icon ?? 'apps' };
  });
  await sendPage(res, 'console', 'console/tiles', { title: 'Applications', tiles, name: displayName(visitor.person) });
}
