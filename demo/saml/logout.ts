import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import type { Application } from '../directory/types.ts';
import { addressesOf, hasSingleLogout } from './addresses.ts';
import { newMessageId } from './answer.ts';
import { encodePost, encodeRedirect } from './decode.ts';
import { buildLogoutResponse, buildSignedLogoutResponse, type LogoutOutcome } from './logoutResponse.ts';
import { receiveRequest } from './message.ts';
import { checkSender } from './receive.ts';
import { type LogoutRequest, readLogoutRequest } from './requests.ts';
import { SamlError } from './samlError.ts';
import { signQuery } from './sign.ts';
import { nameIdOf } from './subject.ts';

/** Where the browser takes the LogoutResponse: by a redirect, or by a form. */
export type LogoutAnswer =
  | { binding: 'redirect'; url: string }
  | { binding: 'post'; message: string; relayState: string | undefined };

/**
 * Ends the sessions that an application's LogoutRequest names (saml-profiles 4.4) and answers by the binding that it came by.
 * The request has to be signed: it comes through a browser, and anybody could have sent the browser here. Throws a SamlError.
 */
export function logOut(deps: Deps, req: Request, application: Application): LogoutAnswer {
  if (!hasSingleLogout(application)) throw new SamlError('Single log-out is not configured for this application.');
  const message = receiveRequest(req, application);
  if (!message) throw new SamlError('There is no SAMLRequest.');
  if (!message.signed) throw new SamlError('A LogoutRequest has to be signed.');
  const request = readLogoutRequest(message.xml);
  checkSender(application, request, addressesOf(deps, application).slo);
  const outcome = endSessions(deps, application, request);
  return writeAnswer(deps, application, { request, outcome, relayState: message.relayState, binding: req.method });
}

function endSessions(deps: Deps, application: Application, request: LogoutRequest): LogoutOutcome {
  const person = deps.state.people.find((one) => nameIdOf(application, one) === request.nameId);
  if (!person) return 'unknown_principal';
  const ended = deps.signIns
    .ofApplication(person.id, application.id)
    .filter(({ sessionIndex }) => !request.sessionIndexes.length || request.sessionIndexes.includes(sessionIndex));
  for (const { sessionIndex } of ended) deps.signIns.end(sessionIndex);
  return ended.some((signIn) => signIn.applicationIds.size > 1) ? 'partial' : 'done';
}

function writeAnswer(
  deps: Deps,
  application: Application,
  answer: { request: LogoutRequest; outcome: LogoutOutcome; relayState: string | undefined; binding: string },
): LogoutAnswer {
  const { sloUrl } = application.sso;
  const envelope = {
    id: newMessageId(deps),
    issuer: addressesOf(deps, application).entityId,
    destination: sloUrl,
    inResponseTo: answer.request.id,
    now: deps.now(),
  };
  if (answer.binding === 'POST') {
    const xml = buildSignedLogoutResponse(envelope, answer.outcome, application);
    return { binding: 'post', message: encodePost(xml), relayState: answer.relayState };
  }
  const message = encodeRedirect(buildLogoutResponse(envelope, answer.outcome));
  const query = signQuery('SAMLResponse', message, answer.relayState, application);
  return { binding: 'redirect', url: `${sloUrl}${sloUrl.includes('?') ? '&' : '?'}${query}` };
}
