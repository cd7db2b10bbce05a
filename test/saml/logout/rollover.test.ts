import { expect } from 'chai';
import { createCertificate } from '../../../demo/saml/keyPair.ts';
import { findRefresh } from '../../../src/store/metadataRefreshes.ts';
import { listSessions } from '../../../src/store/sessions.ts';
import { createBrowser } from '../../demo/support/browser.ts';
import { logIn } from '../../demo/support/portal.ts';
import { addPerson } from '../../support/anteroom.ts';
import { type Connected, connect, deliver, visitor } from '../../support/connect.ts';
import { addSession } from '../support/logout.ts';
import { newestAttempt } from '../support/signingProvider.ts';

describe('saml/logout/rollover', () => {
  it('accepts a logout with a new key of the provider, after a refresh of its metadata', async () => {
    const connected = await connect({ singleLogout: true });
    await rollKey(connected);
    const page = await logOutAtProvider(connected);
    expect(page.text).to.match(/<\/strong>:\s*logged out/);
    const attempt = await newestAttempt(connected);
    expect([attempt.outcome, attempt.detail.ended]).to.deep.equal(['logged_out', 1]);
    expect(await sessionsOf(connected)).to.deep.equal([]);
  });

  it('refuses a key that the refreshed metadata does not vouch for', async () => {
    const connected = await connect({ singleLogout: true });
    const [application] = connected.cloud.state.applications;
    const { certificate } = { ...application };
    await rollKey(connected);
    Object.assign(application ?? {}, { certificate });
    await logOutAtProvider(connected);
    expect((await newestAttempt(connected)).reason).to.equal('signature_invalid');
    expect((await findRefresh(connected.deps.store.db, connected.provider.id))?.earlyAt).to.equal(connected.deps.now());
    expect(await sessionsOf(connected)).to.have.lengthOf(1);
  });
});

async function rollKey({ cloud, deps }: Connected): Promise<void> {
  const keyPair = await deps.keys.createKeyPair();
  const certificate = await createCertificate(keyPair, 'Next', deps.now());
  Object.assign(cloud.state.applications[0] ?? {}, { privateKey: keyPair.privateKey, certificate });
}

/** Logs Anna out at the provider, with the key that it has now. */
async function logOutAtProvider(connected: Connected) {
  const { cloud, deps, applicationId, url } = connected;
  const person = await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
  const browser = createBrowser(cloud.url);
  await logIn(browser, await browser.get('/console/login'), 'anna.berg');
  await browser.get(`/saml2/${applicationId}`);
  const page = await browser.submit(await browser.get('/console'), '/console/logout');
  const [form] = page.forms;
  const request = Buffer.from(form?.fields.SAMLRequest ?? '', 'base64').toString();
  const sessionIndex = /<samlp:SessionIndex>([^<]+)/.exec(request)?.[1] ?? '';
  await addSession(connected, person, { nameId: 'anna.berg@acme.example', sessionIndex });
  const response = await visitor(connected).postFromElsewhere(form?.action ?? url, form?.fields ?? {});
  return response.forms.some(({ fields }) => fields.SAMLResponse) ? deliver(browser, response) : response;
}

async function sessionsOf({ deps }: Connected) {
  return listSessions(deps.store.db, {}, deps.now(), { limit: 9 });
}
