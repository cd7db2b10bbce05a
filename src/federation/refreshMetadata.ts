import { actAsServer } from '../audit/actor.ts';
import type { Deps } from '../deps.ts';
import { Conflict } from '../errors.ts';
import { isOpenHttp } from '../network.ts';
import {
  findProvider,
  type IdentityProvider,
  type ProviderFacts,
  readMetadataXml,
} from '../store/identityProviders.ts';
import {
  findRefresh,
  listDueRefreshes,
  takeDueRefresh,
  takeEarlyRefresh,
  writeRefresh,
} from '../store/metadataRefreshes.ts';
import { type Change, changesOf, digestOf } from './metadata/changes.ts';
import { type Fetched, fetchMetadata } from './metadata/fetchMetadata.ts';
import type { ProviderMetadata } from './metadata/readMetadata.ts';
import { signersOf } from './metadata/signers.ts';
import { readFetched } from './metadataSource.ts';
import { factsOf, replaceMetadata } from './metadataVersions.ts';
import { getProvider } from './providers.ts';
import { nextAttemptAt, nextRefreshAt } from './refreshSchedule.ts';

/** How often each server looks for metadata to refresh, in milliseconds. */
export const REFRESH_EVERY_MS = 60_000;

const LEASE_MS = 10 * 60_000;
const EARLY_EVERY_MS = 60_000;
const EARLY_TIMEOUT_MS = 5_000; // a person waits
const MOST_CERTIFICATES = 20;

/** The result of a refresh: nothing new, new metadata in use, changes that wait for approval, or a failure in a sentence. */
export type RefreshOutcome = { kind: 'unchanged' | 'used' | 'waiting' } | { kind: 'failed'; message: string };

/** Refreshes the metadata of all providers that are due. Each is refreshed by only one of several servers. */
export async function refreshDue(deps: Deps): Promise<void> {
  const { db } = deps.store;
  for (const id of await listDueRefreshes(db, deps.now())) {
    if (deps.background.stopping.aborted) return;
    if (!(await takeDueRefresh(db, id, deps.now(), deps.now() + LEASE_MS))) continue;
    const provider = await findProvider(db, id);
    if (provider && provider.settings.refresh !== 'off') await refreshMetadata(deps, id);
  }
}

/**
 * Fetches the metadata of a provider from its URL, with the limits and checks of an import. What is in use stays if that fails. A second
 * start waits for the first.
 * @param collections read a collection as long as that of a federation, which takes longer
 * @throws NotFound, Conflict if the provider has no metadata URL
 */
export function refreshMetadata(
  deps: Deps,
  id: string,
  timeoutMs?: number,
  collections = true,
): Promise<RefreshOutcome> {
  return once(deps, `refresh ${id}`, () => refresh(deps, id, timeoutMs, collections));
}

/**
 * Refreshes the metadata of a provider that signed with an unknown key: it may have changed its key a moment ago. At most once a minute for
 * each provider, whatever is sent here. Returns the provider if its certificates are others by then.
 */
export async function refreshEarly(deps: Deps, provider: IdentityProvider): Promise<IdentityProvider | undefined> {
  const { db } = deps.store;
  const { id, metadataUrl, settings, facts } = provider;
  if (metadataUrl === null || settings.refresh === 'off') return undefined;
  await once(deps, `early ${id}`, async () => {
    if (await takeEarlyRefresh(db, id, deps.now(), deps.now() - EARLY_EVERY_MS))
      await actAsServer(deps, () => refreshMetadata(deps, id, EARLY_TIMEOUT_MS, false));
  });
  const now = await findProvider(db, id);
  const isKnown = ({ sha256 }: { sha256: string }) => facts.certificates.some((known) => known.sha256 === sha256);
  return now?.facts.certificates.every(isKnown) ? undefined : now;
}

function once<T>({ metadataRefreshes }: Deps, name: string, work: () => Promise<T>): Promise<T> {
  const underWay = metadataRefreshes.get(name) as Promise<T> | undefined;
  const started = underWay ?? work().finally(() => void metadataRefreshes.delete(name));
  metadataRefreshes.set(name, started);
  return started;
}

