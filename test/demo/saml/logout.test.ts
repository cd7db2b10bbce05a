import { createSign, createVerify } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { createCertificate } from '../../../demo/saml/keyPair.ts';
import { signElement } from '../../../demo/saml/sign.ts';
import { testKeyPairs } from '../../support/testDeps.ts';
import { type Browser, createBrowser } from '../support/browser.ts';
import {
  addIntranet,
  logIn,
  readPostedResponse,
  saveSso,
  sp,
  start,
  startTestProvider,
  type TestProvider,
} from '../support/portal.ts';
import { authnRequest, postFields } from '../support/requests.ts';
import { certificateOf, textAt, verifySignature } from '../support/verifySignature.ts';

const sloUrl = 'http://intranet.test/saml/slo';
const algorithm = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

describe('single logout at Cloud Directory', () => {
  let provider: TestProvider;
  let slo: string;
  let browser: Browser;
  let sessionIndex: string;
  let key: { privateKey: string; certificate: string };

  before(async () => {
    const keyPair = await testKeyPairs()();
    key = { privateKey: keyPair.privateKey, certificate: await createCertificate(keyPair, 'Intranet', start) };
  });
  beforeEach(async () => {
    provider = await startTestProvider();
    const id = await addIntranet(provider, { sso: { sloUrl, spCertificate: key.certificate } });
    slo = `${provider.url}/saml2/${id}/logout`;
    browser = createBrowser(provider.url);
    await logIn(browser, await browser.get('/console/login'), 'anna.berg');
    const { xml } = readPostedResponse(await browser.get(`/saml2/${id}`));
    sessionIndex = textAt(xml, '//saml:AuthnStatement/@SessionIndex') ?? '';
  });

  function logoutRequest(nameId = 'anna.berg@acme.example'): string {
    return (
      `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ` +
      `ID="_out1" Version="2.0" IssueInstant="2026-03-01T09:00:00Z" Destination="${slo}"><saml:Issuer>${sp.entityId}</saml:Issuer>` +
      `<saml:NameID>${nameId}</saml:NameID><samlp:SessionIndex>${sessionIndex}</samlp:SessionIndex></samlp:LogoutRequest>`
    );
  }

  function signedQuery(xml: string): string {
    const query = `SAMLRequest=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}&RelayState=r&SigAlg=${encodeURIComponent(algorithm)}`;
    const signature = createSign('RSA-SHA256').update(query).sign(key.privateKey, 'base64');
    return `${slo}?${query}&Signature=${encodeURIComponent(signature)}`;
  }

  async function isLoggedIn(): Promise<boolean> {
    return !(await browser.get('/console')).url.includes('/login');
  }

  it('is listed in the metadata of an application that supports it', async () => {
    const metadata = (await browser.get(slo.replace('logout', 'metadata'))).text;
    expect(textAt(metadata, '//md:SingleLogoutService/@Location')).to.equal(slo);
  });

  it('ends the session and replies by the POST binding', async () => {
    const signed = signElement(logoutRequest(), '/*', key);
    const { target, xml, relayState } = readPostedResponse(
      await browser.postFromElsewhere(slo, postFields(signed, 'r')),
    );
    const metadata = (await browser.get(slo.replace('logout', 'metadata'))).text;
    expect([target, relayState]).to.deep.equal([sloUrl, 'r']);
    expect(textAt(xml, '/samlp:LogoutResponse/@InResponseTo')).to.equal('_out1');
    expect(textAt(xml, '//samlp:StatusCode/@Value')).to.match(/:Success$/);
    expect(verifySignature(xml, '/samlp:LogoutResponse', certificateOf(metadata))).to.equal(true);
    expect(await isLoggedIn()).to.equal(false);
  });

  it('ends the session and replies by the Redirect binding with a signed query', async () => {
    const response = await fetch(signedQuery(logoutRequest()), { redirect: 'manual' });
    const location = response.headers.get('location') ?? '';
    const query = location.slice(location.indexOf('?') + 1);
    const [signed = '', signature = ''] = query.split('&Signature=');
    const metadata = (await browser.get(slo.replace('logout', 'metadata'))).text;
    const verifier = createVerify('RSA-SHA256').update(signed);
    expect(location).to.match(/^http:\/\/intranet\.test\/saml\/slo\?SAMLResponse=/);
    expect(verifier.verify(certificateOf(metadata).publicKey, decodeURIComponent(signature), 'base64')).to.equal(true);
    const xml = inflateRawSync(Buffer.from(new URLSearchParams(query).get('SAMLResponse') ?? '', 'base64')).toString();
    expect(textAt(xml, '/samlp:LogoutResponse/@Destination')).to.equal(sloUrl);
    expect(await isLoggedIn()).to.equal(false);
  });

  it('reports an unknown person', async () => {
    const signed = signElement(logoutRequest('nobody@acme.example'), '/*', key);
    const { xml } = readPostedResponse(await browser.post(slo, postFields(signed)));
    expect(textAt(xml, '//samlp:StatusCode/samlp:StatusCode/@Value')).to.match(/:UnknownPrincipal$/);
    expect(await isLoggedIn()).to.equal(true);
  });

  it('refuses an unsigned request, and one that was changed after signing', async () => {
    const changed = signElement(logoutRequest('ben.okafor@acme.example'), '/*', key).replace('ben.okafor', 'anna.berg');
    const otherQuery = signedQuery(logoutRequest()).replace('RelayState=r', 'RelayState=s');
    for (const page of [
      await browser.post(slo, postFields(logoutRequest())),
      await browser.post(slo, postFields(changed)),
      await browser.get(otherQuery),
    ])
      expect(page.status).to.equal(400);
    expect(await isLoggedIn()).to.equal(true);
  });

  it('refuses unsigned login requests if the application is configured so', async () => {
    const id = slo.split('/').at(-2) ?? '';
    await saveSso(provider.admin, id, { sloUrl, spCertificate: key.certificate, wantSignedRequests: 'on' });
    const unsigned = await browser.post(slo.replace('/logout', ''), postFields(authnRequest()));
    expect(unsigned.status).to.equal(400);
    const signed = await browser.post(slo.replace('/logout', ''), postFields(signElement(authnRequest(), '/*', key)));
    expect(textAt(readPostedResponse(signed).xml, '//saml:NameID')).to.equal('anna.berg@acme.example');
  });

  describe('that starts at the User Console', () => {
    async function begin() {
      const page = await browser.submit(await browser.get('/console'), '/console/logout');
      const { SAMLRequest = '', RelayState = '' } = page.forms[0]?.fields ?? {};
      return { page, xml: Buffer.from(SAMLRequest, 'base64').toString(), chain: RelayState };
    }

    function response(inResponseTo: string | undefined, code = 'Success'): string {
      return (
        `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ` +
        `ID="_in1" Version="2.0" IssueInstant="2026-03-01T09:00:00Z" Destination="${slo}" InResponseTo="${inResponseTo}">` +
        `<saml:Issuer>${sp.entityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}"/>` +
        `</samlp:Status></samlp:LogoutResponse>`
      );
    }

    const fieldsOf = (xml: string, RelayState: string) => ({
      SAMLResponse: Buffer.from(xml).toString('base64'),
      RelayState,
    });

    for (const [code, words] of [
      ['Success', /Intranet<\/strong>:\s*logged out/],
      ['Responder', /Intranet<\/strong>:\s*could not log you out/],
    ] as const)
      it(`asks the application with a signed request, and shows its response: ${code}`, async () => {
        const { page, xml, chain } = await begin();
        const metadata = (await browser.get(slo.replace('logout', 'metadata'))).text;
        expect(page.forms[0]?.action).to.equal(sloUrl);
        expect(verifySignature(xml, '/samlp:LogoutRequest', certificateOf(metadata))).to.equal(true);
        expect(textAt(xml, '//saml:NameID')).to.equal('anna.berg@acme.example');
        expect(textAt(xml, '//samlp:SessionIndex')).to.equal(sessionIndex);
        expect(await isLoggedIn()).to.equal(false);
        const signed = signElement(response(textAt(xml, '/samlp:LogoutRequest/@ID'), code), '/*', key);
        const shown = await browser.postFromElsewhere(slo, fieldsOf(signed, chain));
        expect(shown.text).to.match(words);
        expect((await browser.postFromElsewhere(slo, fieldsOf(signed, chain))).status).to.equal(400);
      });

    it('says what was not confirmed, and believes nothing that is unsigned or belongs to another request', async () => {
      const { xml, chain } = await begin();
      const id = textAt(xml, '/samlp:LogoutRequest/@ID');
      const fake = signElement(response('_other'), '/*', key);
      for (const message of [response(id), fake])
        expect((await browser.postFromElsewhere(slo, fieldsOf(message, chain))).status).to.equal(400);
      expect((await browser.get(`/console/logout/${chain}`)).text).to.contain('has not confirmed it');
      provider.clock.now += 600_000;
      expect((await browser.get(`/console/logout/${chain}`)).url).to.contain('/console/login');
    });
  });

  describe('that an application starts while another one is open', () => {
    const wiki = {
      spEntityId: 'http://wiki.test/saml',
      acsUrl: 'http://wiki.test/acs',
      sloUrl: 'http://wiki.test/slo',
    };

    async function openWiki(sso: Record<string, string>): Promise<string> {
      const id = await addIntranet(provider, { sso });
      await browser.get(`/saml2/${id}`);
      return `${provider.url}/saml2/${id}/logout`;
    }

    const statusOf = (xml: string) => textAt(xml, '//samlp:StatusCode/samlp:StatusCode/@Value') ?? 'Success alone';

    for (const [code, status] of [
      ['Success', /^Success alone$/],
      ['Responder', /:PartialLogout$/],
    ] as const)
      it(`asks the other one first, and replies with what came back: ${code}`, async () => {
        const wikiSlo = await openWiki({ ...wiki, spCertificate: key.certificate });
        const asked = await browser.postFromElsewhere(slo, postFields(signElement(logoutRequest(), '/*', key), 'r'));
        const { SAMLRequest = '', RelayState = '' } = asked.forms[0]?.fields ?? {};
        expect(asked.forms[0]?.action).to.equal(wiki.sloUrl);
        expect(await isLoggedIn()).to.equal(false);
        const id = textAt(Buffer.from(SAMLRequest, 'base64').toString(), '/samlp:LogoutRequest/@ID');
        const response =
          `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ` +
          `ID="_in2" Version="2.0" IssueInstant="2026-03-01T09:00:00Z" Destination="${wikiSlo}" InResponseTo="${id}">` +
          `<saml:Issuer>${wiki.spEntityId}</saml:Issuer><samlp:Status><samlp:StatusCode ` +
          `Value="urn:oasis:names:tc:SAML:2.0:status:${code}"/></samlp:Status></samlp:LogoutResponse>`;
        const SAMLResponse = Buffer.from(signElement(response, '/*', key)).toString('base64');
        const back = readPostedResponse(await browser.postFromElsewhere(wikiSlo, { SAMLResponse, RelayState }));
        expect([back.target, back.relayState]).to.deep.equal([sloUrl, 'r']);
        expect(textAt(back.xml, '/samlp:LogoutResponse/@InResponseTo')).to.equal('_out1');
        expect(statusOf(back.xml)).to.match(status);
      });

    it('replies PartialLogout if the other one has no single logout', async () => {
      await openWiki({ ...wiki, sloUrl: '' });
      const signed = signElement(logoutRequest(), '/*', key);
      const { target, xml } = readPostedResponse(await browser.postFromElsewhere(slo, postFields(signed)));
      expect([target, /:PartialLogout$/.test(statusOf(xml))]).to.deep.equal([sloUrl, true]);
    });
  });

  it('ends the provider session by the Log out button of the User Console', async () => {
    await browser.submit(await browser.get('/console'), '/console/logout');
    expect(await isLoggedIn()).to.equal(false);
  });
});
