import type { Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { findApplication } from '../directory/applications.ts';
import { addressesOf } from '../saml/addresses.ts';
import { encodePost } from '../saml/decode.ts';
import { replyTo, sendReply } from '../saml/logout.ts';
import { type LogoutChain, type LogoutChains, type Participant, participantsOf } from '../saml/logoutChain.ts';
import { buildLogoutRequest } from '../saml/logoutRequest.ts';
import { sendForm } from '../saml/sendForm.ts';
import { seeOther, sendPage } from '../web/page.ts';
import { sessionOf } from '../web/session.ts';
import { sessionVisitor } from './visitor.ts';

const LOGGED_OUT = 'You are logged out of Cloud Directory.';

/** Log out of the User Console, and of each application that supports single logout, one after the other (saml-profiles 4.4). */
export function logoutRoutes(router: Router, deps: Deps, chains: LogoutChains): void {
  router.post('/logout', (_req, res) => {
    const visitor = sessionVisitor(deps, res);
    const participants = visitor ? participantsOf(deps, visitor.person, visitor.login) : [];
    deps.logins.end(sessionOf(res).sessionIndex ?? '');
    if (participants.length === 0) return seeOther(res, '/console/login', LOGGED_OUT);
    const chain = chains.add({ startedAt: deps.now(), participants, origin: undefined });
    seeOther(res, `/console/logout/${chain.id}`);
  });
  router.get('/logout/:chain', async (req, res) => {
    const chain = chains.find(req.params.chain, deps.now());
    if (!chain) return seeOther(res, '/console/login');
    await goOn(deps, res, chain);
  });
}

/** Sends the browser to the next application; at the end, back to the one that started the logout, or shows which of them confirmed it. */
async function goOn(deps: Deps, res: Response, chain: LogoutChain): Promise<void> {
  const { origin, participants } = chain;
  const next = participants.find(({ state }) => state === 'waiting');
  if (next) return sendRequest(deps, res, chain, next);
  const application = findApplication(deps.state, origin?.applicationId ?? '');
  if (origin && application) return sendReply(res, application, replyTo(deps, application, chain, origin));
  await sendPage(res, 'plain', 'console/loggedOut', { title: 'You are logged out', participants });
}

async function sendRequest(deps: Deps, res: Response, chain: LogoutChain, next: Participant): Promise<void> {
  next.state = 'sent';
  const application = findApplication(deps.state, next.applicationId);
  if (!application) return seeOther(res, `/console/logout/${chain.id}`);
  const { sloUrl } = application.sso;
  const { entityId: issuer } = addressesOf(deps, application);
  const envelope = { id: next.requestId, issuer, destination: sloUrl, now: deps.now() };
  const xml = buildLogoutRequest(envelope, application, next);
  await sendForm(res, sloUrl, { name: 'SAMLRequest', message: encodePost(xml), relayState: chain.id });
}
