import type { Certificate, ProviderFacts } from '../../store/identityProviders.ts';
import { shortBinding } from '../providers.ts';

/** One certificate or URL that an import adds to a known provider or removes from it. */
export type Change = { kind: 'added' | 'removed' } & ({ certificate: Certificate } | { url: string });

type Imported = Pick<ProviderFacts, 'certificates' | 'singleSignOn' | 'singleLogout'>;

/** Returns the certificates and URLs that differ, those of `after` first. */
export function changesOf(before: Imported, after: Imported): Change[] {
  const [added, removed] = [{ kind: 'added' as const }, { kind: 'removed' as const }];
  return [
    ...missingIn(before.certificates, after.certificates).map((certificate) => ({ ...added, certificate })),
    ...missingIn(after.certificates, before.certificates).map((certificate) => ({ ...removed, certificate })),
    ...urlsOf(after).flatMap((url) => (urlsOf(before).includes(url) ? [] : { ...added, url })),
    ...urlsOf(before).flatMap((url) => (urlsOf(after).includes(url) ? [] : { ...removed, url })),
  ];
}

function missingIn(known: Certificate[], certificates: Certificate[]): Certificate[] {
  return certificates.filter(({ sha256 }) => !known.some((other) => other.sha256 === sha256));
}

/** Returns 'HTTP-POST https://…' and 'Logout: HTTP-POST https://…', each once. */
function urlsOf({ singleSignOn, singleLogout }: Imported): string[] {
  const lines = [
    ...singleSignOn.map(({ binding, location }) => `${shortBinding(binding)} ${location}`),
    ...singleLogout.map(({ binding, location }) => `Logout: ${shortBinding(binding)} ${location}`),
  ];
  return [...new Set(lines)];
}
