import { expect } from 'chai';
import { createBrowser, type Page } from '../support/browser.ts';
import {
  addIntranet,
  logIn,
  readPostedResponse,
  saveSso,
  sp,
  startTestProvider,
  type TestProvider,
} from '../support/portal.ts';
import { authnRequest, postFields, redirectUrl } from '../support/requests.ts';
import { certificateOf, textAt, verifySignature } from '../support/verifySignature.ts';

const responder = 'urn:oasis:names:tc:SAML:2.0:status:Responder';
const subCodePath = '/samlp:Response/samlp:Status/samlp:StatusCode/samlp:StatusCode/@Value';

describe('single sign-on at Cloud Directory', () => {
  let provider: TestProvider;
  let id: string;
  let sso: string;

  beforeEach(async () => {
    provider = await startTestProvider();
    id = await addIntranet(provider);
    sso = `${provider.url}/saml2/${id}`;
  });

  async function metadata(): Promise<string> {
    return (await createBrowser(provider.url).get(`${sso}/metadata`)).text;
  }

  /** Starts a login by the Redirect binding and logs the person in. */
  async function login(username: string, xml = authnRequest()): Promise<Page> {
    const browser = createBrowser(provider.url);
    return logIn(browser, await browser.get(redirectUrl(sso, xml)), username);
  }

  it('publishes metadata with its certificate and both bindings', async () => {
    const xml = await metadata();
    expect(textAt(xml, '/md:EntityDescriptor/@entityID')).to.equal(sso);
    expect(textAt(xml, '//md:SingleSignOnService[contains(@Binding, "HTTP-Redirect")]/@Location')).to.equal(sso);
    expect(textAt(xml, '//md:SingleSignOnService[contains(@Binding, "HTTP-POST")]/@Location')).to.equal(sso);
    expect(textAt(xml, '//md:SingleLogoutService/@Location')).to.equal(undefined);
    expect(certificateOf(xml).subject).to.equal('CN=Intranet');
  });

  it('answers a request by the Redirect binding with a signed assertion', async () => {
    const browser = createBrowser(provider.url);
    const login = await browser.get(
      redirectUrl(sso, authnRequest({ Destination: sso, AssertionConsumerServiceURL: sp.acsUrl }), '/people?x=1'),
    );
    expect(login.text).to.contain('to continue to <strong>Intranet</strong>');
    const { target, xml, relayState } = readPostedResponse(await logIn(browser, login, 'anna.berg'));
    expect(target).to.equal(sp.acsUrl);
    expect(relayState).to.equal('/people?x=1');
    expect(verifySignature(xml, '/samlp:Response/saml:Assertion', certificateOf(await metadata()))).to.equal(true);
    expect(textAt(xml, '/samlp:Response/@InResponseTo')).to.equal('_request1');
    expect(textAt(xml, '//saml:SubjectConfirmationData/@InResponseTo')).to.equal('_request1');
    expect(textAt(xml, '//saml:SubjectConfirmationData/@Recipient')).to.equal(sp.acsUrl);
    expect(textAt(xml, '//saml:Audience')).to.equal(sp.entityId);
    expect(textAt(xml, '//saml:NameID')).to.equal('anna.berg@acme.example');
    expect(textAt(xml, '//saml:Attribute[@Name="firstname"]')).to.equal('Anna');
    expect(textAt(xml, '//saml:Attribute[@Name="memberOf"]/saml:AttributeValue[2]')).to.equal('Marketing');
  });

  it('answers a cross-site request by the POST binding, which comes without cookies', async () => {
    const browser = createBrowser(provider.url);
    await logIn(browser, await browser.get('/console/login'), 'ben.okafor');
    const { xml, relayState } = readPostedResponse(
      await browser.postFromElsewhere(sso, postFields(authnRequest(), 'token')),
    );
    expect(textAt(xml, '//saml:NameID')).to.equal('ben.okafor@acme.example');
    expect(relayState).to.equal('token');
  });

  it('starts the application from its tile, without a request', async () => {
    const browser = createBrowser(provider.url);
    const console = await logIn(browser, await browser.get('/console/login'), 'anna.berg');
    expect(console.text).to.contain(`href="/saml2/${id}"`);
    const { xml } = readPostedResponse(await browser.get(`/saml2/${id}`));
    expect(textAt(xml, '//saml:NameID')).to.equal('anna.berg@acme.example');
    expect(xml).not.to.contain('InResponseTo');
  });

  for (const [sign, signed] of [
    ['response', ['/samlp:Response']],
    ['both', ['/samlp:Response', '/samlp:Response/saml:Assertion']],
  ] as const)
    it(`signs the configured parts: ${sign}`, async () => {
      await saveSso(provider.admin, id, { sign });
      const { xml } = readPostedResponse(await login('anna.berg'));
      const certificate = certificateOf(await metadata());
      for (const path of signed) expect(verifySignature(xml, path, certificate), path).to.equal(true);
    });

  it('refuses people outside the bound groups in a signed Response, and hides the tile', async () => {
    const { xml } = readPostedResponse(await login('eli.haddad'));
    expect(textAt(xml, '/samlp:Response/samlp:Status/samlp:StatusCode/@Value')).to.equal(responder);
    expect(textAt(xml, subCodePath)).to.match(/:RequestDenied$/);
    expect(textAt(xml, '//saml:Assertion')).to.equal(undefined);
    expect(verifySignature(xml, '/samlp:Response', certificateOf(await metadata()))).to.equal(true);
    const browser = createBrowser(provider.url);
    const console = await logIn(browser, await browser.get('/console/login'), 'eli.haddad');
    expect(console.text).to.contain('No applications are assigned to you');
  });

  it('skips the login for a person who is logged in, unless ForceAuthn is set', async () => {
    const browser = createBrowser(provider.url);
    await logIn(browser, await browser.get('/console/login'), 'anna.berg');
    provider.clock.now += 60_000;
    expect(
      textAt(
        readPostedResponse(await browser.get(redirectUrl(sso, authnRequest()))).xml,
        '//saml:AuthnStatement/@AuthnInstant',
      ),
    ).to.equal('2026-03-01T09:00:00.000Z');
    const again = await browser.get(redirectUrl(sso, authnRequest({ ForceAuthn: 'true' })));
    expect(again.url).to.contain('/console/login');
    const { xml } = readPostedResponse(await logIn(browser, again, 'anna.berg'));
    expect(textAt(xml, '//saml:AuthnStatement/@AuthnInstant')).to.equal('2026-03-01T09:01:00.000Z');
  });

  it('never shows a login for a passive request', async () => {
    const page = await createBrowser(provider.url).get(redirectUrl(sso, authnRequest({ IsPassive: 'true' })));
    expect(textAt(readPostedResponse(page).xml, subCodePath)).to.match(/:NoPassive$/);
  });

  it('tells the application that the login was cancelled', async () => {
    const browser = createBrowser(provider.url);
    const login = await browser.get(redirectUrl(sso, authnRequest()));
    const { xml } = readPostedResponse(await browser.submit(login, '/cancellation'));
    expect(textAt(xml, subCodePath)).to.match(/:AuthnFailed$/);
  });

  for (const [what, content, attributes, subCode] of [
    [
      'an unsupported authentication context',
      '<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>',
      {},
      /:NoAuthnContext$/,
    ],
    [
      'an unsupported binding',
      '',
      { ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact' },
      /:UnsupportedBinding$/,
    ],
  ] as const)
    it(`refuses ${what}`, async () => {
      const page = await createBrowser(provider.url).get(redirectUrl(sso, authnRequest(attributes, content)));
      expect(textAt(readPostedResponse(page).xml, subCodePath)).to.match(subCode);
    });

  for (const [what, xml] of [
    ['was issued by another application', authnRequest({}, '', 'http://other.test/metadata')],
    ['specifies another ACS URL', authnRequest({ AssertionConsumerServiceURL: 'http://evil.test/acs' })],
    ['has another Destination', authnRequest({ Destination: 'http://other.test/sso' })],
    ['has a DOCTYPE', `<!DOCTYPE a [<!ENTITY b "c">]>${authnRequest()}`],
    ['is not XML', 'hello'],
    ['has another version', authnRequest({ Version: '1.1' })],
    ['has an invalid ID', authnRequest({ ID: '1 2' })],
    ['is larger than 64 KB', authnRequest({}, `<!--${'x'.repeat(70_000)}-->`)],
  ] as const)
    it(`shows an error when the request ${what}`, async () => {
      for (const page of [
        await createBrowser(provider.url).get(redirectUrl(sso, xml)),
        await createBrowser(provider.url).post(sso, postFields(xml)),
      ]) {
        expect(page.status).to.equal(400);
        expect(page.text).to.contain('Login not possible');
        expect(page.forms).to.deep.equal([]);
      }
    });

  it('lets its form be sent only to the application', async () => {
    const page = await login('anna.berg');
    expect(page.headers.get('content-security-policy')).to.contain("form-action 'self' http://intranet.test;");
  });

  it('lets a request expire after ten minutes, and accepts it once', async () => {
    const browser = createBrowser(provider.url);
    const login = await browser.get(redirectUrl(sso, authnRequest()));
    const page = await logIn(browser, login, 'anna.berg');
    expect((await browser.get(page.url)).status).to.equal(400);
    const late = await createBrowser(provider.url).get(redirectUrl(sso, authnRequest()));
    provider.clock.now += 600_001;
    expect((await browser.get(`/sso/${new URL(late.url).searchParams.get('continue')}`)).status).to.equal(400);
  });
});