async function refresh(
  deps: Deps,
  id: string,
  timeoutMs: number | undefined,
  collections: boolean,
): Promise<RefreshOutcome> {
  const { db } = deps.store;
  const provider = await getProvider(db, id);
  const { metadataUrl: url, entityId } = provider;
  if (url === null) throw new Conflict(`${provider.name} has no metadata URL. Enter it, or import a file.`);
  const known = await findRefresh(db, id);
  const signers = signersOf(deps, provider.settings.metadataSigners);
  const fetched = await fetchMetadata(url, {
    privateNetworks: deps.config.metadataPrivateNetworks,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(collections && { collection: { wanted: entityId, signers } }),
    ...(known ? { known } : {}),
  });
  // A person who waits cannot wait for the metadata of a federation: it is refreshed in the background, a moment later.
  if (!fetched.ok && fetched.error.code === 'too_large' && !collections) {
    await writeRefresh(db, id, { nextAt: deps.now() });
    return { kind: 'unchanged' };
  }
  if (!fetched.ok) return fail(deps, provider, fetched.error.message);
  // Read again even if it is unchanged: it may have expired. Its signature was verified when it was sent.
  const read = fetched.unchanged
    ? await readFetched({ body: await readMetadataXml(db, id) }, deps.now(), { expectEntityId: entityId })
    : await readFetched(fetched, deps.now(), { expectEntityId: entityId, signers });
  if (!read.ok) return fail(deps, provider, read.error.message);
  return use(deps, provider, read.metadata, fetched);
}

async function use(
  deps: Deps,
  { id, metadataUrl, settings }: IdentityProvider,
  metadata: ProviderMetadata,
  { validators }: Fetched,
): Promise<RefreshOutcome> {
  return deps.store.db.transaction().execute(async (trx) => {
    await writeRefresh(trx, id, {});
    const [provider, state] = [await getProvider(trx, id), await findRefresh(trx, id)];
    // Another URL was imported, or a certificate pinned, meanwhile.
    if (provider.metadataUrl !== metadataUrl || provider.settings.metadataSigners !== settings.metadataSigners)
      return { kind: 'unchanged' };
    const { facts, waits } = decide(provider, metadata, state?.declined ?? null);
    const isNew = JSON.stringify(facts) !== JSON.stringify(provider.facts);
    const xml = waits ? await readMetadataXml(trx, id) : metadata.xml;
    if (isNew) await replaceMetadata(deps, trx, { ...provider, facts }, xml, { origin: 'refresh', author: '' });
    // Only what is in use may be left out of the next response.
    const isInUse = !waits && digestOf(facts) === digestOf(metadata);
    await writeRefresh(trx, id, {
      ...{ nextAt: nextRefreshAt(deps.now(), metadata), checkedAt: deps.now() },
      ...{ failures: 0, failure: null, failedAt: null },
      ...(isInUse ? validators : { etag: null, lastModified: null }),
      ...{ waitingJson: waits ? JSON.stringify(factsOf(metadata)) : null, waitingXml: waits ? metadata.xml : null },
    });
    return { kind: waits ? 'waiting' : isNew ? 'used' : 'unchanged' };
  });
}

/**
 * Returns which metadata to use after the provider published some at its URL, and whether the rest waits for approval. New signing
 * certificates beside the known ones are used at once, because the provider may sign with them from now on; descriptions too. Certificates
 * that are gone and other URLs wait, unless the provider is set to automatic. What came over open http without a verified
 * signature waits as a whole: anyone on the way could have written it.
 * @param declined the digest of published metadata that is not wanted
 */
function decide(
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

async function fail(deps: Deps, { id, name }: IdentityProvider, message: string): Promise<RefreshOutcome> {
  deps.log.warn({ provider: name, reason: message }, 'metadata could not be refreshed');
  await deps.store.db.transaction().execute(async (trx) => {
    await writeRefresh(trx, id, { failure: message });
    const state = await findRefresh(trx, id);
    const failures = (state?.failures ?? 0) + 1;
    const failedAt = state?.failedAt ?? deps.now();
    await writeRefresh(trx, id, { failures, failedAt, nextAt: nextAttemptAt(deps, failures) });
  });
  return { kind: 'failed', message };
}
