import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { findApplication } from '../directory/applications.ts';
import type { Application } from '../directory/types.ts';
import { addressesOf } from './addresses.ts';
import { type ReceivedMessage, receiveMessage } from './message.ts';
import type { PendingRequest } from './pendingRequests.ts';
import { type AuthnRequest, readAuthnRequest } from './requests.ts';
import { SamlError } from './samlError.ts';

/** Returns the application with this id. Throws a SamlError if there is none or its single sign-on is not active. */
export function getSsoApplication(deps: Deps, id: unknown): Application {
  const application = findApplication(deps.state, String(id));
  if (!application) throw new SamlError('There is no application at this address.');
  if (application.sso.status !== 'active')
    throw new SamlError(`Single sign-on for ${application.label} is not active. An administrator can activate it.`);
  return application;
}

/**
 * Returns a checked login request: it was sent by this application, is addressed to this provider, and requests the SAML response
 * at the configured ACS URL. Without a SAMLRequest, the login was started from the tile. Throws a SamlError.
 */
export function receiveLoginRequest(deps: Deps, req: Request, application: Application): Omit<PendingRequest, 'id'> {
  const message = receiveMessage(req, application, 'SAMLRequest');
  const common = { applicationId: application.id, receivedAt: deps.now() };
  if (!message) return { ...common, request: undefined, relayState: application.sso.defaultRelayState || undefined };
  const request = readAuthnRequest(message.xml);
  checkLoginRequest(deps, application, request, message);
  const { issuer: _issuer, destination: _destination, acsUrl: _acsUrl, ...rest } = request;
  return { ...common, request: rest, relayState: message.relayState };
}

/** Checks the Issuer and Destination of a request. Throws a SamlError. */
export function checkSender(
  application: Application,
  request: { issuer: string; destination: string | undefined },
  address: string,
): void {
  if (request.issuer !== application.sso.spEntityId)
    throw new SamlError(
      `The Issuer of the request is "${request.issuer}", but the SP Entity ID is "${application.sso.spEntityId}".`,
    );
  if (request.destination !== undefined && request.destination !== address)
    throw new SamlError(`The Destination of the request is "${request.destination}", which is not this address.`);
}

function checkLoginRequest(
  deps: Deps,
  application: Application,
  request: AuthnRequest,
  message: ReceivedMessage,
): void {
  checkSender(application, request, addressesOf(deps, application).sso);
  const { acsUrl, wantSignedRequests } = application.sso;
  if (request.acsUrl !== undefined && request.acsUrl !== acsUrl)
    throw new SamlError(`The request specifies the ACS URL "${request.acsUrl}", but "${acsUrl}" is configured.`);
  if (wantSignedRequests && !message.signed)
    throw new SamlError('The request is not signed, but this application must sign its requests.');
}
