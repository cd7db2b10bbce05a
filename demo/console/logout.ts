import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { findApplication } from '../directory/applications.ts';
import { addressesOf, hasSingleLogout } from '../saml/addresses.ts';
import { encodePost } from '../saml/decode.ts';
import type { LogoutChain, LogoutChains, Participant } from '../saml/logoutChain.ts';
import { buildLogoutRequest } from '../saml/logoutRequest.ts';
import { newMessageId } from '../saml/respond.ts';
import { sendForm } from '../saml/sendForm.ts';
import { nameIdOf } from '../saml/subject.ts';
import { seeOther, sendPage } from '../web/page.ts';
import { sessionOf } from '../web/session.ts';
import { sessionVisitor } from './visitor.ts';

const LOGGED_OUT = 'You are logged out of Cloud Directory. You may still be logged in to applications.';

/** Log out of the User Console, and then of each application that supports single logout, one after the other (saml-profiles 4.4). */
export function logoutRoutes(router: Router, deps: Deps, chains: LogoutChains): void {
  router.post('/logout', (_req, res) => {
    const visitor = sessionVisitor(deps, res);
    const participants = visitor ? participantsOf(deps, visitor) : [];
    deps.logins.end(sessionOf(res).sessionIndex ?? '');
    if (!visitor || participants.length === 0) return seeOther(res, '/console/login', LOGGED_OUT);
    const { sessionIndex } = visitor.login;
    const chain = chains.add({ sessionIndex, startedAt: deps.now(), participants });
    seeOther(res, `/console/logout/${chain.id}`);
  });
  router.get('/logout/:chain', (req, res) => goOn(deps, chains, req, res));
}

function participantsOf(deps: Deps, { login, person }: NonNullable<ReturnType<typeof sessionVisitor>>): Participant[] {
  const applications = [...login.applicationIds].flatMap((id) => findApplication(deps.state, id) ?? []);
  return applications.filter(hasSingleLogout).map((application) => ({
    applicationId: application.id,
    label: application.label,
    nameId: nameIdOf(application, person),
    state: 'waiting',
    requestId: newMessageId(deps),
  }));
}

/** Sends the browser to the next application, or shows which of them confirmed the logout. */
async function goOn(deps: Deps, chains: LogoutChains, req: Request, res: Response): Promise<void> {
  const chain = chains.find(String(req.params.chain), deps.now());
  if (!chain) return seeOther(res, '/console/login');
  const next = chain.participants.find(({ state }) => state === 'waiting');
  if (next) return sendRequest(deps, res, chain, next);
  await sendPage(res, 'plain', 'console/loggedOut', { title: 'You are logged out', participants: chain.participants });
}

async function sendRequest(deps: Deps, res: Response, chain: LogoutChain, next: Participant): Promise<void> {
  next.state = 'sent';
  const application = findApplication(deps.state, next.applicationId);
  if (!application) return seeOther(res, `/console/logout/${chain.id}`);
  const { sloUrl } = application.sso;
  const { entityId: issuer } = addressesOf(deps, application);
  const envelope = { id: next.requestId, issuer, destination: sloUrl, now: deps.now() };
  const xml = buildLogoutRequest(envelope, application, { ...next, sessionIndex: chain.sessionIndex });
  await sendForm(res, sloUrl, { name: 'SAMLRequest', message: encodePost(xml), relayState: chain.id });
}
