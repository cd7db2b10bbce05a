import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { certificatesIn, describeCertificate } from '../federation/certificate.ts';
import { stateOfProvider } from '../federation/providerState.ts';
import { domainsOfProviders, providerInputOf, shortBinding } from '../federation/providers.ts';
import type { Domain } from '../store/domains.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { isoTime, list } from './print.ts';
import { keyOf } from './providerAssignments.ts';

/** Returns what --json prints of a provider. */
export async function providerJson({ store }: Deps, provider: IdentityProvider) {
  const { facts } = provider;
  const domainsOf = await domainsOfProviders(store.db);
  return {
    id: provider.id,
    entityId: provider.entityId,
    domains: domainsOf(provider.id).map(({ url }) => url),
    states: await Promise.all(domainsOf(provider.id).map((domain) => stateJson(store.db, domain, provider))),
    enabled: provider.enabled,
    ...providerInputOf(provider),
    singleSignOn: facts.singleSignOn,
    singleLogout: facts.singleLogout,
    nameIdFormats: facts.nameIdFormats,
    certificates: facts.certificates.map((certificate) => ({
      ...certificate,
      notBefore: isoTime(certificate.notBefore),
      notAfter: isoTime(certificate.notAfter),
    })),
    validUntil: isoTime(facts.validUntil),
    about: facts.about ?? null,
    metadataUrl: provider.metadataUrl,
    importedAt: isoTime(provider.importedAt),
    createdAt: isoTime(provider.createdAt),
  };
}

async function stateJson(db: Db, domain: Domain, provider: IdentityProvider) {
  const { configured, tested, active, inWords } = await stateOfProvider(db, domain, provider);
  const { state, at, worked } = tested;
  return { domain: domain.url, configured, tested: state, testedAt: isoTime(at), worked, active, inWords };
}

type Shown = Pick<Awaited<ReturnType<typeof providerJson>>, 'domains' | 'states'>;

/** Returns the settings and metadata of a provider as text. */
export function details(provider: IdentityProvider, { domains, states }: Shown): string {
  const { facts } = provider;
  const input = Object.entries(providerInputOf(provider)).map(([field, value]): [string, string] => [
    keyOf(field),
    field === 'metadataSigners' ? fingerprintsOf(String(value)) : shown(value),
  ]);
  return list([
    ['id', provider.id],
    ['EntityID', provider.entityId],
    ['domains', domains.join(', ')],
    ...states.map(({ domain, inWords }): [string, string] => [`at ${new URL(domain).host}`, inWords.join(', ')]),
    ['enabled', provider.enabled ? 'on' : 'off'],
    ...input,
    ...facts.singleSignOn.map(({ binding, location }): [string, string] => [
      `SSO by ${shortBinding(binding)}`,
      location,
    ]),
    ...facts.certificates.map(({ sha256, notAfter, keyDescription }): [string, string] => [
      notAfter === undefined
        ? 'key without certificate'
        : `certificate, valid until ${isoTime(notAfter)?.slice(0, 10)}`,
      `${keyDescription}, SHA-256 ${sha256}`,
    ]),
    ['metadata URL', provider.metadataUrl],
  ]);
}

function shown(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}

function fingerprintsOf(certificates: string): string {
  const described = certificatesIn(certificates)?.map(describeCertificate) ?? [];
  return described.map(({ sha256 }) => `SHA-256 ${sha256}`).join(', ');
}
