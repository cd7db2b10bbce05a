import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { findSigningKey } from '../../../src/federation/domainKeys.ts';
import type { ProviderSettings } from '../../../src/store/identityProviders.ts';
import { findLogoutRequest, insertLogoutRequest } from '../../../src/store/logoutRequests.ts';
import { attributeOf, childOf, textOf } from '../../../src/xml/tree.ts';
import type { Browser } from '../../demo/support/browser.ts';
import { addPerson } from '../../support/anteroom.ts';
import { logInLocally } from '../../support/client.ts';
import { visitor } from '../../support/connect.ts';
import { withStores } from '../../support/stores.ts';
import { responseParts, sendLogout, signedField, signedQuery } from '../support/logout.ts';
import { readSigned } from '../support/redirect.ts';
import { newestAttempt, respond, type Signing, startSigning } from '../support/signingProvider.ts';

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
const SLO = 'https://idp.example.com/slo';
const endpoint = (name: string) => ({ binding: `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${name}`, location: SLO });

type Options = Parameters<typeof startSigning>[1];

/** Starts Anteroom, and logs Ada in through the provider. */
async function withAda(options: Options = {}, settings: Partial<ProviderSettings> = {}) {
  const signing = await startSigning(settings, { singleLogout: [endpoint('Redirect')], ...options });
  await addPerson(signing.deps, { userName: 'ada@acme.com' });
  const browser = visitor(signing);
  await respond(signing, {}, browser);
  return { signing, browser };
}

/** Logs out, and returns the logout request that the page leads on with. */
async function logOut(signing: Signing, browser: Browser) {
  signing.deps.clock.advance(1);
  const page = await browser.post('/logout', {});
  const url = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const key = await findSigningKey(signing.deps, signing.domain.id);
  const query = url.slice(url.indexOf('?') + 1);
  const { root } = readSigned(query, [createPublicKey(key?.certificate ?? '')]);
  return { page, url, root, id: attributeOf(root, 'ID') ?? '' };
}

