import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import type { Request } from 'express';
import { SignedXml } from 'xml-crypto';
import { createSigningCertificate } from '../../../src/federation/certificate.ts';
import type { SigningKey } from '../../../src/federation/domainKeys.ts';
import { readLoginHint, takesLoginHint } from '../../../src/saml/request/loginHint.ts';
import { createAuthnRequest } from '../../../src/saml/request/serviceProvider.ts';
import { SAML, SAMLP } from '../../../src/saml/verify/elements.ts';
import type { ProviderSettings } from '../../../src/store/identityProviders.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { childOf, textOf, type XmlElement } from '../../../src/xml/tree.ts';
import { aDomain, aProvider } from '../../support/rows.ts';
import { testKeyPairs, testStart } from '../../support/testDeps.ts';
import { readSigned } from '../support/redirect.ts';

const HINT = 'ada@example.com';
const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings:';
const ENTRA = 'https://login.microsoftonline.com/tenant/saml2';
const GOOGLE = 'https://accounts.google.com/o/saml2/idp?idpid=C01';
const OTHER = 'https://idp.example.com/sso?tenant=1';

describe('saml/request/loginHint', () => {
  let key: SigningKey;

  before(async () => {
    const keyPair = await testKeyPairs()();
    const certificate = await createSigningCertificate({ keyPair, commonName: 'a', now: testStart, years: 1 });
    key = { privateKey: keyPair.privateKey, certificate };
  });

  it('is the e-mail address that a page of the domain sends', () => {
    expect(hintOf(HINT)).to.equal(HINT);
    for (const hint of [
      '',
      'ada',
      'a b@example.com',
      '<x>@example.com',
      'a&b@example.com',
      `${'a'.repeat(65)}@example.com`,
    ])
      expect(hintOf(hint), hint).to.equal(undefined);
    expect(hintOf([HINT, HINT])).to.equal(undefined);
  });

  it('is nothing that a link of another site, a mail or an address bar brought', () => {
    for (const site of ['cross-site', 'same-site', 'none'])
      expect(hintOf(HINT, { 'sec-fetch-site': site })).to.equal(undefined);
    expect(hintOf(HINT, { referer: 'https://a.example.com/login' })).to.equal(HINT);
    for (const headers of [
      { referer: '' },
      { referer: 'https://a.example.com.evil.example/' },
      { referer: 'https://evil.example/' },
    ])
      expect(hintOf(HINT, headers)).to.equal(undefined);
  });

  it('goes to Entra and Google in the URL, for both bindings, and not into the signed request', async () => {
    for (const sso of [ENTRA, GOOGLE])
      for (const requestBinding of ['redirect', 'post'] as const) {
        const { url, fields } = await send(sso, { requestBinding, sendSubject: true });
        expect(new URL(url).searchParams.get('login_hint'), sso).to.equal(HINT);
        const root = fields ? parseXml(Buffer.from(fields.SAMLRequest ?? '', 'base64')) : redirected(url);
        expect(subjectOf(root)).to.equal(undefined);
        expect(root.attributes.find(({ local }) => local === 'Destination')?.value).to.equal(sso);
      }
  });

  it('goes to another provider only if it is set, as a signed Subject', async () => {
    const silent = await send(OTHER, {});
    expect([silent.url.includes('ada'), subjectOf(redirected(silent.url))]).to.deep.equal([false, undefined]);
    const { url } = await send(OTHER, { sendSubject: true });
    expect(url)
      .to.match(/^https:\/\/idp\.example\.com\/sso\?tenant=1&SAMLRequest=/)
      .and.not.contain('login_hint');
    expect(subjectOf(redirected(url))).to.equal(HINT);
    const { fields } = await send(OTHER, { sendSubject: true, requestBinding: 'post' });
    const xml = Buffer.from(fields?.SAMLRequest ?? '', 'base64').toString();
    const root = parseXml(Buffer.from(xml));
    expect(subjectOf(root)).to.equal(HINT);
    expect(
      root.children.flatMap((child) => (typeof child === 'string' ? [] : [child.local])).slice(0, 3),
    ).to.deep.equal([...['Issuer', 'Signature', 'Subject']]);
    const verifier = new SignedXml({ publicCert: key.certificate });
    verifier.loadSignature(/<ds:Signature.*<\/ds:Signature>/s.exec(xml)?.[0] ?? '');
    expect(verifier.checkSignature(xml)).to.equal(true);
  });

  it('is sent unsigned if requests are not signed', async () => {
    const { url } = await send(OTHER, { sendSubject: true, signRequests: false });
    expect([...new URL(url).searchParams.keys()]).to.deep.equal(['tenant', 'SAMLRequest', 'RelayState']);
    const { fields } = await send(OTHER, { sendSubject: true, signRequests: false, requestBinding: 'post' });
    expect(Buffer.from(fields?.SAMLRequest ?? '', 'base64').toString())
      .to.contain(HINT)
      .and.not.contain('Signature');
  });

  it('is not sent if there is none', async () => {
    for (const sso of [ENTRA, OTHER]) {
      const { url } = await send(sso, { sendSubject: true }, '');
      expect([url.includes('login_hint'), subjectOf(redirected(url))]).to.deep.equal([false, undefined]);
    }
  });

  it('recognizes Entra and Google by the host of the URL', () => {
    for (const url of [
      ENTRA,
      GOOGLE,
      'https://login.microsoftonline.us/x',
      'https://login.partner.microsoftonline.cn/x',
    ])
      expect(takesLoginHint(url)).to.equal(true);
    for (const url of [OTHER, 'https://evilmicrosoftonline.com/x', 'https://accounts.google.com.evil.example/x'])
      expect(takesLoginHint(url)).to.equal(false);
  });

  function send(location: string, settings: Partial<ProviderSettings>, hint = HINT) {
    const provider = aProvider();
    const singleSignOn = ['Redirect', 'POST'].map((name) => ({ binding: `${BINDINGS}HTTP-${name}`, location }));
    const certificates = [{ pem: 'a certificate', sha256: '', subject: '', keyDescription: '' }];
    const sent = {
      ...provider,
      facts: { ...provider.facts, singleSignOn, certificates },
      settings: { ...provider.settings, ...settings },
    };
    return createAuthnRequest(aDomain(), sent, key, {
      id: '_r1',
      relayState: 'a-token',
      forceAuthn: false,
      loginHint: hint || undefined,
    });
  }

  function redirected(url: string): XmlElement {
    const signingKeys = [createPublicKey(key.certificate)];
    return readSigned(new URL(url).search.slice(1), signingKeys).root;
  }
});

function hintOf(
  hint: unknown,
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
): string | undefined {
  const res = { locals: { domain: { url: 'https://a.example.com' } } };
  const get = (name: string) => headers[name];
  return readLoginHint({ query: { login_hint: hint }, get, res } as unknown as Request);
}

function subjectOf(root: XmlElement): string | undefined {
  expect(root.uri).to.equal(SAMLP);
  const subject = childOf(root, SAML, 'Subject');
  const nameId = subject && childOf(subject, SAML, 'NameID');
  return nameId && textOf(nameId);
}
