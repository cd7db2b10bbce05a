import type { Deps } from '../../deps.ts';
import { refreshEarly } from '../../federation/refreshMetadata.ts';
import type { LoginContext } from '../verify/check.ts';
import { loginChecks, runChecks } from '../verify/pipeline.ts';

const SIGNATURE = 'Signature';

/**
 * Verifies a response again if an unknown key signed it and a refresh of the provider's metadata brought another certificate: so a provider
 * that changes its key costs nobody a login. Returns the login as it is otherwise.
 */
export async function verifyAfterRollover(login: LoginContext, deps: Deps): Promise<LoginContext> {
  // Metadata that is not imported yet is tested as it is, and no provider has it that could be refreshed.
  const isImported = !login.test || (login.test.providerId !== null && login.test.importId === null);
  if (!login.provider || !mayBeRollover(login) || !isImported) return login;
  const refreshed = await refreshEarly(deps, login.provider);
  if (!refreshed?.enabled) return login;
  const { refusal: _, ...before } = login;
  const first = login.results.findIndex(({ name }) => name === loginChecks.verify[0]?.name);
  const again: LoginContext = {
    ...before,
    provider: login.test ? { ...login.provider, facts: refreshed.facts } : refreshed,
    signingKeys: refreshed.facts.certificates.map(({ pem }) => deps.keys.publicKey(pem)),
    responseSigned: false,
    assertion: undefined,
    results: login.results.slice(0, first),
  };
  runChecks(again, loginChecks.verify);
  const verified = again.results.find(({ name }) => name === SIGNATURE);
  if (verified) verified.detail = `${verified.detail ?? ''}; the metadata was refreshed first`.replace(/^; /, '');
  return again;
}

// What fails inside an encrypted Assertion must look alike to the sender (xmlenc-core1 6.1), also in time: all of it counts as an unknown key.
function mayBeRollover({ refusal, results, parts }: LoginContext): boolean {
  if (!refusal || results.at(-1)?.name !== SIGNATURE) return false;
  return refusal.facts.cause === 'other_key' || parts?.encrypted !== undefined;
}
