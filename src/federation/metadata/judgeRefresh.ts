import { isOpenHttp } from '../../network.ts';
import type { IdentityProvider, ProviderFacts } from '../../store/identityProviders.ts';
import { factsOf } from '../metadataVersions.ts';
import { type Change, changesOf, digestOf } from './changes.ts';

const MOST_CERTIFICATES = 20;

/**
 * Returns which metadata to use after the provider published some at its URL, and whether the rest waits for approval. New signing
 * certificates beside the known ones are used at once, because the provider may sign with them from now on; descriptions too. Certificates
 * that are gone and other URLs wait, unless the provider is set to automatic. What came over open http without a verified
 * signature waits as a whole: anyone on the way could have written it.
 * @param declined the digest of published metadata that is not wanted
 */
export function judgeRefresh(
  { facts, settings, metadataUrl }: IdentityProvider,
  published: ProviderFacts,
  declined: string | null,
): { facts: ProviderFacts; waits: boolean } {
  const offered = factsOf(published);
  const changes = changesOf(facts, offered);
  if (changes.length > 0 && digestOf(offered) === declined) return { facts, waits: false };
  const isSigned = settings.metadataSigners !== '';
  if (changes.length > 0 && !isSigned && isOpenHttp(metadataUrl ?? '')) return { facts, waits: true };
  const added = changes.flatMap((change) => (isNewCertificate(change) ? change.certificate : []));
  if (settings.refresh === 'automatic' || added.length === changes.length) return { facts: offered, waits: false };
  const certificates = [...facts.certificates, ...added];
  if (added.length === 0 || certificates.length > MOST_CERTIFICATES) return { facts, waits: true };
  return { facts: { ...facts, certificates }, waits: true };
}

function isNewCertificate(change: Change): change is Extract<Change, { certificate: unknown }> {
  return change.kind === 'added' && 'certificate' in change;
}
