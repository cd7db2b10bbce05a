import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { findApplication } from '../directory/applications.ts';
import type { Application } from '../directory/types.ts';
import { addressesOf } from './addresses.ts';
import { type ReceivedMessage, receiveRequest } from './message.ts';
import type { PendingRequest } from './pendingRequests.ts';
import { type AuthnRequest, readAuthnRequest } from './requests.ts';
import { SamlError } from './samlError.ts';

/** The application of this address while its single sign-on is on. Throws a SamlError. */
export function getSsoApplication(deps: Deps, id: unknown): Application {
  const application = findApplication(deps.state, String(id));
  if (!application) throw new SamlError('No application has this address.');
  if (application.sso.status !== 'active')
    throw new SamlError(`Single sign-on for ${application.label} is not active. An administrator can turn it on.`);
  return application;
}

/**
 * What the application asks for, checked: it comes from the application that the address belongs to, is meant for this
 * provider, and wants its answer at the configured ACS URL. Without a SAMLRequest the way began at the tile. Throws a SamlError.
 */
export function receiveSignOn(deps: Deps, req: Request, application: Application): Omit<PendingRequest, 'id'> {
  const message = receiveRequest(req, application);
  const common = { applicationId: application.id, receivedAt: deps.now() };
  if (!message) return { ...common, request: undefined, relayState: application.sso.defaultRelayState || undefined };
  const request = readAuthnRequest(message.xml);
  checkSignOn(deps, application, request, message);
  const { issuer: _issuer, destination: _destination, acsUrl: _acsUrl, ...rest } = request;
  return { ...common, request: rest, relayState: message.relayState };
}

/** Checks that are the same for every request of an application. Throws a SamlError. */
export function checkSender(
  application: Application,
  request: { issuer: string; destination: string | undefined },
  address: string,
): void {
  if (request.issuer !== application.sso.spEntityId)
    throw new SamlError(
      `The request comes from "${request.issuer}", but the SP Entity ID here is "${application.sso.spEntityId}".`,
    );
  if (request.destination !== undefined && request.destination !== address)
    throw new SamlError(`The request is meant for "${request.destination}", which is not this address.`);
}

function checkSignOn(deps: Deps, application: Application, request: AuthnRequest, message: ReceivedMessage): void {
  checkSender(application, request, addressesOf(deps, application).sso);
  const { acsUrl, wantSignedRequests } = application.sso;
  if (request.acsUrl !== undefined && request.acsUrl !== acsUrl)
    throw new SamlError(`The answer was asked for at "${request.acsUrl}", but the ACS URL here is "${acsUrl}".`);
  if (wantSignedRequests && !message.signed) throw new SamlError('This application has to sign its requests.');
}
