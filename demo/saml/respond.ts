import type { Login } from '../console/logins.ts';
import type { Deps } from '../deps.ts';
import { mayUse } from '../directory/applications.ts';
import type { Application, Person } from '../directory/types.ts';
import { addressesOf } from './addresses.ts';
import { authnContexts, bindings, statusCodes } from './names.ts';
import type { PendingRequest } from './pendingRequests.ts';
import { buildRefusal, buildResponse, type Envelope, type Refusal } from './response.ts';
import { attributesOf, nameIdOf } from './subject.ts';

/** The next step for a person on the way to an application: log in first, or go there with a SAML response. */
export type Outcome = { kind: 'login' } | { kind: 'response'; xml: string };

/** The person who is logged in, if any. */
export type Visitor = { login: Login; person: Person } | undefined;

/** Decides what happens to a pending request. The first rule that applies counts. */
export function respond(deps: Deps, application: Application, pending: PendingRequest, visitor: Visitor): Outcome {
  const refuse = (refusal: Refusal): Outcome => {
    return { kind: 'response', xml: buildRefusedResponse(deps, application, pending, refusal) };
  };
  const unsupported = findUnsupported(pending);
  if (unsupported) return refuse(unsupported);
  if (!visitor || isTooOld(pending, visitor.login))
    return pending.request?.isPassive
      ? refuse({ subCode: statusCodes.noPassive, message: 'The user is not logged in.' })
      : { kind: 'login' };
  const denied = findDenial(deps, application, visitor.person);
  if (denied) return refuse(denied);
  visitor.login.applicationIds.add(application.id);
  return { kind: 'response', xml: buildLoginResponse(deps, application, pending, visitor) };
}

/** Returns a signed Response that refuses the request. */
export function buildRefusedResponse(
  deps: Deps,
  application: Application,
  pending: PendingRequest,
  refusal: Refusal,
): string {
  return buildRefusal(envelope(deps, application, pending), refusal, application);
}

function findUnsupported({ request }: PendingRequest): Refusal | undefined {
  const binding = request?.protocolBinding;
  if (binding !== undefined && binding !== bindings.post)
    return { subCode: statusCodes.unsupportedBinding, message: 'Only the POST binding is supported.' };
  const context = request?.authnContext;
  const offered: string[] = Object.values(authnContexts);
  if (
    context?.comparison === 'exact' &&
    context.classRefs.length &&
    !context.classRefs.some((one) => offered.includes(one))
  )
    return { subCode: statusCodes.noAuthnContext, message: 'Only password logins are supported.' };
  return undefined;
}

function findDenial(deps: Deps, application: Application, person: Person): Refusal | undefined {
  if (!mayUse(deps.state, application, person))
    return { subCode: statusCodes.requestDenied, message: 'The user is not authorized to access this application.' };
  if (!nameIdOf(application, person))
    return { subCode: statusCodes.requestDenied, message: 'The user has no value for the NameID.' };
  return undefined;
}

/** ForceAuthn requires a login after the request. */
function isTooOld(pending: PendingRequest, login: Login): boolean {
  return pending.request?.forceAuthn === true && login.authnInstant < pending.receivedAt;
}

function buildLoginResponse(
  deps: Deps,
  application: Application,
  pending: PendingRequest,
  visitor: NonNullable<Visitor>,
): string {
  const { sso } = application;
  const subject = {
    assertionId: newMessageId(deps),
    audience: sso.spEntityId,
    nameId: nameIdOf(application, visitor.person),
    nameIdFormat: sso.nameIdFormat,
    authnInstant: visitor.login.authnInstant,
    sessionIndex: visitor.login.sessionIndex,
    attributes: attributesOf(deps.state, application, visitor.person),
  };
  return buildResponse(envelope(deps, application, pending), subject, sso.sign, application);
}

function envelope(deps: Deps, application: Application, pending: PendingRequest): Envelope {
  return {
    id: newMessageId(deps),
    issuer: addressesOf(deps, application).entityId,
    destination: application.sso.acsUrl,
    inResponseTo: pending.request?.id,
    now: deps.now(),
  };
}

/** Returns a new xs:ID. */
export function newMessageId(deps: Deps): string {
  return `_${deps.randomBytes(16).toString('hex')}`;
}
