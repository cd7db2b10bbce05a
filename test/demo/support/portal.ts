import { type Provider, startProvider } from '../../../demo/provider.ts';
import { whenDone } from '../../support/cleanup.ts';
import { testKeyPairs } from '../../support/testDeps.ts';
import { type Browser, createBrowser, type Page } from './browser.ts';

export const sp = { entityId: 'http://intranet.test/saml/metadata', acsUrl: 'http://intranet.test/saml/acs' };
export const start = Date.UTC(2026, 2, 1, 9, 0, 0);

export type TestProvider = Provider & { clock: { now: number }; admin: Browser };

/** Starts the provider on a free port with a fixed clock, and logs the administrator in. */
export async function startTestProvider(): Promise<TestProvider> {
  const clock = { now: start };
  const provider = await startProvider({ now: () => clock.now, createKeyPair: testKeyPairs(), passwordCost: 2 });
  whenDone(() => provider.close());
  const admin = createBrowser(provider.url);
  const login = await admin.get('/admin/login');
  await admin.submit(login, '/admin/login', { login: 'admin@cloud.example', password: 'cloud-admin' });
  return { ...provider, clock, admin };
}

/** Adds an application through the screens, configures single sign-on and binds groups. Returns its id. */
export async function addIntranet(
  { admin, state }: TestProvider,
  options: { groups?: string[]; sso?: Record<string, string | string[]> } = {},
): Promise<string> {
  const form = await admin.get('/admin/applications/new/anteroom');
  const saved = await admin.submit(form, '/new/anteroom', { label: 'Intranet', showInPortal: 'on' });
  const id = /applications\/(\w+)\/saved/.exec(saved.url)?.[1] ?? '';
  await saveSso(admin, id, options.sso);
  const groups = await admin.get(`/admin/applications/${id}/user-groups`);
  const bound = options.groups ?? ['Employees'];
  const ids = state.groups.filter((group) => bound.includes(group.name)).map((group) => group.id);
  await admin.submit(groups, '/user-groups', { groups: ids });
  return id;
}

/** Saves the SSO tab with the service provider of the tests. */
export async function saveSso(
  admin: Browser,
  id: string,
  fields: Record<string, string | string[]> = {},
): Promise<Page> {
  const tab = await admin.get(`/admin/applications/${id}/sso`);
  const attributes = { attributeName: ['email', 'firstname'], attributeProperty: ['email', 'firstname'] };
  const base = {
    action: 'save',
    spEntityId: sp.entityId,
    acsUrl: sp.acsUrl,
    groupAttribute: 'memberOf',
    ...attributes,
  };
  return admin.submit(tab, '/sso', { ...base, ...fields });
}

/** Logs a person in on a login page. */
export function logIn(browser: Browser, page: Page, username: string): Promise<Page> {
  return browser.submit(page, '/console/login', { login: username, password: 'cloud-demo' });
}

/** Returns the SAML response that a page posts to the application, and its target. */
export function readPostedResponse(page: Page): { target: string; xml: string; relayState: string | undefined } {
  const [form] = page.forms;
  const xml = Buffer.from(form?.fields.SAMLResponse ?? '', 'base64').toString('utf8');
  return { target: form?.action ?? '', xml, relayState: form?.fields.RelayState };
}
