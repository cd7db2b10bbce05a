import type { Deps } from '../../deps.ts';
import { findCallingSource } from '../../sources/callingSource.ts';
import { countFailures, recordFailure } from '../../store/attempts.ts';
import type { ProfileSource } from '../../store/profileSources.ts';
import { ScimError } from './errors.ts';

const WINDOW_MS = 15 * 60_000;
const FAILURES_PER_ADDRESS = 50;

/** A refusal that is to be logged, with the reason that the client is not told; `source` is whom the token belongs to. */
export class Unauthorized extends ScimError {
  readonly reason: string;
  readonly source: ProfileSource | undefined;

  constructor(reason: string, source: ProfileSource | undefined) {
    super(401, undefined, 'A valid token of an active profile source is needed.', {
      'WWW-Authenticate': `Bearer realm="scim"${reason === 'no_token' ? '' : ', error="invalid_token"'}`,
    });
    this.reason = reason;
    this.source = source;
  }
}

/**
 * The profile source that calls (RFC 6750 2.1). A good token is never held up; past a number of bad ones from an address the next bad ones get
 * 429, without a word in the log, so that nobody fills it.
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
  if (deps.config.rateLimits) await countFailure(deps, address);
  throw new Unauthorized(found.reason, found.source);
}

async function countFailure(deps: Deps, address: string): Promise<void> {
  const counter = `scim ${address}`;
  const now = deps.now();
  if ((await countFailures(deps.store.relaxed, counter, now)) >= FAILURES_PER_ADDRESS)
    throw new ScimError(429, undefined, 'Too many requests without a valid token came from this address.', {
      'Retry-After': String(WINDOW_MS / 1_000),
    });
  await recordFailure(deps.store.relaxed, counter, now, WINDOW_MS);
}
