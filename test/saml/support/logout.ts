import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { writeSession } from '../../../src/store/sessions.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { aSession } from '../../support/rows.ts';
import { IDP } from './context.ts';
import { provider as keys } from './keys.ts';
import { at } from './message.ts';
import { type SignOptions, signAt, withoutMarks } from './sign.ts';
import type { Signing } from './signingProvider.ts';

const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/** The parts of a LogoutRequest or LogoutResponse as text. `@@RESPONSE@@` marks the place of its signature. */
export type LogoutParts = {
  root: 'LogoutRequest' | 'LogoutResponse';
  attributes: string;
  issuer: string;
  content: string;
};

/** Returns the parts of an honest LogoutRequest for Ada's session. */
export function requestParts(slo: string, id = '_logout1'): LogoutParts {
  const content = `<saml:NameID>ada@acme.com</saml:NameID><samlp:SessionIndex>_session1</samlp:SessionIndex>`;
  return { root: 'LogoutRequest', attributes: attributesOf(slo, id), issuer: issuer(IDP), content };
}

/** Returns the parts of a LogoutResponse to a request. @param subCode a second-level status under the first */
export function responseParts(slo: string, inResponseTo: string, code = 'Success', subCode?: string): LogoutParts {
  const status = (value: string, inner = '') =>
    `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${value}">${inner}</samlp:StatusCode>`;
  const content = `<samlp:Status>${status(code, subCode && status(subCode))}</samlp:Status>`;
  const attributes = `${attributesOf(slo, `_response${inResponseTo}`)} InResponseTo="${inResponseTo}"`;
  return { root: 'LogoutResponse', attributes, issuer: issuer(IDP), content };
}

/** Returns the attributes of an honest message. */
export function attributesOf(slo: string, id: string): string {
  return `ID="${id}" Version="2.0" IssueInstant="${at(-10)}" Destination="${slo}"`;
}

/** Returns an Issuer. */
export function issuer(entityId: string): string {
  return `<saml:Issuer>${entityId}</saml:Issuer>`;
}

/** Returns the message with the mark for its signature. */
export function composeLogout({ root, attributes, issuer: from, content }: LogoutParts): string {
  return `<samlp:${root} xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ${attributes}>${from}@@RESPONSE@@${content}</samlp:${root}>`;
}

/** Returns the field of a form with a signed message. */
export function signedField(parts: LogoutParts, options: Partial<SignOptions> = {}): Record<string, string> {
  return fieldOf(parts, signAt(composeLogout(parts), '@@RESPONSE@@', parts.root, options));
}

/** Returns the field of a form with a finished message. */
export function fieldOf({ root }: Pick<LogoutParts, 'root'>, xml: string): Record<string, string> {
  const name = root === 'LogoutRequest' ? 'SAMLRequest' : 'SAMLResponse';
  return { [name]: Buffer.from(withoutMarks(xml)).toString('base64') };
}

/** Returns the query string of a signed message. @param relayState percent-encoded */
export function signedQuery(parts: LogoutParts, relayState?: string, key = keys.privateKey): string {
  const xml = withoutMarks(composeLogout(parts));
  return signQuery(
    parts.root === 'LogoutRequest' ? 'SAMLRequest' : 'SAMLResponse',
    deflateRawSync(xml),
    relayState,
    key,
  );
}

/** Returns a signed query string with these octets as its message. */
export function signQuery(name: string, octets: Buffer, relayState?: string, key = keys.privateKey): string {
  const message = `${name}=${encodeURIComponent(octets.toString('base64'))}`;
  const state = relayState === undefined ? '' : `&RelayState=${relayState}`;
  const signed = `${message}${state}&SigAlg=${encodeURIComponent(RSA_SHA256)}`;
  return `${signed}&Signature=${encodeURIComponent(sign('sha256', Buffer.from(signed), key).toString('base64'))}`;
}

/** Adds Ada with a session that the provider started. */
export async function addAda(signing: Signing): Promise<User> {
  const ada = await addPerson(signing.deps, { userName: 'ada@acme.com' });
  await addSession(signing, ada);
  return ada;
}

/** Adds a session that the provider started for a person. @param login what the assertion said */
export async function addSession(
  { deps, provider, domain }: Pick<Signing, 'deps' | 'provider' | 'domain'>,
  { id, userName }: User,
  login: Record<string, string> = {},
): Promise<string> {
  const facts = { nameId: userName, sessionIndex: '_session1', providerId: provider.id, domainId: domain.id, ...login };
  const { nameId, sessionIndex, providerId, domainId } = facts;
  const dataJson = JSON.stringify({ passport: { user: { ...facts, userId: id } } });
  const times = { createdAt: deps.now(), lastSeenAt: deps.now(), expiresAt: deps.now() + 3_600_000 };
  const session = aSession(id, { nameId, sessionIndex, providerId, domainId, dataJson, ...times });
  await writeSession(deps.store.db, session);
  return session.id;
}

/** Sends a message to the SLO URL as a browser without any cookie does: a query by GET, fields by POST. Redirects are not followed. */
export async function sendLogout(
  { url }: Pick<Anteroom, 'url'>,
  message: string | Record<string, string>,
): Promise<{ status: number; location: string; text: string }> {
  const isQuery = typeof message === 'string';
  const response = await fetch(`${url}/saml/slo${isQuery ? `?${message}` : ''}`, {
    redirect: 'manual',
    ...(isQuery ? {} : { method: 'POST', body: new URLSearchParams(message) }),
  });
  return { status: response.status, location: response.headers.get('location') ?? '', text: await response.text() };
}
