import { once } from 'node:events';
import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import { actAs } from '../../audit/actor.ts';
import type { Deps } from '../../deps.ts';
import { together } from '../../web/turn.ts';
import { MOST_WORK } from '../protocol/scan.ts';
import { authenticate, Unauthorized } from './authenticate.ts';
import { readBody } from './body.ts';
import { newTrace, type ScimRequest, type ScimResponse } from './call.ts';
import { findHandler } from './dispatch.ts';
import { errorBody, ScimError, toScimError } from './errors.ts';
import { type LoggedCall, openRequestLog, type RequestLog } from './log.ts';

const MEDIA_TYPE = 'application/scim+json';
const WHOLE_CHARACTERS = 256 * 1024;
const SLOW_MS = 1_000;
const TURN_CHARACTERS = 64 * 1024;

/**
 * Returns the SCIM 2.0 server (RFC 7643, 7644, 9865). Mount it at its base path (`/api/v2/scim/v2`) after the middleware that finds the
 * domain (`res.locals.domain`) and before sessions and body parsers. Steps of a request: token, method, body, operation, log.
 */
export function scimRoutes(deps: Deps): Router {
  const router = express.Router();
  const log = openRequestLog(deps);
  router.use((req, res) => serve(deps, log, req, res, readRequest(req, req.path), findHandler));
  return router;
}

/**
 * Refuses requests to a mistyped base URL with 404 and a hint, and logs them, so that their cause can be found. Mount it at `/api`, after
 * the SCIM server, which is at `basePath`.
 */
export function wrongPathRoutes(deps: Deps, basePath: string): Router {
  const router = express.Router();
  const log = openRequestLog(deps);
  router.use((req, res) => {
    const request = readRequest(req, req.baseUrl + req.path);
    return serve(deps, log, req, res, request, () => {
      const baseUrl = res.locals.domain.url + basePath;
      throw new ScimError(404, undefined, `There is nothing at this path. The SCIM base URL is ${baseUrl}.`);
    });
  });
  return router;
}

/** Turns what fails before the SCIM server, such as finding the domain, into a SCIM error (RFC 7644 3.12). */
export function scimErrors(deps: Deps): ErrorRequestHandler {
  return (error, _req, res, _next) => refuse(res, toScimError(deps, error));
}

async function serve(
  deps: Deps,
  log: RequestLog,
  req: Request,
  res: Response,
  request: ScimRequest,
  find: typeof findHandler,
): Promise<void> {
  const network = req.ip ?? '';
  const baseUrl = `${res.locals.domain.url}${req.baseUrl}`;
  const [startedAt, trace] = [deps.now(), newTrace(request)];
  const call: LoggedCall = { deps, source: undefined, network, startedAt, request, trace };
  try {
    let source = await authenticate(deps, req.headers.authorization, network);
    call.source = source;
    const handler = find(request); // 404 and 405 before the body is read
    if (request.method !== 'GET' && request.method !== 'DELETE') request.body = await readBody(req);
    // A client may send its body as slowly as the server allows: its token may have been revoked meanwhile.
    if (deps.now() - call.startedAt > SLOW_MS) source = await authenticate(deps, req.headers.authorization, network);
    const actor = { kind: 'source', id: source.id, name: source.name, address: network } as const;
    const budget = { work: MOST_WORK };
    const response = await actAs(deps, actor, () => handler({ ...call, source, baseUrl, budget }));
    await together();
    await send(res, response);
    log.add(call, response.status, null);
  } catch (error) {
    const failure = toScimError(deps, error);
    await refuse(res, failure);
    if (call.source) log.add(call, failure.status, failure.message);
    else if (failure instanceof Unauthorized) log.add(unauthorized(call, failure), failure.status, failure.reason);
  }
}

function readRequest(req: Request, path: string): ScimRequest {
  const queryStart = req.originalUrl.indexOf('?');
  return {
    method: req.method === 'HEAD' ? 'GET' : req.method,
    path,
    query: readQuery(queryStart < 0 ? '' : req.originalUrl.slice(queryStart)),
    ifMatch: req.get('if-match'),
    ifNoneMatch: req.get('if-none-match'),
  };
}

/** A client that writes blanks as %20 means a plus sign by `+`: `anna+it@acme.com`. From others it is a blank, as in forms. */
function readQuery(text: string): URLSearchParams {
  return new URLSearchParams(text.includes('%20') ? text.replaceAll('+', '%2B') : text);
}

async function send(res: Response, { status, headers = {}, body }: ScimResponse): Promise<void> {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (body === undefined) {
    res.end();
    return;
  }
  // No charset: JSON is always UTF-8, and some clients compare the whole header value.
  res.setHeader('Content-Type', MEDIA_TYPE);
  if (Symbol.asyncIterator in body) await sendPieces(res, body as AsyncIterable<string>);
  else sendText(res, JSON.stringify(body));
}

/**
 * Sends a short body whole, with its length, and a long one in chunks, no faster than the client reads. Between the pieces of a long
 * body other requests are served.
 */
async function sendPieces(res: Response, pieces: AsyncIterable<string>): Promise<void> {
  let text = '';
  let inTurn = 0;
  for await (const piece of pieces) {
    text += piece;
    inTurn += piece.length;
    if (inTurn < TURN_CHARACTERS) continue;
    await together();
    inTurn = 0;
    if (text.length < WHOLE_CHARACTERS) continue;
    if (res.destroyed) return;
    if (!res.write(text)) await drained(res);
    text = '';
  }
  if (res.headersSent) res.end(text);
  else sendText(res, text);
}

async function drained(res: Response): Promise<void> {
  const waiting = new AbortController();
  const either = [once(res, 'drain', waiting), once(res, 'close', waiting)];
  await Promise.race(either).finally(() => waiting.abort());
}

function sendText(res: Response, text: string): void {
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}

async function refuse(res: Response, failure: ScimError): Promise<void> {
  if (res.headersSent)
    res.destroy(); // half a body must not look like a whole one
  else await send(res, { status: failure.status, headers: failure.headers, body: errorBody(failure) });
}

/** Returns what is logged about a refused call, which is little: anyone can send one. */
function unauthorized(call: LoggedCall, { source }: Unauthorized): LoggedCall {
  const request = { method: call.request.method, path: call.request.path.slice(0, 200), query: new URLSearchParams() };
  return { ...call, source, request, trace: newTrace({ method: '', path: '' }) };
}
