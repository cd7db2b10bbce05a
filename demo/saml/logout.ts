import type { Request, Response } from 'express';
import type { Login } from '../console/logins.ts';
import type { Deps } from '../deps.ts';
import type { Application, Person } from '../directory/types.ts';
import { addressesOf, hasSingleLogout } from './addresses.ts';
import { encodePost, encodeRedirect } from './decode.ts';
import { type LogoutChain, type LogoutChains, type LogoutOrigin, participantsOf } from './logoutChain.ts';
import { buildLogoutResponse, buildSignedLogoutResponse, type LogoutOutcome } from './logoutResponse.ts';
import { receiveMessage } from './message.ts';
import { checkSender } from './receive.ts';
import { type LogoutRequest, readLogoutRequest, readLogoutResponse } from './requests.ts';
import { newMessageId } from './respond.ts';
import { SamlError } from './samlError.ts';
import { sendForm } from './sendForm.ts';
import { signQuery } from './sign.ts';
import { nameIdOf } from './subject.ts';

/** How the browser takes the LogoutResponse to the application: by a redirect or a form. */
export type LogoutReply =
  | { binding: 'redirect'; url: string }
  | { binding: 'post'; message: string; relayState: string | undefined };

/**
 * Ends the sessions that an application's LogoutRequest names (saml-profiles 4.4). If the person opened other applications with them, returns
 * the chain that asks those first; otherwise the reply. The request must be signed: it comes through a browser, so anyone could have sent it.
 * Throws a SamlError.
 */
export function logOut(
  deps: Deps,
  chains: LogoutChains,
  req: Request,
  application: Application,
): LogoutReply | LogoutChain {
  if (!hasSingleLogout(application)) throw new SamlError('Single logout is not configured for this application.');
  const message = receiveMessage(req, application, 'SAMLRequest');
  if (!message) throw new SamlError('The SAMLRequest is missing.');
  if (!message.signed) throw new SamlError('The LogoutRequest is not signed.');
  const request = readLogoutRequest(message.xml);
  checkSender(application, request, addressesOf(deps, application).slo);
  const binding = req.method === 'POST' ? 'post' : 'redirect';
  const origin: LogoutOrigin = {
    ...{ applicationId: application.id, requestId: request.id },
    ...{ relayState: message.relayState, binding },
  };
  const person = deps.state.people.find((one) => nameIdOf(application, one) === request.nameId);
  if (!person) return writeReply(deps, application, origin, 'unknown_principal');
  const logins = loginsOf(deps, application, person, request);
  const participants = logins.flatMap((login) => participantsOf(deps, person, login, application));
  for (const { sessionIndex } of logins) deps.logins.end(sessionIndex);
  const chain = chains.add({ startedAt: deps.now(), participants, origin });
  return participants.some(({ state }) => state === 'waiting') ? chain : replyTo(deps, application, chain, origin);
}

/** Returns the reply to the application that started a logout: PartialLogout if another application may still have a session. */
export function replyTo(
  deps: Deps,
  application: Application,
  { participants }: LogoutChain,
  origin: LogoutOrigin,
): LogoutReply {
  const isDone = participants.every(({ state }) => state === 'done');
  return writeReply(deps, application, origin, isDone ? 'done' : 'partial');
}

/** Sends the browser back to the application with the reply. */
export async function sendReply(res: Response, application: Application, reply: LogoutReply): Promise<void> {
  if (reply.binding === 'redirect') return res.redirect(303, reply.url);
  const { message, relayState } = reply;
  await sendForm(res, application.sso.sloUrl, { name: 'SAMLResponse', message, relayState });
}

/**
 * Receives an application's LogoutResponse to a request of a logout chain. Returns the chain, which goes on then, or undefined if the message is
 * no response. It must be signed. Throws a SamlError.
 */
export function finishLogout(
  deps: Deps,
  chains: LogoutChains,
  req: Request,
  application: Application,
): LogoutChain | undefined {
  const message = receiveMessage(req, application, 'SAMLResponse');
  if (!message) return undefined;
  if (!message.signed) throw new SamlError('The LogoutResponse is not signed.');
  const response = readLogoutResponse(message.xml);
  checkSender(application, response, addressesOf(deps, application).slo);
  const chain = chains.find(message.relayState ?? '', deps.now());
  const participant = chain?.participants.find(({ requestId }) => requestId === response.inResponseTo);
  if (!chain || participant?.applicationId !== application.id || participant.state !== 'sent')
    throw new SamlError('The LogoutResponse belongs to no logout that is under way.');
  participant.state = response.isSuccess ? 'done' : 'failed';
  return chain;
}

function loginsOf(deps: Deps, application: Application, person: Person, { sessionIndexes }: LogoutRequest): Login[] {
  const logins = deps.logins.ofApplication(person.id, application.id);
  return logins.filter(({ sessionIndex }) => !sessionIndexes.length || sessionIndexes.includes(sessionIndex));
}

function writeReply(
  deps: Deps,
  application: Application,
  { requestId, relayState, binding }: LogoutOrigin,
  outcome: LogoutOutcome,
): LogoutReply {
  const { sloUrl } = application.sso;
  const envelope = {
    id: newMessageId(deps),
    issuer: addressesOf(deps, application).entityId,
    destination: sloUrl,
    inResponseTo: requestId,
    now: deps.now(),
  };
  if (binding === 'post') {
    const xml = buildSignedLogoutResponse(envelope, outcome, application);
    return { binding, message: encodePost(xml), relayState };
  }
  const message = encodeRedirect(buildLogoutResponse(envelope, outcome));
  const query = signQuery('SAMLResponse', message, relayState, application);
  return { binding, url: `${sloUrl}${sloUrl.includes('?') ? '&' : '?'}${query}` };
}
