import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { grantAccess } from '../../sources/callingSource.ts';
import { countFailure } from './authenticate.ts';
import { newTrace } from './call.ts';
import { type ScimError, toScimError } from './errors.ts';
import { type LoggedCall, openRequestLog, type RequestLog } from './log.ts';

const FORM = 'application/x-www-form-urlencoded';
const SCOPE = 'scim';

/** An error of RFC 6749 5.2. The client sees its code and its message. */
class OAuthError extends AppError {
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(status, message);
    this.code = code;
    this.headers = headers;
  }
}

/** The Client ID and the client secret, if the request has both. */
type Credentials = { id: string; secret: string } | undefined;

/**
 * Returns the token endpoint (RFC 6749 3.2, 4.4), where a source gets an access token for its Client ID and its token, which is the
 * client secret. Mount it after the middleware that finds the domain. Failures are limited and logged like those of the SCIM server.
 */
export function tokenRoutes(deps: Deps): Router {
  const router = express.Router();
  const log = openRequestLog(deps);
  router.post('/', express.text({ type: FORM, limit: '8kb', inflate: false }), (req, res) =>
    grant(deps, log, req, res),
  );
  router.use(() => {
    throw new OAuthError(405, 'invalid_request', 'The token endpoint supports POST.', { Allow: 'POST' });
  });
  router.use(oauthErrors(deps));
  return router;
}

async function grant(deps: Deps, log: RequestLog, req: Request, res: Response): Promise<void> {
  const network = req.ip ?? '';
  const granted = await grantAccess(deps, readRequest(req), network);
  const call = loggedCall(deps, req, network, granted.source);
  if (granted.ok) {
    const { token, lifetimeMs } = granted;
    const body = {
      access_token: token,
      token_type: 'Bearer',
      expires_in: Math.floor(lifetimeMs / 1_000),
      scope: SCOPE,
    };
    res.set('Pragma', 'no-cache').json(body);
    log.add(call, 200, null);
    return;
  }
  await countFailure(deps, network);
  log.add(call, 401, granted.reason);
  throw new OAuthError(
    401,
    'invalid_client',
    'The Client ID and client secret of an active profile source are required.',
    {
      'WWW-Authenticate': 'Basic realm="scim"',
    },
  );
}

/** Reads the form and the credentials. @throws OAuthError */
function readRequest(req: Request): Credentials {
  const form = new URLSearchParams(typeof req.body === 'string' ? req.body : '');
  if (new Set(form.keys()).size < form.size) throw invalidRequest('A parameter occurs twice.');
  const grantType = form.get('grant_type');
  if (!grantType) throw invalidRequest(`grant_type is missing. Send the parameters as ${FORM} in the body.`);
  if (grantType !== 'client_credentials')
    throw new OAuthError(400, 'unsupported_grant_type', 'The only grant_type is client_credentials.');
  const basic = basicCredentials(req.headers.authorization);
  const [id, secret] = [form.get('client_id') ?? undefined, form.get('client_secret') ?? undefined];
  if (basic && (secret !== undefined || (id !== undefined && id !== basic.id)))
    throw invalidRequest('Send the credentials in the Authorization header or in the body, but not in both.');
  return basic ?? (id && secret ? { id, secret } : undefined);
}

/** Reads HTTP Basic, in which both parts are encoded like the values of a form (RFC 6749 2.3.1). */
function basicCredentials(authorization: string | undefined): Credentials {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization?.trim() ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  const [id, secret] = [decoded(text.slice(0, colon)), decoded(text.slice(colon + 1))];
  return id && secret ? { id, secret } : undefined;
}

function decoded(value: string): string {
  return new URLSearchParams(`v=${value.replaceAll('&', '%26')}`).get('v') ?? '';
}

/** Neither the body nor the query is logged: both can have the secret. */
function loggedCall(deps: Deps, req: Request, network: string, source: LoggedCall['source']): LoggedCall {
  const request = { method: req.method, path: req.baseUrl, query: new URLSearchParams() };
  const trace = newTrace({ method: '', path: '' });
  return { deps, source, network, startedAt: deps.now(), request, trace };
}

function invalidRequest(message: string): OAuthError {
  return new OAuthError(400, 'invalid_request', message);
}

function oauthErrors(deps: Deps): ErrorRequestHandler {
  return (error, _req, res, _next) => {
    const { status, code, headers, message } = toOAuthError(deps, error);
    res.status(status).set(headers).set('Pragma', 'no-cache').json({ error: code, error_description: message });
  };
}

/** Maps what is not an error of RFC 6749: too many failures, a body that cannot be read, a fault of the database. */
function toOAuthError(deps: Deps, error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  if (!(error instanceof AppError) && isClientError(error)) return invalidRequest('The body cannot be read.');
  const { status, message, headers }: ScimError = toScimError(deps, error);
  return new OAuthError(status, status < 500 ? 'invalid_request' : 'server_error', message, headers);
}

/** Whether the body parser blames the client. */
function isClientError(error: unknown): boolean {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}
