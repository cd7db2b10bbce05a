import type { BrowserContext } from 'playwright-core';
import type { Store } from '../../../src/db/open.ts';
import { describePublicKey } from '../../../src/federation/certificate.ts';
import { setUpDomain } from '../../../src/federation/domains.ts';
import { initialSettings } from '../../../src/federation/providers.ts';
import { type Domain, listDomains } from '../../../src/store/domains.ts';
import {
  type Endpoint,
  type IdentityProvider,
  insertProvider,
  type ProviderSettings,
} from '../../../src/store/identityProviders.ts';
import type { LoginActivity } from '../../../src/store/loginActivity.ts';
import { listLoginActivity } from '../../../src/store/loginSearch.ts';
import { writeProviderDomains } from '../../../src/store/providerDomains.ts';
import type { Browser, Page } from '../../demo/support/browser.ts';
import { type Anteroom, startAnteroom } from '../../support/anteroom.ts';
import { visitor } from '../../support/connect.ts';
import { aProvider } from '../../support/rows.ts';
import { encode, type Place } from '../corpus/hostile.ts';
import { ACS_URL, ENTITY_ID, IDP, NOW, REQUEST_ID } from './context.ts';
import { provider as keys } from './keys.ts';
import { ASSERTION_ID, compose, honestParts, type MessageParts } from './message.ts';
import { type SignOptions, signMessage } from './sign.ts';

const SSO_URL = 'http://127.0.0.1:9/sso';

/** What differs from an honest response: its parts, its signature, the finished XML, or RelayState. */
export type Fault = {
  parts?: (parts: MessageParts) => Partial<MessageParts>;
  place?: Place;
  sign?: Partial<SignOptions>;
  xml?: (xml: string) => string;
  relayState?: string;
};

export type Signing = Anteroom & { domain: Domain; provider: IdentityProvider };

/** Starts Anteroom with a provider whose responses the test itself composes and signs, with the person ada@acme.com. */
export async function startSigning(
  settings: Partial<ProviderSettings> = {},
  options: { store?: Store; singleLogout?: Endpoint[] } = {},
): Promise<Signing> {
  const { store, singleLogout = [] } = options;
  const anteroom = await startAnteroom({ at: NOW, ...(store && { store }) });
  const { db } = anteroom.deps.store;
  const [domain] = await listDomains(db);
  if (!domain) throw new Error('There is no domain.');
  await setUpDomain(anteroom.deps, domain.id);
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const certificates = [{ pem, subject: '', ...describePublicKey(keys.publicKey) }];
  const binding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
  const singleSignOn = [{ binding, location: SSO_URL }];
  const base = aProvider({ entityId: IDP, settings: { ...initialSettings, requestBinding: 'post', ...settings } });
  const provider = { ...base, facts: { ...base.facts, certificates, singleSignOn, singleLogout } };
  await insertProvider(db, provider, '<xml/>');
  await writeProviderDomains(db, provider, [domain.id]);
  return { ...anteroom, domain, provider };
}

/** Starts a login in a browser and delivers a response to its login request, with a fault. */
export async function respond(signing: Signing, fault: Fault = {}, browser: Browser = visitor(signing)): Promise<Page> {
  return answer(signing, browser, await browser.get(`/saml/login/${signing.provider.id}`), fault);
}

/** Delivers a response to the login request on a page, with a fault. */
export async function answer(signing: Signing, browser: Browser, page: Page, fault: Fault = {}): Promise<Page> {
  const sent = page.forms.find(({ fields }) => fields.SAMLRequest)?.fields ?? {};
  return browser.postFromElsewhere(`${signing.url}/saml/acs`, responseTo(signing, sent, fault));
}

/** Has Chromium find the provider at its address: it answers every login request at once, with a fault. */
export async function answerInBrowser(signing: Signing, context: BrowserContext, fault: Fault = {}): Promise<void> {
  await context.route(SSO_URL, async (route) => {
    const sent = Object.fromEntries(new URLSearchParams(route.request().postData() ?? ''));
    const inputs = Object.entries(responseTo(signing, sent, fault)).map(
      ([name, value]) => `<input name="${name}" value="${value}">`,
    );
    const form = `<form method="post" action="${signing.url}/saml/acs">${inputs.join('')}</form>`;
    const body = `${form}<script>document.forms[0].submit()</script>`;
    await route.fulfill({ contentType: 'text/html', body });
  });
}

/** Returns the form with a response to a login request that was sent by HTTP-POST, with a fault. */
export function responseTo({ url, deps }: Signing, sent: Record<string, string>, fault: Fault): Record<string, string> {
  const { SAMLRequest = '', RelayState = '' } = sent;
  const id = / ID="([^"]*)"/.exec(Buffer.from(SAMLRequest, 'base64').toString())?.[1] ?? '';
  deps.clock.advance(1); // so that its attempt is the newest
  const here = (xml: string) =>
    xml
      .replaceAll(ACS_URL, `${url}/saml/acs`)
      .replaceAll(ENTITY_ID, `${url}/saml/metadata`)
      .replaceAll(REQUEST_ID, id)
      .replaceAll(ASSERTION_ID, `_assertion${id}`);
  const parts = honestParts();
  const composed = here(compose({ ...parts, ...fault.parts?.(parts) }));
  const signed = signMessage(composed, fault.place ?? 'assertion', fault.sign);
  const xml = fault.xml?.(signed) ?? signed;
  return { SAMLResponse: encode(xml), RelayState: fault.relayState ?? RelayState };
}

/** Returns the newest attempt of Login activity. */
export async function newestAttempt({ deps }: Anteroom): Promise<LoginActivity> {
  const { rows } = await listLoginActivity(deps.store.db, {}, { limit: 1 });
  if (!rows[0]) throw new Error('There is no attempt.');
  return rows[0];
}
