import { expect } from 'chai';
import { createCertificate } from '../../../demo/saml/keyPair.ts';
import { getProvider } from '../../../src/federation/providers.ts';
import { listLoginActivity } from '../../../src/store/loginSearch.ts';
import { findRefresh } from '../../../src/store/metadataRefreshes.ts';
import { listSessions } from '../../../src/store/sessions.ts';
import { createBrowser } from '../../demo/support/browser.ts';
import { logIn as logInAtProvider } from '../../demo/support/portal.ts';
import { addPerson } from '../../support/anteroom.ts';
import { type Connected, connect, deliver, goThroughProvider, openTile, visitor } from '../../support/connect.ts';
import { encryptAssertion } from '../support/encrypt.ts';
import { addSession } from '../support/logout.ts';
import { newestAttempt } from '../support/signingProvider.ts';

describe('a login after the provider has changed its key', () => {
  let connected: Connected;

  beforeEach(async () => {
    connected = await connect();
    await addPerson(connected.deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
  });

  it('loses no login if the provider rolls its key and publishes only the new one', async () => {
    const { deps, provider, url } = connected;
    expect(await logIn()).to.equal(`${url}/profile`);
    await rollKey(connected);
    deps.clock.advance(60_000);
    expect(await Promise.all([logIn(), logIn(), logIn()])).to.deep.equal([1, 2, 3].map(() => `${url}/profile`));
    // The first of the three refreshes. One that comes after the refresh finds the new key in place.
    const { rows } = await listLoginActivity(deps.store.db, { from: deps.now() }, { limit: 10 });
    expect(rows.map(({ outcome }) => outcome)).to.deep.equal(['logged_in', 'logged_in', 'logged_in']);
    expect(JSON.stringify(rows.map(({ detail }) => detail.checks))).to.contain('the metadata was refreshed first');
    expect((await getProvider(deps.store.db, provider.id)).facts.certificates).to.have.lengthOf(2);
    expect((await findRefresh(deps.store.db, provider.id))?.waiting?.certificates).to.have.lengthOf(1);
  });

  it('works from the provider’s tile', async () => {
    await rollKey(connected);
    connected.deps.clock.advance(60_000);
    const browser = visitor(connected);
    const page = await deliver(browser, await openTile(connected, 'anna.berg'));
    expect((await newestAttempt(connected)).reason, page.url).to.equal(null);
  });

  it('refuses a key that the refreshed metadata does not vouch for', async () => {
    const { deps, provider, cloud } = connected;
    const application = cloud.state.applications[0];
    const { certificate } = { ...application };
    await rollKey(connected);
    const browser = visitor(connected);
    const page = await goThroughProvider(browser, `/saml/login/${provider.id}`, 'anna.berg');
    Object.assign(application ?? {}, { certificate });
    deps.clock.advance(60_000);
    await deliver(browser, page);
    const attempt = await newestAttempt(connected);
    expect([attempt.outcome, attempt.reason]).to.deep.equal(['refused', 'signature_invalid']);
    expect((await getProvider(deps.store.db, provider.id)).facts).to.deep.equal(provider.facts);
    expect((await findRefresh(deps.store.db, provider.id))?.earlyAt).to.equal(deps.now());
  });

  it('fetches nothing for a response that a known key signed', async () => {
    const { deps, provider } = connected;
    const browser = visitor(connected);
    const page = await goThroughProvider(browser, `/saml/login/${provider.id}`, 'anna.berg');
    const [form] = page.forms;
    const response = Buffer.from(form?.fields.SAMLResponse ?? '', 'base64').toString();
    const changed = Buffer.from(response.replace('anna.berg', 'anna.bergg')).toString('base64');
    await deliver(browser, page, { SAMLResponse: changed });
    expect((await newestAttempt(connected)).reason).to.equal('signature_invalid');
    expect((await findRefresh(deps.store.db, provider.id))?.earlyAt).to.equal(null);
  });

  it('treats everything that fails in an encrypted Assertion like an unknown key, so that a pause tells nothing', async () => {
    const { deps, provider } = connected;
    const browser = visitor(connected);
    const page = await goThroughProvider(browser, `/saml/login/${provider.id}`, 'anna.berg');
    const response = Buffer.from(page.forms[0]?.fields.SAMLResponse ?? '', 'base64').toString();
    const encrypted = response.replace(/<(\w+:)?Assertion [\s\S]*<\/(\w+:)?Assertion>/, () =>
      encryptAssertion('nothing'),
    );
    expect(encrypted).not.to.equal(response);
    await deliver(browser, page, { SAMLResponse: Buffer.from(encrypted).toString('base64') });
    expect((await newestAttempt(connected)).reason).to.equal('signature_invalid');
    expect((await findRefresh(deps.store.db, provider.id))?.earlyAt).to.equal(deps.now());
  });

  async function logIn(): Promise<string> {
    const browser = visitor(connected);
    const path = `/saml/login/${connected.provider.id}?return=/profile`;
    return (await deliver(browser, await goThroughProvider(browser, path, 'anna.berg'))).url;
  }
});

describe('a logout after the provider has changed its key', () => {
  it('accepts a logout with a new key of the provider, after a refresh of its metadata', async () => {
    const connected = await connect({ singleLogout: true });
    await rollKey(connected);
    const page = await logOutAtProvider(connected);
    expect(page.text).to.match(/<\/strong>:\s*logged out/);
    const attempt = await newestAttempt(connected);
    expect([attempt.outcome, attempt.detail.ended]).to.deep.equal(['logged_out', 1]);
    expect(JSON.stringify(attempt.detail.checks)).to.contain('the metadata was refreshed first');
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

/** Gives the application another key and certificate, as an administrator of the provider does. */
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
  await logInAtProvider(browser, await browser.get('/console/login'), 'anna.berg');
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
