import { AppError } from '../../errors.ts';

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

export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A refusal in the words of RFC 7644 3.12 (and RFC 9865 for cursors). Its message is shown to the client. */
export class ScimError extends AppError {
  readonly scimType: ScimType | undefined;
  readonly headers: Record<string, string>;

  constructor(status: number, scimType: ScimType | undefined, message: string, headers: Record<string, string> = {}) {
    super(status, message);
    this.scimType = scimType;
    this.headers = headers;
  }
}

/** 400 with a scimType. */
export function badRequest(scimType: ScimType, message: string): ScimError {
  return new ScimError(400, scimType, message);
}

/** The body of an error (RFC 7644 3.12): the status is a string there. */
export function errorBody(status: number, scimType: ScimType | undefined, detail: string): Record<string, unknown> {
  return { schemas: [ERROR_URN], ...(scimType ? { scimType } : {}), detail, status: String(status) };
}
