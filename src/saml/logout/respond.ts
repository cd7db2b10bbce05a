import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { findSigningKey } from '../../federation/domainKeys.ts';
import { logoutRefusalMessage } from '../../federation/refusalMessages.ts';
import { allowFormTo } from '../../web/headers.ts';
import { withQuery } from '../../web/query.ts';
import { statusOf } from '../acs/refusalPage.ts';
import { newMessageId, sentTo } from '../request/bindings.ts';
import { LOGGED_OUT } from './ours.ts';
import { findLogoutTarget, writeLogoutResponse } from './outgoing.ts';
import { type AcceptedLogout, type RefusedLogout, receiveLogout } from './receive.ts';

/**
 * The SLO URL: receives a message of a provider, by a GET or the form of a POST. A LogoutRequest gets its LogoutResponse, by the binding that
 * it came with if the provider has that; a LogoutResponse leads to the page that says what was done.
 */
export async function receiveAtSlo(deps: Deps, req: Request, res: Response): Promise<void> {
  const isMessage = req.method === 'POST' || (req.method === 'GET' && /[?&]SAML(Request|Response)=/.test(req.url));
  if (!isMessage) {
    res.setHeader('allow', 'GET, POST');
    throw new AppError(
      req.method === 'GET' ? 400 : 405,
      'This address is for identity providers. To log out, open the intranet and click Log out.',
    );
  }
  const result = await receiveLogout(deps, req, res.locals.domain);
  if (result.kind === 'refused') refusalPage(res, result);
  else if (result.kind === 'response') res.redirect(303, withQuery(LOGGED_OUT, { request: result.requestId }));
  else await respond(deps, res, result);
}

type AcceptedRequest = Extract<AcceptedLogout, { kind: 'request' }>;

async function respond(deps: Deps, res: Response, accepted: AcceptedRequest): Promise<void> {
  const { provider, entityId, id: inResponseTo, relayState, binding } = accepted;
  const target = findLogoutTarget(provider, binding, 'response');
  const key = await findSigningKey(deps, res.locals.domain.id);
  // The provider asked, but says nowhere where the response goes.
  if (!target || !key) return res.redirect(303, LOGGED_OUT);
  const id = newMessageId(deps);
  const xml = writeLogoutResponse({ id, issuer: entityId, destination: target.url, at: deps.now() }, inResponseTo);
  const { url, fields } = sentTo(target, { parameter: 'SAMLResponse', xml, relayState }, key);
  if (fields === undefined) return res.redirect(303, url);
  allowFormTo(res, url);
  res.render('saml/request/loginRequest', { provider, url, fields });
}

function refusalPage(res: Response, { reason, reference, provider, message }: RefusedLogout): void {
  res
    .status(statusOf(reason))
    .render('saml/logout/respond', { ...logoutRefusalMessage(provider?.name, message), reference });
}
