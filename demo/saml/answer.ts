import type { SignIn } from '../console/signIns.ts';
import type { Deps } from '../deps.ts';
import { mayUse } from '../directory/applications.ts';
import type { Application, Person } from '../directory/types.ts';
import { addressesOf } from './addresses.ts';
import { authnContexts, bindings, statusCodes } from './names.ts';
import type { PendingRequest } from './pendingRequests.ts';
import { buildRefusal, buildResponse, type Envelope, type Refusal } from './response.ts';
import { attributesOf, nameIdOf } from './subject.ts';

/** What is to happen with somebody on the way to an application: an answer to it, or a log-in first. */
export type Answer = { kind: 'login' } | { kind: 'response'; xml: string };

/** The person who is logged in, or undefined where nobody is. */
export type Visitor = { signIn: SignIn; person: Person } | undefined;

/** Answers a request that waits: the first rule that applies decides. */
export function answer(deps: Deps, application: Application, pending: PendingRequest, visitor: Visitor): Answer {
  const unsupported = refuseUnsupported(pending);
  if (unsupported) return refuse(deps, application, pending, unsupported);
  if (!visitor || isTooOld(pending, visitor.signIn))
    return pending.request?.isPassive
      ? refuse(deps, application, pending, { subCode: statusCodes.noPassive, message: 'A log-in is necessary.' })
      : { kind: 'login' };
  const denied = refusePerson(deps, application, visitor.person);
  if (denied) return refuse(deps, application, pending, denied);
  visitor.signIn.applicationIds.add(application.id);
  return { kind: 'response', xml: signOn(deps, application, pending, visitor) };
}

/** The signed answer that says no. */
export function refuse(deps: Deps, application: Application, pending: PendingRequest, refusal: Refusal): Answer {
  return { kind: 'response', xml: buildRefusal(envelope(deps, application, pending), refusal, application) };
}

function refuseUnsupported({ request }: PendingRequest): Refusal | undefined {
  const binding = request?.protocolBinding;
  if (binding !== undefined && binding !== bindings.post)
    return { subCode: statusCodes.unsupportedBinding, message: 'Answers go by the POST binding only.' };
  const context = request?.authnContext;
  const offered: string[] = Object.values(authnContexts);
  if (
    context?.comparison === 'exact' &&
    context.classRefs.length &&
    !context.classRefs.some((one) => offered.includes(one))
  )
    return { subCode: statusCodes.noAuthnContext, message: 'Log-ins are by password only.' };
  return undefined;
}

function refusePerson(deps: Deps, application: Application, person: Person): Refusal | undefined {
  if (!mayUse(deps.state, application, person))
    return { subCode: statusCodes.requestDenied, message: 'The user is not authorized to access this application.' };
  if (!nameIdOf(application, person))
    return { subCode: statusCodes.requestDenied, message: 'The user lacks the property that the NameID is made of.' };
  return undefined;
}

/** ForceAuthn wants a log-in that is younger than the request. */
function isTooOld(pending: PendingRequest, signIn: SignIn): boolean {
  return pending.request?.forceAuthn === true && signIn.authnInstant < pending.receivedAt;
}

function signOn(deps: Deps, application: Application, pending: PendingRequest, visitor: NonNullable<Visitor>): string {
  const { sso } = application;
  const subject = {
    assertionId: newMessageId(deps),
    audience: sso.spEntityId,
    nameId: nameIdOf(application, visitor.person),
    nameIdFormat: sso.nameIdFormat,
    authnInstant: visitor.signIn.authnInstant,
    sessionIndex: visitor.signIn.sessionIndex,
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

/** A new xs:ID. */
export function newMessageId(deps: Deps): string {
  return `_${deps.randomBytes(16).toString('hex')}`;
}
