import type { IncomingMessage } from 'node:http';
import type { ReasonCode } from '../verify/verdict.ts';

/** The form that carries an answer: its one SAMLResponse, or why it has none, and its RelayState. */
export type AnswerForm = {
  samlResponse: { ok: true; value: string } | { ok: false; reason: ReasonCode };
  relayState: string | null;
};

const LONGEST = 768 * 1024; // octets: a Response of 256 KB, in base64 within a form
const MOST_FIELDS = 100; // the binding has two; taking hundreds of thousands apart would hold up everybody else
const FORM = /^application\/x-www-form-urlencoded[\t ]*(?:;|$)/i;
const CHARSET = /;[\t ]*charset[\t ]*=[\t ]*"?([^\s";]*)/i;
const CHARSETS = new Set(['utf-8', 'us-ascii', 'iso-8859-1', 'windows-1252']); // of all of them base64 is the same octets
const IN_QUERY = /[?&]SAMLResponse=/;
const ARRAY = /^(?:SAMLResponse|RelayState)\[/;

/**
 * Reads the form of the HTTP-POST binding (saml-bindings 3.5.4) from a request of which nothing was read yet. A body that is too large is
 * answered as soon as that is known; what still comes of it is let go. Refuses by value: request_malformed or message_too_large.
 */
export async function readAnswerForm(req: IncomingMessage): Promise<AnswerForm> {
  const { headers, method, url = '' } = req;
  if (Number(headers['content-length'] ?? 0) > LONGEST) return refused('message_too_large');
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  const isForm = FORM.test(headers['content-type'] ?? '') && CHARSETS.has(charset) && encoding === 'identity';
  if (method !== 'POST' || IN_QUERY.test(url) || !isForm) return refused('request_malformed');
  const body = await readBody(req);
  return typeof body === 'string' ? refused(body) : readFields(body.toString('utf8'));
}

function readBody(req: IncomingMessage): Promise<Buffer | ReasonCode> {
  return new Promise((resolve) => {
    if (req.destroyed) resolve('request_malformed');
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LONGEST) chunks.push(chunk);
      else resolve('message_too_large');
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('close', () => resolve('request_malformed')); // before its end
  });
}

function readFields(body: string): AnswerForm {
  if (hasTooMany(body)) return refused('request_malformed');
  const form = new URLSearchParams(body);
  const [value, ...others] = form.getAll('SAMLResponse');
  const [relayState = null, ...otherStates] = form.getAll('RelayState');
  const doubled = others.length > 0 || otherStates.length > 0 || [...form.keys()].some((name) => ARRAY.test(name));
  if (value === undefined || doubled || form.has('SAMLRequest')) return refused('request_malformed');
  return { samlResponse: { ok: true, value }, relayState };
}

function hasTooMany(body: string): boolean {
  let at = -1;
  for (let count = 0; count < MOST_FIELDS; count++) {
    at = body.indexOf('&', at + 1);
    if (at === -1) return false;
  }
  return true;
}

function refused(reason: ReasonCode): AnswerForm {
  return { samlResponse: { ok: false, reason }, relayState: null };
}
