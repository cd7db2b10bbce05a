import { hash } from 'node:crypto';
import { changeOf, changesBetween } from '../audit/changes.ts';
import { type AuditTarget, recordChange, recordDifference } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Domain } from '../store/domains.ts';
import {
  type IdentityProvider,
  type ProviderFacts,
  readMetadataXml,
  writeProviderSettings,
} from '../store/identityProviders.ts';
import type { VersionOrigin } from '../store/metadataVersions.ts';
import type { PeopleRules } from '../store/peopleRules.ts';
import { certificatesIn, describeCertificate } from './certificate.ts';

/** Saves the fields of a provider's Edit screen, and records what differs. */
export async function saveProviderSettings(
  deps: Deps,
  trx: Db,
  before: IdentityProvider,
  after: IdentityProvider,
): Promise<void> {
  await writeProviderSettings(trx, after);
  await recordProviderChange(deps, trx, after, recordedSettings(before), recordedSettings(after));
}

/** Records what a change of a provider made different. */
export async function recordProviderChange(
  deps: Deps,
  trx: Db,
  provider: IdentityProvider,
  before: object,
  after: object,
): Promise<void> {
  await recordDifference(trx, deps, 'provider.updated', providerTarget(provider), before, after);
}

/** Records which domains a provider got and lost. */
export async function recordDomains(
  deps: Deps,
  trx: Db,
  provider: IdentityProvider,
  { added = [], removed = [] }: { added?: Domain[]; removed?: Domain[] },
): Promise<void> {
  if (added.length + removed.length === 0) return;
  const urls = (domains: Domain[]) => domains.map(({ url }) => url);
  const change = { name: 'domains', added: urls(added), removed: urls(removed) };
  await recordChange(trx, deps, 'provider.updated', providerTarget(provider), [change]);
}

/** Records that a provider was imported. */
export async function recordImport(deps: Deps, trx: Db, added: IdentityProvider, xml: string): Promise<void> {
  const changes = changesBetween(undefined, recordedProvider(added, xml), SECRETS);
  await recordChange(trx, deps, 'provider.created', providerTarget(added), changes);
}

/** Records that a provider is removed. Call it before, because the metadata is recorded too. */
export async function recordRemoval(deps: Deps, trx: Db, removed: IdentityProvider): Promise<void> {
  const was = recordedProvider(removed, await readMetadataXml(trx, removed.id));
  const changes = changesBetween(was, undefined, SECRETS);
  await recordChange(trx, deps, 'provider.deleted', providerTarget(removed), changes);
}

/** Records that the metadata of a provider is replaced, and how that came about. Call it before, because the old one is recorded too. */
export async function recordMetadata(
  deps: Deps,
  trx: Db,
  before: IdentityProvider,
  after: IdentityProvider,
  xml: string,
  origin: VersionOrigin,
): Promise<void> {
  const was = recordedProvider(before, await readMetadataXml(trx, before.id));
  const differences = changesBetween(was, recordedProvider(after, xml), SECRETS);
  const changes = [changeOf('origin', undefined, origin), ...differences];
  await recordChange(trx, deps, 'provider.metadata_changed', providerTarget(before), changes);
}

/** Records that published metadata is not used: how it differs from what stays in use. */
export async function recordDeclined(
  deps: Deps,
  trx: Db,
  provider: IdentityProvider,
  declined: ProviderFacts,
): Promise<void> {
  const changes = changesBetween(recordedFacts(provider.facts), recordedFacts(declined));
  await recordChange(trx, deps, 'provider.metadata_declined', providerTarget(provider), changes);
}

/** Returns what is recorded of metadata: of certificates the fingerprints. Endpoints are named so, because a setting is named singleLogout. */
export function recordedFacts(facts: ProviderFacts): object {
  const { certificates, singleSignOn, singleLogout, validUntil, ...others } = facts;
  return {
    certificates: certificates.map(({ sha256 }) => sha256),
    ...{ singleSignOnEndpoints: singleSignOn, singleLogoutEndpoints: singleLogout },
    ...others,
    metadataValidUntil: validUntil === undefined ? undefined : new Date(validUntil).toISOString(),
  };
}

/** What of a provider is recorded only as changed. */
export const SECRETS = ['metadataUrlSecrets'];

/** Returns what is recorded of a metadata URL: without the values of its query and a password, which may be secret, and of these only that they changed. */
export function recordedUrl(url: string | null): object {
  const [, start = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(url ?? '') ?? [];
  const names = query.split('&').map((part) => (part.includes('=') ? `${part.slice(0, part.indexOf('='))}=…` : '…'));
  const shown = start.replace(/\/\/[^/@]*@/, '//…@') + (query === '' ? '' : `?${names.join('&')}`);
  return { metadataUrl: url && shown, metadataUrlSecrets: url === shown ? undefined : url };
}

/** Returns what is recorded of the rules for people. */
export function recordedRules(rules: PeopleRules): object {
  return Object.fromEntries(Object.entries(rules).map(([name, value]) => [`people.${name}`, value]));
}

function providerTarget({ id, name }: IdentityProvider): AuditTarget {
  return { kind: 'provider', id, name };
}

function recordedProvider(provider: IdentityProvider, xml: string): object {
  const { entityId, enabled, metadataUrl, facts, people } = provider;
  const metadata = { ...recordedUrl(metadataUrl), ...recordedFacts(facts), metadataSha256: hash('sha256', xml) };
  return { entityId, enabled, ...recordedSettings(provider), ...(people ? recordedRules(people) : {}), ...metadata };
}

function recordedSettings({ name, showButton, buttonOrder, settings }: IdentityProvider): object {
  const signers = certificatesIn(settings.metadataSigners) ?? [];
  const metadataSigners = signers.map((pem) => describeCertificate(pem).sha256);
  return { name, showButton, buttonOrder, ...settings, metadataSigners };
}
