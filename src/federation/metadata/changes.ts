import { hash } from 'node:crypto';
import type { Certificate, IdentityProvider, ProviderFacts } from '../../store/identityProviders.ts';
import { shortBinding } from '../providers.ts';
import { dayText } from './refusal.ts';

/** One certificate or URL that an import adds to a known provider or removes from it. */
export type Change = { kind: 'added' | 'removed' } & ({ certificate: Certificate } | { url: string });

/** A change, or another part of the metadata with its texts before and after. '' means none. */
export type Difference = Change | { kind: 'changed'; part: string; before: string; after: string };

type Imported = Pick<ProviderFacts, 'certificates' | 'singleSignOn' | 'singleLogout'>;
type Described = Pick<IdentityProvider, 'facts' | 'metadataUrl'>;

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

/** Returns the same text for metadata with the same certificates and URLs. */
export function digestOf(facts: Imported): string {
  const certificates = facts.certificates.map(({ sha256 }) => sha256).sort();
  return hash('sha256', JSON.stringify([certificates, urlsOf(facts).sort()]), 'base64url');
}

/** Returns all that differs: certificates, URLs, NameID formats, the metadata URL, and what the provider says about itself. */
export function differencesOf(before: Described, after: Described): Difference[] {
  const parts = Object.entries(describedParts).flatMap(([part, textOf]): Difference[] => {
    const [was, is] = [textOf(before) ?? '', textOf(after) ?? ''];
    return was === is ? [] : [{ kind: 'changed', part, before: was, after: is }];
  });
  return [...changesOf(before.facts, after.facts), ...parts];
}

/** Returns a difference as one line: 'Certificate removed: CN=idp, expires 2036-01-01, SHA-256 AA:BB:…'. */
export function lineOf(difference: Difference): string {
  if ('url' in difference) return `URL ${difference.kind}: ${difference.url}`;
  if (difference.kind === 'changed')
    return `${difference.part} changed: from ${difference.before || 'none'} to ${difference.after || 'none'}`;
  const { subject, keyDescription, sha256, notAfter } = difference.certificate;
  const expiry = notAfter === undefined ? '' : `, expires ${dayText(notAfter)}`;
  return `Certificate ${difference.kind}: ${subject || keyDescription}${expiry}, SHA-256 ${sha256}`;
}

const describedParts: Record<string, (provider: Described) => string | null | undefined> = {
  'Metadata URL': ({ metadataUrl }) => metadataUrl,
  'NameID formats': ({ facts }) => facts.nameIdFormats.join(', '),
  Name: ({ facts }) => facts.about?.displayName,
  Organization: ({ facts }) => facts.about?.organization,
  Description: ({ facts }) => facts.about?.description,
  Logo: ({ facts }) => facts.about?.logo,
  Links: ({ facts: { about } }) =>
    [about?.organizationUrl, about?.informationUrl, about?.privacyUrl, about?.errorUrl].filter(Boolean).join(', '),
  Contacts: ({ facts }) =>
    facts.about?.contacts.map(({ type, name, email }) => `${type}: ${name} ${email}`.trimEnd()).join(', '),
  Scopes: ({ facts }) => facts.about?.scopes.map(({ value }) => value).join(', '),
};

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
