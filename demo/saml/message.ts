import type { Request } from 'express';
import type { Application } from '../directory/types.ts';
import { decodePost, decodeRedirect } from './decode.ts';
import { isSigned, verifyEnveloped, verifyQuery } from './requestSignature.ts';
import { SamlError } from './samlError.ts';

export type ReceivedMessage = { xml: string; relayState: string | undefined; signed: boolean };

const maxRelayState = 1024;

export type MessageName = 'SAMLRequest' | 'SAMLResponse';

/**
 * Returns the message of an HTTP request by either binding, or undefined if there is none. If the application has a
 * certificate, a signature must verify with it, and `xml` is what it covers. Throws a SamlError.
 */
export function receiveMessage(req: Request, application: Application, name: MessageName): ReceivedMessage | undefined {
  const fields: Record<string, unknown> = req.method === 'POST' ? (req.body ?? {}) : req.query;
  const { [name]: message, RelayState: relayState } = fields;
  if (message === undefined) return undefined;
  if (typeof message !== 'string') throw new SamlError(`There is more than one ${name}.`);
  if (relayState !== undefined && typeof relayState !== 'string')
    throw new SamlError('There is more than one RelayState.');
  if (relayState && relayState.length > maxRelayState) throw new SamlError('The RelayState is too long.');
  const read =
    req.method === 'POST' ? readPost(message, application) : readRedirect(req, { name, message }, application);
  return { ...read, relayState };
}

function readPost(message: string, application: Application): { xml: string; signed: boolean } {
  const xml = decodePost(message);
  const { spCertificate } = application.sso;
  if (!spCertificate || !isSigned(xml)) return { xml, signed: false };
  return { xml: verifyEnveloped(xml, spCertificate), signed: true };
}

function readRedirect(
  req: Request,
  { name, message }: { name: MessageName; message: string },
  application: Application,
): { xml: string; signed: boolean } {
  const xml = decodeRedirect(message);
  const { spCertificate } = application.sso;
  if (!spCertificate || req.query.Signature === undefined) return { xml, signed: false };
  verifyQuery(name, req.originalUrl.slice(req.originalUrl.indexOf('?') + 1), spCertificate);
  return { xml, signed: true };
}
