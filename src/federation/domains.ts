import { changesBetween } from '../audit/changes.ts';
import { recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import {
  type Domain,
  deleteDomain,
  findDomain,
  findDomainByHost,
  insertDomain,
  insertDomainKey,
  listDomainKeys,
  listDomains,
  writeSetUp,
} from '../store/domains.ts';
import { findProviderAt, listProviders } from '../store/identityProviders.ts';
import { countOutcomes } from '../store/loginCounts.ts';
import { inTransaction } from '../store/oneTransaction.ts';
import { countSessions, deleteAllSessions } from '../store/sessions.ts';
import { changeDomain, domainTarget, recordedDomain } from './changeDomain.ts';
import { createDomainKey, recordKeys } from './domainKeys.ts';
import { moveDomain } from './providerDomains.ts';
import { getProviderAt } from './providers.ts';
import { type OwnDetails, withOwnDetails } from './serviceProvider.ts';

const MONTH_MS = 30 * 86_400_000;

/** Returns the domain with an ID. @throws NotFound */
export async function getDomain(db: Db, id: string): Promise<Domain> {
  const domain = await findDomain(db, id);
  if (!domain) throw new NotFound('There is no such domain.');
  return domain;
}

/** Adds a domain with a URL. The first one gets the providers that were imported before it; any other has none. */
export async function addDomain(deps: Deps, entered: string): Promise<Checked<Domain>> {
  const read = readDomainUrl(entered);
  if (!read.ok) return read;
  const domain: Domain = {
    id: newId(deps),
    url: read.value,
    setUpAt: null,
    idleMinutes: null,
    longestMinutes: null,
    emailFirst: null,
    defaultProviderId: null,
    autoLogin: false,
    createdAt: deps.now(),
    spEntityId: null,
    acsPath: null,
    autoLoginPausedAt: null,
  };
  return deps.store.db.transaction().execute(async (trx) => {
    if (await findDomainByHost(trx, new URL(domain.url).host)) return invalid({ url: 'This domain already exists.' });
    const isFirst = (await listDomains(trx)).length === 0;
    await insertDomain(trx, domain);
    const changes = changesBetween(undefined, await recordedDomain(trx, domain));
    await recordChange(trx, deps, 'domain.created', domainTarget(domain), changes);
    if (isFirst) for (const provider of await listProviders(trx)) await moveDomain(deps, trx, domain, provider);
    return { ok: true, value: domain };
  });
}

/** Adds the domain of PUBLIC_URL if its host has none, so that the first start already has one. Returns the domain's URL. */
export async function ensureFirstDomain(deps: Deps): Promise<string> {
  const { publicUrl } = deps.config;
  const known = await findDomainByHost(deps.store.db, new URL(publicUrl).host);
  if (!known) await addDomain(deps, publicUrl);
  return known?.url ?? publicUrl;
}

/** Creates the signing key and certificate of a domain, once. @throws NotFound */
export async function setUpDomain(deps: Deps, id: string): Promise<Domain> {
  const domain = await getDomain(deps.store.db, id);
  if (domain.setUpAt !== null) return domain;
  const key = await createDomainKey(deps, domain, 'current');
  return deps.store.db.transaction().execute(async (trx) => {
    if (await writeSetUp(trx, id, deps.now())) {
      await insertDomainKey(trx, key);
      await recordKeys(deps, trx, 'key.created', domain, []);
    }
    return getDomain(trx, id);
  });
}

/** Saves the EntityID and the ACS path that a domain has of its own. Identity providers must know them. @throws NotFound */
export async function saveOwnDetails(deps: Deps, id: string, entered: OwnDetails): Promise<Checked<Domain>> {
  return inTransaction(deps.store.db, async (trx) => {
    const before = await getDomain(trx, id);
    const changed = withOwnDetails(before, entered);
    if (!changed.ok) return changed;
    const { spEntityId, acsPath } = changed.value;
    return { ok: true, value: await changeDomain(deps, trx, before, { spEntityId, acsPath }) };
  });
}

/** Sets the Default Provider of a domain. With undefined it has none, and Auto Login is turned off. @throws NotFound, Conflict */
export async function setDefaultProvider(deps: Deps, domainId: string, providerId: string | undefined): Promise<void> {
  await inTransaction(deps.store.db, async (trx) => {
    const domain = await getDomain(trx, domainId);
    if (providerId === undefined) {
      await changeDomain(deps, trx, domain, { defaultProviderId: null, autoLogin: false, autoLoginPausedAt: null });
      return;
    }
    const provider = await getProviderAt(trx, domainId, providerId);
    if (!provider.enabled)
      throw new Conflict(`${provider.name} is disabled. Enable it before you make it the default.`);
    await changeDomain(deps, trx, domain, { defaultProviderId: providerId });
  });
}

/** Turns Auto Login on or off. @throws NotFound, Conflict without an enabled Default Provider, or before the setup */
export async function setAutoLogin(deps: Deps, domainId: string, on: boolean): Promise<void> {
  await inTransaction(deps.store.db, async (trx) => {
    const domain = await getDomain(trx, domainId);
    if (on && !(await hasUsableDefault(trx, domain)))
      throw new Conflict(
        'Auto Login needs a Default Provider. Open Identity Providers and select Make Default Provider first.',
      );
    if (on && domain.setUpAt === null)
      throw new Conflict('Auto Login needs a domain that is set up. Click Setup Domain first.');
    await changeDomain(deps, trx, domain, { autoLogin: on, autoLoginPausedAt: null });
  });
}

/** Turns Auto Login off until it is turned on again, of which Needs attention reminds people. Does nothing if it is off. @throws NotFound */
export async function pauseAutoLogin(deps: Deps, domainId: string): Promise<void> {
  await inTransaction(deps.store.db, async (trx) => {
    const domain = await getDomain(trx, domainId);
    if (domain.autoLogin) await changeDomain(deps, trx, domain, { autoLogin: false, autoLoginPausedAt: deps.now() });
  });
}

/** Sets whether the Log-In screen asks for the e-mail address first. @throws NotFound */
export async function setEmailFirst(deps: Deps, domainId: string, on: boolean): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    await changeDomain(deps, trx, await getDomain(trx, domainId), { emailFirst: on ? 1 : 0 });
  });
}

