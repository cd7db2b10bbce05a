import { once } from 'node:events';
import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.ts';
import { together } from '../../web/turn.ts';
import { MAX_BODY_BYTES } from '../resources/discovery.ts';
import type { Json } from '../schema/readValue.ts';
import { authenticate, Unauthorized } from './authenticate.ts';
import { readBody } from './body.ts';
import { type Call, newTrace, type ScimAnswer, type ScimRequest } from './call.ts';
import { findEndpoint, handlerOf } from './dispatch.ts';
import { errorBody, type ScimError } from './errors.ts';
import { toScimError } from './failure.ts';
import { entryOf, openRequestLog, type RequestLog, strangerEntry } from './log.ts';

const MEDIA_TYPE = 'application/scim+json';

/**
 * The SCIM 2.0 server (RFC 7643, 7644, 9865), to be mounted at its base path (`/api/v2/scim/v2`) behind what picks the domain
 * (`res.locals.domain`) and before sessions, form tokens and body parsers.
 * Every request goes the same way: method, token, body, operation, log.
 */
export function scimRoutes(deps: Deps): Router {
  const router = express.Router();
  const log = openRequestLog(deps);
  router.use((req, res) => serve(deps, log, req, res));
  return router;
}

async function serve(deps: Deps, log: RequestLog, req: Request, res: Response): Promise<void> {
  const startedAt = deps.now();
  const request = readRequest(req);
  const network = req.ip ?? '';
  const baseUrl = `${res.locals.domain.url}${req.baseUrl}`;
  let call: Call | undefined;
  try {
    const source = await authenticate(deps, req.headers.authorization, network);
    call = { deps, source, baseUrl, network, startedAt, request, trace: newTrace(request) };
    const handler = handlerOf(findEndpoint(request.path), request.method); // 405 before the body is read
    if (request.method !== 'GET' && request.method !== 'DELETE') request.body = await readBody(req, MAX_BODY_BYTES);
    const answer = await handler(call);
    await together();
    await send(req, res, answer);
    finish(log, call, answer.status, null);
  } catch (error) {
    const failure = toScimError(deps, error);
    await refuse(req, res, failure);
    if (call) finish(log, call, failure.status, failure.message);
    else logStranger(deps, log, { request, network, failure });
  }
}

function readRequest(req: Request): ScimRequest {
  const question = req.originalUrl.indexOf('?');
  return {
    method: req.method === 'HEAD' ? 'GET' : req.method,
    path: req.path,
    query: new URLSearchParams(question < 0 ? '' : req.originalUrl.slice(question)),
    ifMatch: req.get('if-match'),
    ifNoneMatch: req.get('if-none-match'),
  };
}

async function send(req: Request, res: Response, { status, headers = {}, body }: ScimAnswer): Promise<void> {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (body === undefined || status === 204 || status === 304) {
    res.end();
    return;
  }
  // Without a charset: JSON is UTF-8, and clients compare the type letter by letter.
  res.setHeader('Content-Type', MEDIA_TYPE);
  if (typeof body === 'string') sendText(req, res, body);
  else if (Symbol.asyncIterator in body) await sendPieces(req, res, body as AsyncIterable<string>);
  else sendText(req, res, JSON.stringify(body as Json));
}

/** Short answers go out whole, with their length; long ones as they come, no faster than the client reads. */
async function sendPieces(req: Request, res: Response, pieces: AsyncIterable<string>): Promise<void> {
  const WHOLE = 256 * 1024;
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < WHOLE) continue;
    if (res.destroyed) return;
    if (req.method !== 'HEAD' && !res.write(text)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
    text = '';
  }
  if (res.headersSent) res.end(text);
  else sendText(req, res, text);
}

function sendText(req: Request, res: Response, text: string): void {
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(req.method === 'HEAD' ? undefined : text);
}

async function refuse(req: Request, res: Response, failure: ScimError): Promise<void> {
  if (res.headersSent) {
    res.destroy(); // half an answer must not look like a whole one
    return;
  }
  const body = errorBody(failure.status, failure.scimType, failure.message);
  await send(req, res, { status: failure.status, headers: failure.headers, body });
}

function finish(log: RequestLog, call: Call, status: number, detail: string | null): void {
  const entry = call.trace.logged && status < 400 ? undefined : entryOf(call, status, detail);
  log.add(entry, { sourceId: call.source.id, failed: status >= 400, at: call.deps.now() });
}

function logStranger(
  deps: Deps,
  log: RequestLog,
  { request, network, failure }: { request: ScimRequest; network: string; failure: ScimError },
): void {
  if (!(failure instanceof Unauthorized)) return;
  const { method, path } = request;
  const entry = strangerEntry(deps, { network, method, path, status: failure.status, detail: failure.reason });
  const { source } = failure;
  const known = source ? { ...entry, sourceId: source.id, sourceName: source.name } : entry;
  log.add(known, { sourceId: source?.id ?? null, failed: true, at: deps.now() });
}
