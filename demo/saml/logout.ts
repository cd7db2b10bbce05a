import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import type { Application } from '../directory/types.ts';
import { addressesOf, hasSingleLogout } from './addresses.ts';
import { encodePost, encodeRedirect } from './decode.ts';
import type { LogoutChain, LogoutChains } from './logoutChain.ts';
import { buildLogoutResponse, buildSignedLogoutResponse, type LogoutOutcome } from './logoutResponse.ts';
import { receiveMessage } from './message.ts';
import { checkSender } from './receive.ts';
import { type LogoutRequest, readLogoutRequest, readLogoutResponse } from './requests.ts';
import { newMessageId } from './respond.ts';
import { SamlError } from './samlError.ts';
import { signQuery } from './sign.ts';
import { nameIdOf } from './subject.ts';

/** How the browser takes the LogoutResponse to the application: by a redirect or a form. */
export type LogoutReply =
  | { binding: 'redirect'; url: string }
  | { binding: 'post'; message: string; relayState: string | undefined };

/**
 * Ends the sessions that an application's LogoutRequest names (saml-profiles 4.4) and replies by the same binding.
 * The request must be signed: it comes through a browser, so anyone could have sent it. Throws a SamlError.
 */
export function logOut(deps: Deps, req: Request, application: Application): LogoutReply {
  if (!hasSingleLogout(application)) throw new SamlError('Single logout is not configured for this application.');
  const message = receiveMessage(req, application, 'SAMLRequest');
  if (!message) throw new SamlError('The SAMLRequest is missing.');
  if (!message.signed) throw new SamlError('The LogoutRequest is not signed.');
  const request = readLogoutRequest(message.xml);
  checkSender(application, request, addressesOf(deps, application).slo);
  const outcome = endSessions(deps, application, request);
  return writeReply(deps, application, { request, outcome, relayState: message.relayState, binding: req.method });
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

function endSessions(deps: Deps, application: Application, request: LogoutRequest): LogoutOutcome {
  const person = deps.state.people.find((one) => nameIdOf(application, one) === request.nameId);
  if (!person) return 'unknown_principal';
  const logins = deps.logins
    .ofApplication(person.id, application.id)
    .filter(({ sessionIndex }) => !request.sessionIndexes.length || request.sessionIndexes.includes(sessionIndex));
  for (const { sessionIndex } of logins) deps.logins.end(sessionIndex);
  return logins.some((login) => login.applicationIds.size > 1) ? 'partial' : 'done';
}

function writeReply(
  deps: Deps,
  application: Application,
  reply: { request: LogoutRequest; outcome: LogoutOutcome; relayState: string | undefined; binding: string },
): LogoutReply {
  const { sloUrl } = application.sso;
  const envelope = {
    id: newMessageId(deps),
    issuer: addressesOf(deps, application).entityId,
    destination: sloUrl,
    inResponseTo: reply.request.id,
    now: deps.now(),
  };
  if (reply.binding === 'POST') {
    const xml = buildSignedLogoutResponse(envelope, reply.outcome, application);
    return { binding: 'post', message: encodePost(xml), relayState: reply.relayState };
  }
  const message = encodeRedirect(buildLogoutResponse(envelope, reply.outcome));
  const query = signQuery('SAMLResponse', message, reply.relayState, application);
  return { binding: 'redirect', url: `${sloUrl}${sloUrl.includes('?') ? '&' : '?'}${query}` };
}
