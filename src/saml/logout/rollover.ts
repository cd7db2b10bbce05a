import type { Deps } from '../../deps.ts';
import { refreshEarly } from '../../federation/refreshMetadata.ts';
import { runChecks } from '../verify/pipeline.ts';
import type { LogoutContext } from './context.ts';
import { logoutChecks } from './pipeline.ts';

/**
 * Verifies a message again if an unknown key signed it and a refresh of the provider's metadata brought another certificate, as for logins.
 * Returns the logout as it is otherwise.
 */
export async function verifyAfterRollover(logout: LogoutContext, deps: Deps): Promise<LogoutContext> {
  const { provider, refusal, results } = logout;
  if (!provider || refusal?.reason !== 'signature_invalid' || refusal.facts.cause === 'content_changed') return logout;
  const refreshed = await refreshEarly(deps, provider);
  if (!refreshed?.enabled) return logout;
  const { refusal: _, ...before } = logout;
  const signingKeys = refreshed.facts.certificates.map(({ pem }) => deps.keys.publicKey(pem));
  const again: LogoutContext = { ...before, provider: refreshed, signingKeys, results: results.slice(0, -1) };
  runChecks(again, logoutChecks.verify); // the signature is the first of them
  return again;
}
