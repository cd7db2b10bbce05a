import type { Deps } from '../../deps.ts';
import { clientNetwork } from '../../network.ts';
import { findCallingSource } from '../../sources/callingSource.ts';
import { countFailures, recordFailure } from '../../store/attempts.ts';
import type { ProfileSource } from '../../store/profileSources.ts';
import { ScimError } from './errors.ts';

const WINDOW_MS = 15 * 60_000;
const FAILURES_PER_ADDRESS = 50;

/** A refused token. The log gets the reason and the token's source, if any; the client does not. */
export class Unauthorized extends ScimError {
  readonly reason: string;
  readonly source: ProfileSource | undefined;

  constructor(reason: string, source: ProfileSource | undefined) {
    super(401, undefined, 'A valid token of an active profile source is required.', {
      'WWW-Authenticate': `Bearer realm="scim"${reason === 'no_token' ? '' : ', error="invalid_token"'}`,
    });
    this.reason = reason;
    this.source = source;
  }
}

/**
 * Returns the profile source that a bearer token or an access token belongs to (RFC 6750 2.1). Only failures are limited, by address: a valid token is
 * never delayed. Refusals past the limit get 429 and are not logged, so that they cannot fill the log.
 * @throws Unauthorized, ScimError 429
 */
export async function authenticate(
  deps: Deps,
  authorization: string | undefined,
  address: string,
): Promise<ProfileSource> {
  const token = /^bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i.exec(authorization?.trim() ?? '')?.[1];
  const found = await findCallingSource(deps, token, address);
  if (found.ok) return found.source;
  await countFailure(deps, address);
  throw new Unauthorized(found.reason, found.source);
}

/** Counts a failed authentication from an address. @throws ScimError 429 past the limit */
export async function countFailure(deps: Deps, address: string): Promise<void> {
  if (!deps.config.rateLimits) return;
  const counter = `scim ${clientNetwork(address)}`;
  const now = deps.now();
  if ((await countFailures(deps.store.db, counter, now)) >= FAILURES_PER_ADDRESS)
    throw new ScimError(429, undefined, 'Too many requests without a valid token from this address.', {
      'Retry-After': String(WINDOW_MS / 1_000),
    });
  await recordFailure(deps.store.db, counter, now, WINDOW_MS);
}