/** Returns what removing a domain affects: its sessions now, and its logins in the last 30 days. */
export async function consequencesOfRemoval(deps: Deps, id: string): Promise<{ sessions: number; logins: number }> {
  const outcomes = await countOutcomes(deps.store.db, deps.now() - MONTH_MS, id);
  return {
    sessions: await countSessions(deps.store.db, { domainId: id }, deps.now()),
    logins: outcomes.logged_in ?? 0,
  };
}

/** Removes a domain with its key and its sessions. @throws NotFound, Conflict for the last domain */
export async function removeDomain(deps: Deps, id: string): Promise<Domain> {
  return deps.store.db.transaction().execute(async (trx) => {
    const domain = await getDomain(trx, id);
    if ((await listDomains(trx)).length === 1)
      throw new Conflict('The intranet needs a domain. Add another one before you remove this one.');
    await deleteAllSessions(trx, { domainId: id });
    const changes = changesBetween(await recordedDomain(trx, domain), undefined);
    await recordChange(trx, deps, 'domain.deleted', domainTarget(domain), changes);
    const keys = await listDomainKeys(trx, id);
    await deleteDomain(trx, id);
    await recordKeys(deps, trx, 'key.deleted', domain, keys);
    return domain;
  });
}

async function hasUsableDefault(db: Db, { id, defaultProviderId }: Domain): Promise<boolean> {
  const provider = defaultProviderId === null ? undefined : await findProviderAt(db, id, defaultProviderId);
  return provider?.enabled === true;
}

function readDomainUrl(entered: string): Checked<string> {
  const text = entered.trim();
  const expected = 'Enter scheme and host, such as https://intranet.acme.com.';
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return invalid({ url: expected });
  const url = new URL(text);
  if (url.username || url.password) return invalid({ url: 'Leave user name and password out of the URL.' });
  if (url.pathname !== '/' || url.search || url.hash)
    return invalid({ url: `Enter the URL without a path: ${url.origin}` });
  if (url.host.length > 253) return invalid({ url: expected });
  return { ok: true, value: url.origin };
}
