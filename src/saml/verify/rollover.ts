import type { Deps } from '../../deps.ts';
import { signingKeysOf } from '../../federation/keys.ts';
import { refreshEarly } from '../../federation/refreshMetadata.ts';
import { type Check, type LoginContext, type MessageContext, runChecks } from './check.ts';

const SIGNATURES: readonly (string | undefined)[] = ['Signature', 'Signature of the message'];

type Verified = MessageContext & Pick<LoginContext, 'parts' | 'test'>;

/**
 * Verifies a message again if an unknown key signed it and a refresh of the provider's metadata brought another certificate: so a provider
 * that changes its key costs nobody a login. Otherwise the message stays refused.
 */
export async function verifyAfterRollover<Context extends Verified>(
  context: Context,
  verify: readonly Check<Context>[],
  deps: Deps,
): Promise<void> {
  const { provider, test, results } = context;
  // Metadata that is not imported yet is tested as it is, and no provider has it that could be refreshed.
  const isImported = !test || (test.providerId !== null && test.importId === null);
  if (!provider || !mayBeRollover(context) || !isImported) return;
  const refreshed = await refreshEarly(deps, provider);
  if (!refreshed?.enabled) return;
  context.provider = test ? { ...provider, facts: refreshed.facts } : refreshed;
  context.signingKeys = signingKeysOf(deps, refreshed);
  results.length = results.findIndex(({ name }) => name === verify[0]?.name);
  delete context.refusal;
  runChecks(context, verify);
  const verified = results.find(({ name }) => SIGNATURES.includes(name));
  if (verified) verified.detail = `${verified.detail ?? ''}; the metadata was refreshed first`.replace(/^; /, '');
}

// What fails inside an encrypted Assertion must look alike to the sender (xmlenc-core1 6.1), also in time: all of it counts as an unknown key.
function mayBeRollover({ refusal, results, parts }: Verified): boolean {
  if (!refusal || !SIGNATURES.includes(results.at(-1)?.name)) return false;
  const isByOther = refusal.reason === 'signature_invalid' && refusal.facts.cause !== 'content_changed';
  return isByOther || parts?.encrypted !== undefined;
}
