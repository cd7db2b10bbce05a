import type { Deps } from '../../deps.ts';
import { AppError, DatabaseFault, RETRY_AFTER_SECONDS } from '../../errors.ts';
import { newReference } from '../../identifier.ts';

export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** An error of RFC 7644 3.12, or RFC 9865 for cursors. The client sees its message. */
export class ScimError extends AppError {
  readonly scimType: ScimType | undefined;
  readonly headers: Record<string, string>;

  constructor(status: number, scimType: ScimType | undefined, message: string, headers: Record<string, string> = {}) {
    super(status, message);
    this.scimType = scimType;
    this.headers = headers;
  }
}

/** Returns an error with status 400. */
export function badRequest(scimType: ScimType, message: string): ScimError {
  return new ScimError(400, scimType, message);
}

/** Returns the body of an error response (RFC 7644 3.12), where the status is a string. */
export function errorBody({ status, scimType, message }: ScimError): Record<string, unknown> {
  return { schemas: [ERROR_URN], ...(scimType ? { scimType } : {}), detail: message, status: String(status) };
}

/** Returns the error that the client sees. An unexpected one is logged and becomes 500 with a reference to the log. */
export function toScimError(deps: Deps, error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof AppError && error.status < 500)
    return new ScimError(error.status, undefined, error.message, error.status === 429 ? { 'Retry-After': '5' } : {});
  if (error instanceof DatabaseFault && error.status === 503)
    return new ScimError(503, undefined, error.message, { 'Retry-After': String(RETRY_AFTER_SECONDS) });
  const reference = newReference(deps);
  if (error instanceof DatabaseFault) deps.log.debug({ err: error, reference }, 'SCIM request failed');
  else deps.log.error({ err: error, reference }, 'SCIM request failed');
  return new ScimError(500, undefined, `Something went wrong. Reference ${reference}.`);
}
