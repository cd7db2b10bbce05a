import type { Certificate, IdentityProvider, ProviderFacts } from '../store/identityProviders.ts';
import { shortBinding } from './metadata/metadataEndpoints.ts';

/** What an import would change of a known provider. */
export type MetadataChanges = {
  certificatesAdded: Certificate[];
  certificatesRemoved: Certificate[];
  addressesAdded: string[]; // 'HTTP-POST https://…'
  addressesRemoved: string[];
};

type Imported = Pick<ProviderFacts, 'certificates' | 'singleSignOn' | 'singleLogout'>;

/** Compares what is stored of a provider with metadata that was read anew. */
export function changesOf({ facts }: Pick<IdentityProvider, 'facts'>, metadata: Imported): MetadataChanges {
  const [before, after] = [addressesOf(facts), addressesOf(metadata)];
  return {
    certificatesAdded: metadata.certificates.filter(isMissingIn(facts.certificates)),
    certificatesRemoved: facts.certificates.filter(isMissingIn(metadata.certificates)),
    addressesAdded: after.filter((address) => !before.includes(address)),
    addressesRemoved: before.filter((address) => !after.includes(address)),
  };
}

function isMissingIn(others: Certificate[]): (certificate: Certificate) => boolean {
  return ({ sha256 }) => !others.some((other) => other.sha256 === sha256);
}

function addressesOf({ singleSignOn, singleLogout }: Pick<ProviderFacts, 'singleSignOn' | 'singleLogout'>): string[] {
  const lines = [
    ...singleSignOn.map(({ binding, location }) => `${shortBinding(binding)} ${location}`),
    ...singleLogout.map(({ binding, location }) => `Log-out by ${shortBinding(binding)} ${location}`),
  ];
  return [...new Set(lines)];
}
