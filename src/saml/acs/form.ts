import type { IncomingMessage } from 'node:http';
import { type LoginContext, Refusal, refuse } from '../verify/check.ts';

const LONGEST = 768 * 1024; // octets: a Response of 256 KB, in base64 and a form
const MAX_FIELDS = 100; // the binding has two; parsing hundreds of thousands would block other requests
const FORM = /^application\/x-www-form-urlencoded[\t ]*(?:;|$)/i;
const CHARSET = /;[\t ]*charset[\t ]*=[\t ]*"?([^\s";]*)/i;
const CHARSETS = new Set(['utf-8', 'us-ascii', 'iso-8859-1', 'windows-1252']); // base64 is the same octets in all of them
const IN_QUERY = /[?&]SAML(?:Request|Response)=/;
const FIELDS = ['SAMLRequest', 'SAMLResponse', 'RelayState'];
const ARRAY = /^(?:SAMLRequest|SAMLResponse|RelayState)\[/;

/** Reads the form of a SAML response. */
export async function readForm(login: LoginContext, req: IncomingMessage): Promise<undefined> {
  const form = await readMessageForm(req);
  if (!form.has('SAMLResponse') || form.has('SAMLRequest'))
    refuse('request_malformed', { expected: 'one SAMLResponse and at most one RelayState' });
  login.samlResponse = form.get('SAMLResponse') ?? '';
  login.relayState = form.get('RelayState') ?? undefined;
}

/**
 * Reads the form of the HTTP-POST binding (saml-bindings 3.5.4) from a request whose body was not read yet. A body that is too large is
 * refused as soon as that is known; the rest of it is discarded. No message and no RelayState is in it twice.
 */
export async function readMessageForm(req: IncomingMessage): Promise<URLSearchParams> {
  const { headers, method, url = '' } = req;
  if (Number(headers['content-length'] ?? 0) > LONGEST) refuse('message_too_large');
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  const isForm = FORM.test(headers['content-type'] ?? '') && CHARSETS.has(charset) && encoding === 'identity';
  if (method !== 'POST' || IN_QUERY.test(url) || !isForm) refuse('request_malformed', { expected: 'a form by POST' });
  return readFields((await readBody(req)).toString('utf8'));
}

function readBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cutOff = () => reject(new Refusal('request_malformed', { detail: 'the request was cut off' }));
    if (req.destroyed) cutOff();
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LONGEST) chunks.push(chunk);
      else reject(new Refusal('message_too_large'));
    });
    req.on('end', () => {
      req.off('close', cutOff);
      resolve(Buffer.concat(chunks));
    });
    req.on('close', cutOff);
  });
}

function readFields(body: string): URLSearchParams {
  if (body.split('&', MAX_FIELDS + 1).length > MAX_FIELDS)
    refuse('request_malformed', { expected: `at most ${MAX_FIELDS} fields` });
  const form = new URLSearchParams(body);
  const doubled = FIELDS.some((name) => form.getAll(name).length > 1);
  if (doubled || [...form.keys()].some((name) => ARRAY.test(name)))
    refuse('request_malformed', { expected: 'one message and at most one RelayState' });
  return form;
}
