import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { newReference } from '../../identifier.ts';
import { ScimError } from './errors.ts';

/** Whatever was thrown as a refusal that may be shown: what is not ours to explain becomes 500 with a reference that the log has too. */
export function toScimError(deps: Deps, error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof AppError && error.status < 500) return new ScimError(error.status, undefined, error.message);
  const reference = newReference(deps);
  deps.log.error({ err: error, reference }, 'A SCIM request failed');
  return new ScimError(500, undefined, `Something went wrong here. Reference ${reference}.`);
}
