import { expect } from 'chai';
import { createBrowser, type Page } from '../support/browser.ts';
import {
  addIntranet,
  logIn,
  readAnswer,
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
  afterEach(() => provider.close());

  async function metadata(): Promise<string> {
    return (await createBrowser(provider.url).get(`${sso}/metadata`)).text;
  }

  /** Asks for a sign-in by the Redirect binding and logs the person in. */
  async function signIn(username: string, xml = authnRequest()): Promise<Page> {
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
    const { target, xml, relayState } = readAnswer(await logIn(browser, login, 'anna.berg'));
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

  it('answers a request by the POST binding, without the cookie that another site does not send', async () => {
    const browser = createBrowser(provider.url);
    await logIn(browser, await browser.get('/console/login'), 'ben.okafor');
    const { xml, relayState } = readAnswer(await browser.postFromElsewhere(sso, postFields(authnRequest(), 'token')));
    expect(textAt(xml, '//saml:NameID')).to.equal('ben.okafor@acme.example');
    expect(relayState).to.equal('token');
  });

  it('sends people to the application from the tile, with no request to answer', async () => {
    const browser = createBrowser(provider.url);
    const console = await logIn(browser, await browser.get('/console/login'), 'anna.berg');
    expect(console.text).to.contain(`href="/saml2/${id}"`);
    const { xml } = readAnswer(await browser.get(`/saml2/${id}`));
    expect(textAt(xml, '//saml:NameID')).to.equal('anna.berg@acme.example');
    expect(xml).not.to.contain('InResponseTo');
  });

  for (const [sign, signed] of [
    ['response', ['/samlp:Response']],
    ['both', ['/samlp:Response', '/samlp:Response/saml:Assertion']],
  ] as const)
    it(`signs what the application wants: ${sign}`, async () => {
      await saveSso(provider.admin, id, { sign });
      const { xml } = readAnswer(await signIn('anna.berg'));
      const certificate = certificateOf(await metadata());
      for (const path of signed) expect(verifySignature(xml, path, certificate), path).to.equal(true);
    });

  it('refuses people outside the bound groups, in a signed Response and without a tile', async () => {
    const { xml } = readAnswer(await signIn('eli.haddad'));
    expect(textAt(xml, '/samlp:Response/samlp:Status/samlp:StatusCode/@Value')).to.equal(responder);
    expect(textAt(xml, subCodePath)).to.match(/:RequestDenied$/);
    expect(textAt(xml, '//saml:Assertion')).to.equal(undefined);
    expect(verifySignature(xml, '/samlp:Response', certificateOf(await metadata()))).to.equal(true);
    const browser = createBrowser(provider.url);
    const console = await logIn(browser, await browser.get('/console/login'), 'eli.haddad');
    expect(console.text).to.contain('No application is assigned to you');
  });

  it('lets somebody who is logged in pass, unless the request forces a new log-in', async () => {
    const browser = createBrowser(provider.url);
    await logIn(browser, await browser.get('/console/login'), 'anna.berg');
    provider.clock.now += 60_000;
    expect(
      textAt(
        readAnswer(await browser.get(redirectUrl(sso, authnRequest()))).xml,
        '//saml:AuthnStatement/@AuthnInstant',
      ),
    ).to.equal('2026-03-01T09:00:00.000Z');
    const again = await browser.get(redirectUrl(sso, authnRequest({ ForceAuthn: 'true' })));
    expect(again.url).to.contain('/console/login');
    const { xml } = readAnswer(await logIn(browser, again, 'anna.berg'));
    expect(textAt(xml, '//saml:AuthnStatement/@AuthnInstant')).to.equal('2026-03-01T09:01:00.000Z');
  });

  it('never asks anything of a person when the request is passive', async () => {
    const answered = await createBrowser(provider.url).get(redirectUrl(sso, authnRequest({ IsPassive: 'true' })));
    expect(textAt(readAnswer(answered).xml, subCodePath)).to.match(/:NoPassive$/);
  });

  it('tells the application that the log-in was cancelled', async () => {
    const browser = createBrowser(provider.url);
    const login = await browser.get(redirectUrl(sso, authnRequest()));
    const { xml } = readAnswer(await browser.submit(login, '/cancellation'));
    expect(textAt(xml, subCodePath)).to.match(/:AuthnFailed$/);
  });

  for (const [what, content, attributes, subCode] of [
    [
      'a context that no log-in here has',
      '<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>',
      {},
      /:NoAuthnContext$/,
    ],
    [
      'an answer by another binding',
      '',
      { ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact' },
      /:UnsupportedBinding$/,
    ],
  ] as const)
    it(`answers that it cannot do ${what}`, async () => {
      const answered = await createBrowser(provider.url).get(redirectUrl(sso, authnRequest(attributes, content)));
      expect(textAt(readAnswer(answered).xml, subCodePath)).to.match(subCode);
    });

  for (const [what, xml] of [
    ['comes from another application', authnRequest({}, '', 'http://other.test/metadata')],
    ['wants its answer elsewhere', authnRequest({ AssertionConsumerServiceURL: 'http://evil.test/acs' })],
    ['was meant for another provider', authnRequest({ Destination: 'http://other.test/sso' })],
    ['has a DOCTYPE', `<!DOCTYPE a [<!ENTITY b "c">]>${authnRequest()}`],
    ['is not XML', 'hello'],
    ['is of another version', authnRequest({ Version: '1.1' })],
    ['has an ID that is no name', authnRequest({ ID: '1 2' })],
    ['is longer than 64 KB', authnRequest({}, `<!--${'x'.repeat(70_000)}-->`)],
  ] as const)
    it(`stops with a page when the request ${what}`, async () => {
      for (const page of [
        await createBrowser(provider.url).get(redirectUrl(sso, xml)),
        await createBrowser(provider.url).post(sso, postFields(xml)),
      ]) {
        expect(page.status).to.equal(400);
        expect(page.text).to.contain('This sign-in cannot go on');
        expect(page.forms).to.deep.equal([]);
      }
    });

  it('lets its form go to the application and nowhere else', async () => {
    const page = await signIn('anna.berg');
    expect(page.headers.get('content-security-policy')).to.contain("form-action 'self' http://intranet.test;");
  });

  it('forgets a request after ten minutes and after its answer', async () => {
    const browser = createBrowser(provider.url);
    const login = await browser.get(redirectUrl(sso, authnRequest()));
    const answered = await logIn(browser, login, 'anna.berg');
    expect((await browser.get(answered.url)).status).to.equal(400);
    const late = await createBrowser(provider.url).get(redirectUrl(sso, authnRequest()));
    provider.clock.now += 600_001;
    expect((await browser.get(`/sso/${new URL(late.url).searchParams.get('continue')}`)).status).to.equal(400);
  });
});
