import type { Store } from '../../src/db/open.ts';
import { findSigningKey } from '../../src/federation/domainKeys.ts';
import { setDefaultProvider, setUpDomain } from '../../src/federation/domains.ts';
import { confirmImport, previewMetadata } from '../../src/federation/importMetadata.ts';
import { changeProvider, type ProviderInput, providerInputOf } from '../../src/federation/providers.ts';
import type { Domain } from '../../src/store/domains.ts';
import { listDomains } from '../../src/store/domains.ts';
import type { IdentityProvider } from '../../src/store/identityProviders.ts';
import { type Browser, createBrowser, type Page } from '../demo/support/browser.ts';
import { addIntranet, logIn, startTestProvider, type TestProvider } from '../demo/support/portal.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';

export type Connected = Anteroom & {
  cloud: TestProvider;
  applicationId: string;
  domain: Domain;
  provider: IdentityProvider;
};

/** Starts Anteroom and Cloud Directory and connects them as the article does: domain set up, provider imported, with a button, made the default. */
export async function connect(
  options: {
    store?: Store;
    settings?: Partial<ProviderInput>;
    sso?: Record<string, string | string[]>;
    singleLogout?: boolean;
  } = {},
): Promise<Connected> {
  const anteroom = await startAnteroom(options.store ? { store: options.store } : {});
  const { deps, url } = anteroom;
  const cloud = await startTestProvider();
  cloud.clock.now = deps.clock.at;
  const acsUrl = `${url}/saml/acs`;
  const applicationId = await addIntranet(cloud, {
    sso: { spEntityId: `${url}/saml/metadata`, acsUrl, ...options.sso },
  });
  const [domain] = await listDomains(deps.store.db);
  if (!domain) throw new Error('There is no domain.');
  await setUpDomain(deps, domain.id);
  if (options.singleLogout) {
    const key = await findSigningKey(deps, domain.id);
    const application = cloud.state.applications.find(({ id }) => id === applicationId);
    Object.assign(application?.sso ?? {}, { sloUrl: `${url}/saml/slo`, spCertificate: key?.certificate });
  }
  const provider = await importProvider(anteroom, `${cloud.url}/saml2/${applicationId}/metadata`, options.settings);
  await setDefaultProvider(deps, domain.id, provider.id);
  return { ...anteroom, cloud, applicationId, domain, provider };
}

/** Imports a provider by its metadata URL and shows its button. */
export async function importProvider(
  { deps }: Anteroom,
  metadataUrl: string,
  settings: Partial<ProviderInput> = {},
): Promise<IdentityProvider> {
  const preview = await previewMetadata(deps, { url: metadataUrl });
  if (!preview.ok) throw new Error(JSON.stringify(preview.errors));
  const imported = await confirmImport(deps, preview.value.id);
  const input = { ...providerInputOf(imported), name: 'Cloud Directory', showButton: true, ...settings };
  const changed = await changeProvider(deps, imported.id, input);
  if (!changed.ok) throw new Error(JSON.stringify(changed.errors));
  return changed.value;
}

/** Returns a browser without scripts that starts at Anteroom. */
export function visitor({ url }: Anteroom): Browser {
  return createBrowser(url);
}

/** Opens a path that leads to the provider, logs a person in there if it asks, and returns the page with the SAML response. */
export async function goThroughProvider(browser: Browser, path: string, username: string): Promise<Page> {
  const page = await browser.get(path);
  return page.forms.some((form) => form.fields.SAMLResponse) ? page : logIn(browser, page, username);
}

/** Logs a person in at the provider and opens the intranet's tile. Returns the page with the SAML response. */
export async function openTile({ cloud, applicationId }: Connected, username: string): Promise<Page> {
  const atProvider = createBrowser(cloud.url);
  const login = await atProvider.get('/console/login');
  await atProvider.submit(login, '/console/login', { login: username, password: 'cloud-demo' });
  return atProvider.get(`/saml2/${applicationId}`);
}

/** Posts the SAML response as the provider's page does, from another site. */
export function deliver(browser: Browser, page: Page, changes: Record<string, string> = {}): Promise<Page> {
  const form = page.forms.find((one) => one.fields.SAMLResponse);
  if (!form) throw new Error(`There is no SAML response on ${page.url}: ${page.text.slice(0, 300)}`);
  return browser.postFromElsewhere(form.action, { ...form.fields, ...changes });
}