describe('a logout that is started here', () => {
  it('ends the session, and then asks the provider with the NameID and SessionIndex of the login', async () => {
    const { signing, browser } = await withAda();
    const { page, url, root, id } = await logOut(signing, browser);
    expect(page.text)
      .to.contain('You are logged out of the intranet')
      .and.contain('Logging you out of <bdi>Cloud Directory</bdi>');
    expect(url.startsWith(`${SLO}?SAMLRequest=`)).to.equal(true);
    const name = childOf(root, SAML, 'NameID');
    expect([name && textOf(name), name && attributeOf(name, 'Format')]).to.deep.equal([
      'ada@acme.com',
      'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    ]);
    const index = childOf(root, SAMLP, 'SessionIndex');
    expect(index && textOf(index)).to.equal('_session1');
    expect((await browser.get('/profile')).url).to.contain('/login');
    expect(id).to.match(/^_[0-9a-f]{40}$/);
    expect(await newestAttempt(signing)).to.include({
      flow: 'logout',
      outcome: 'logout_sent',
      asserted: 'ada@acme.com',
    });
    const before = await browser.get(`/logged-out?request=${id}`);
    expect(before.text).to.contain('has not confirmed the logout');
  });

  it('asks by a form, if the provider has only that', async () => {
    const { browser } = await withAda({ singleLogout: [endpoint('POST')] });
    const page = await browser.post('/logout', {});
    const form = page.forms.find(({ fields }) => fields.SAMLRequest);
    expect([form?.action, Object.keys(form?.fields ?? {})]).to.deep.equal([SLO, ['SAMLRequest']]);
    expect(page.headers.get('content-security-policy')).to.contain('form-action https://idp.example.com');
  });

  withStores((open) => {
    it('is done when the provider says so, once', async () => {
      const { signing, browser } = await withAda({ store: await open() });
      const { id } = await logOut(signing, browser);
      const response = signedQuery(responseParts(`${signing.url}/saml/slo`, id));
      const pages = await Promise.all([1, 2, 3].map(() => sendLogout(signing, response)));
      expect(pages.map(({ status }) => status).sort()).to.deep.equal([303, 403, 403]);
      expect(pages.find(({ status }) => status === 303)?.location).to.equal(`/logged-out?request=${id}`);
      const page = await browser.get(`/logged-out?request=${id}`);
      expect(page.text).to.contain('You are logged out of the intranet and of <bdi>Cloud Directory</bdi>.');
      expect((await findLogoutRequest(signing.deps.store.db, id))?.state).to.equal('done');
    });
  });

  for (const [statuses, outcome, words] of [
    [['Success', 'PartialLogout'], 'logout_partly', 'you may still be logged in to some'],
    [['Requester', 'UnknownPrincipal'], 'logout_failed', 'could not log you out'],
    [['Success', 'RequestDenied'], 'logout_failed', 'could not log you out'],
    [['Responder'], 'logout_failed', 'could not log you out'],
  ] as const)
    it(`says what worked if the provider responds with ${statuses.join(' and ')}`, async () => {
      const { signing, browser } = await withAda();
      const { id } = await logOut(signing, browser);
      const parts = responseParts(`${signing.url}/saml/slo`, id, statuses[0], statuses[1]);
      const { location } = await sendLogout(signing, signedField(parts));
      expect((await browser.get(location)).text).to.contain(words);
      const attempt = await newestAttempt(signing);
      expect([attempt.outcome, attempt.detail.checks?.length, attempt.detail.providerStatus?.subCode]).to.deep.equal([
        outcome,
        14,
        statuses[1] && `urn:oasis:names:tc:SAML:2.0:status:${statuses[1]}`,
      ]);
    });

  for (const [what, changes] of [
    ['another provider', { providerId: 'another' }],
    ['another domain', { domainId: 'another' }],
  ] as const)
    it(`is not confirmed by a response to a request of ${what}`, async () => {
      const signing = await startSigning();
      const { db } = signing.deps.store;
      const times = { createdAt: signing.deps.now(), expiresAt: signing.deps.now() + 600_000 };
      const ours = { providerId: signing.provider.id, domainId: signing.domain.id, activityId: 'one', ...times };
      await insertLogoutRequest(db, { id: '_theirs', state: 'sent', ...ours, ...changes });
      await sendLogout(signing, signedField(responseParts(`${signing.url}/saml/slo`, '_theirs')));
      expect((await newestAttempt(signing)).reason).to.equal('logout_request_unknown');
      expect((await findLogoutRequest(db, '_theirs'))?.state).to.equal('sent');
      const page = await visitor(signing).get('/logged-out?request=_theirs');
      expect(page.text.includes('Cloud Directory')).to.equal(false);
    });

  it('stays unconfirmed if the response comes too late', async () => {
    const { signing, browser } = await withAda();
    const { id } = await logOut(signing, browser);
    signing.deps.clock.advance(600_000);
    const parts = responseParts(`${signing.url}/saml/slo`, id);
    const now = new Date(signing.deps.now()).toISOString();
    const fresh = { ...parts, attributes: parts.attributes.replace(/IssueInstant="[^"]*"/, `IssueInstant="${now}"`) };
    expect((await sendLogout(signing, signedQuery(fresh))).status).to.equal(403);
    expect((await newestAttempt(signing)).reason).to.equal('logout_request_unknown');
    expect((await browser.get(`/logged-out?request=${id}`)).text).to.contain('has not confirmed the logout');
  });

  for (const [what, options, settings] of [
    ['the provider has no single logout', { singleLogout: [] }, {}],
    ['people log out here only', {}, { singleLogout: false }],
  ] as [string, Options, Partial<ProviderSettings>][])
    it(`asks nobody if ${what}, and says that the session there goes on`, async () => {
      const { signing, browser } = await withAda(options, settings);
      const page = await browser.post('/logout', {});
      expect(page.url).to.equal(`${signing.url}/logged-out?provider=${signing.provider.id}`);
      expect(page.text).to.contain('log out of\n<bdi>Cloud Directory</bdi> too');
      expect((await newestAttempt(signing)).flow).to.equal('sp');
    });

  it('asks nobody after a local login', async () => {
    const signing = await startSigning({}, { singleLogout: [endpoint('Redirect')] });
    await addPerson(signing.deps, { userName: 'maya.koch' });
    const client = await logInLocally(signing);
    expect((await client.post('/logout')).location).to.equal('/logged-out');
  });

  it('is told from what is stored: a link alone says nothing', async () => {
    const { signing, browser } = await withAda();
    const page = await browser.get('/logged-out?request=_never&state=done&return=https://evil.example/');
    expect(page.text)
      .to.contain('You are logged in')
      .and.contain('logged in to the intranet as <bdi>ada@acme.com</bdi>');
    expect(page.text).not.to.contain('evil');
    const stranger = await visitor(signing).get('/logged-out?request=_never');
    expect(stranger.text).to.contain('You are logged out of the intranet.');
  });

  it('is in Login activity in words', async () => {
    const { signing, browser } = await withAda();
    await addPerson(signing.deps, { userName: 'maya.koch', userType: 'Power User' });
    const { id } = await logOut(signing, browser);
    const client = await logInLocally(signing);
    const shown = async (outcome: string) => {
      const list = await client.get(`/settings/security/activity?outcome=${outcome}`);
      const [, path = ''] = /href="(\/settings\/security\/activity\/[0-9a-f-]{36})["?]/.exec(list.text) ?? [];
      return (await client.get(path)).text;
    };
    expect(await shown('logout_sent'))
      .to.contain('Logout not confirmed')
      .and.contain('no response has come');
    await sendLogout(signing, signedField(responseParts(`${signing.url}/saml/slo`, id, 'Requester')));
    expect(await shown('logout_failed'))
      .to.contain('The provider did not log them out there')
      .and.contain('status:Requester');
    const wrong = responseParts(`https://elsewhere.example/saml/slo`, id);
    await sendLogout(signing, signedField(wrong));
    expect(await shown('logout_refused'))
      .to.contain('Correct SLO URL')
      .and.contain('Logout response')
      .and.contain('LogoutResponse/@Destination')
      .and.contain(`${signing.url}/saml/slo`)
      .and.contain('SLO URL');
  });
});
