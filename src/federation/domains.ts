import { createPrivateKey, type KeyObject } from 'node:crypto';
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
  updateDomain,
} from '../store/domains.ts';
import { findProvider } from '../store/identityProviders.ts';
import { countOutcomes } from '../store/loginActivity.ts';
import { countSessionsOfDomain, deleteSessionsOfDomain } from '../store/sessions.ts';
import { createSigningCertificate } from './certificate.ts';
import { getProviderIn } from './providers.ts';

const CERTIFICATE_YEARS = 10;
const MONTH_MS = 30 * 86_400_000;
const PARSED_KEYS_KEPT = 100;

/** What an identity provider asks for of a domain: Service Provider Details. */
export type ServiceProviderDetails = { entityId: string; acsUrl: string; sloUrl: string; metadataUrl: string };

/** The addresses of a domain's service provider. */
export function serviceProviderDetails(domain: Pick<Domain, 'url'>): ServiceProviderDetails {
  const metadataUrl = `${domain.url}/saml/metadata`;
  return { entityId: metadataUrl, metadataUrl, acsUrl: `${domain.url}/saml/acs`, sloUrl: `${domain.url}/saml/slo` };
}

/** The domain with an ID. @throws NotFound */
export async function getDomain({ store }: Deps, id: string): Promise<Domain> {
  return getDomainIn(store.db, id);
}

/** Adds a domain by its URL. */
export async function addDomain(deps: Deps, entered: string): Promise<Checked<Domain>> {
  const read = readDomainUrl(entered);
  if (!read.ok) return read;
  const domain: Domain = {
    id: newId(deps),
    url: read.value,
    setUpAt: null,
    defaultProviderId: null,
    autoLogin: false,
    createdAt: deps.now(),
  };
  return deps.store.db.transaction().execute(async (trx) => {
    if (await findDomainByHost(trx, new URL(domain.url).host))
      return invalid({ url: 'This domain is in the list already.' });
    await insertDomain(trx, domain);
    return { ok: true, value: domain };
  });
}

/** Makes sure that the domain of PUBLIC_URL exists, so that the first start already answers at an address. */
export async function ensureFirstDomain(deps: Deps): Promise<void> {
  const { host } = new URL(deps.config.publicUrl);
  if (await findDomainByHost(deps.store.db, host)) return;
  await addDomain(deps, deps.config.publicUrl);
}

/** Sets a domain up: makes its signing key and certificate. A domain that is set up keeps what it has. @throws NotFound */
export async function setUpDomain(deps: Deps, id: string): Promise<Domain> {
  const domain = await getDomain(deps, id);
  if (domain.setUpAt !== null) return domain;
  const commonName = new URL(domain.url).hostname;
  const keyPair = await deps.keys.createKeyPair();
  const now = deps.now();
  const certificate = await createSigningCertificate({ keyPair, commonName, now, years: CERTIFICATE_YEARS });
  return deps.store.db.transaction().execute(async (trx) => {
    const current = await getDomainIn(trx, id);
    if (current.setUpAt !== null) return current;
    const setUpAt = deps.now();
    const privateKeySealed = deps.secrets.seal(keyPair.privateKey);
    await insertDomainKey(trx, {
      id: newId(deps),
      domainId: id,
      privateKeySealed,
      certificate,
      createdAt: setUpAt,
    });
    await updateDomain(trx, id, { setUpAt });
    return { ...current, setUpAt };
  });
}

/** Makes a provider the one that a domain uses by itself; undefined leaves it without one, and turns auto login off. @throws NotFound, Conflict */
export async function setDefaultProvider(deps: Deps, domainId: string, providerId: string | undefined): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    await getDomainIn(trx, domainId);
    if (providerId === undefined) return updateDomain(trx, domainId, { defaultProviderId: null, autoLogin: false });
    const provider = await getProviderIn(trx, providerId);
    if (!provider.enabled)
      throw new Conflict(`${provider.name} is disabled. Enable it before you make it the default.`);
    await updateDomain(trx, domainId, { defaultProviderId: providerId });
  });
}

/** Turns auto login on or off. @throws NotFound, Conflict where there is no Default Provider to send people to */
export async function setAutoLogin(deps: Deps, domainId: string, on: boolean): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    const domain = await getDomainIn(trx, domainId);
    if (on && !(await usableDefault(trx, domain)))
      throw new Conflict(
        'Auto Login needs a Default Provider. Open Identity Providers and choose Make Default Provider first.',
      );
    await updateDomain(trx, domainId, { autoLogin: on });
  });
}

/** What removing a domain would break. */
export async function consequencesOfRemoval(deps: Deps, id: string): Promise<{ sessions: number; logins: number }> {
  const outcomes = await countOutcomes(deps.store.db, deps.now() - MONTH_MS, id);
  return {
    sessions: await countSessionsOfDomain(deps.store.db, id, deps.now()),
    logins: outcomes.logged_in ?? 0,
  };
}

/** Removes a domain with its key, and ends the sessions there. @throws NotFound, Conflict for the last one */
export async function removeDomain(deps: Deps, id: string): Promise<Domain> {
  return deps.store.db.transaction().execute(async (trx) => {
    const domain = await getDomainIn(trx, id);
    if ((await listDomains(trx)).length === 1)
      throw new Conflict('The intranet needs a domain. Add another one before you remove this one.');
    await deleteSessionsOfDomain(trx, id);
    await deleteDomain(trx, id);
    return domain;
  });
}

/** The private key (PEM) and certificate with which a domain signs, or undefined before it is set up. */
export async function findSigningKey(
  deps: Deps,
  domainId: string,
): Promise<{ privateKey: string; certificate: string } | undefined> {
  const [key] = await listDomainKeys(deps.store.db, domainId);
  return key && { privateKey: deps.secrets.unseal(key.privateKeySealed), certificate: key.certificate };
}

/** The keys that open what was encrypted for a domain, the newest first. Each is unsealed and parsed once. */
export async function findPrivateKeys(deps: Deps, domainId: string): Promise<KeyObject[]> {
  const keys = await listDomainKeys(deps.store.db, domainId);
  return keys.map(({ privateKeySealed }) => parsedKey(deps, privateKeySealed));
}

// By the sealed text, so that another process may change the keys of a domain without telling this one.
const parsed = new Map<string, KeyObject>();

function parsedKey(deps: Deps, sealed: string): KeyObject {
  const known = parsed.get(sealed);
  if (known) return known;
  const key = createPrivateKey(deps.secrets.unseal(sealed));
  if (parsed.size >= PARSED_KEYS_KEPT) parsed.clear();
  parsed.set(sealed, key);
  return key;
}

async function getDomainIn(db: Db, id: string): Promise<Domain> {
  const domain = await findDomain(db, id);
  if (!domain) throw new NotFound('There is no such domain.');
  return domain;
}

async function usableDefault(db: Db, domain: Domain): Promise<boolean> {
  const provider = domain.defaultProviderId === null ? undefined : await findProvider(db, domain.defaultProviderId);
  return provider?.enabled === true;
}

function readDomainUrl(entered: string): Checked<string> {
  const text = entered.trim();
  const wanted = 'Enter scheme and host, such as https://intranet.acme.com.';
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return invalid({ url: wanted });
  const url = new URL(text);
  if (url.username || url.password) return invalid({ url: 'Leave user name and password out of the address.' });
  if (url.pathname !== '/' || url.search || url.hash) return invalid({ url: `Leave the path out: ${url.origin}` });
  if (url.host.length > 253) return invalid({ url: wanted });
  return { ok: true, value: url.origin };
}
