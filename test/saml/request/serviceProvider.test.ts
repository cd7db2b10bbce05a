import { createPublicKey } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import type { SigningKey } from '../../../src/federation/domainKeys.ts';
import { findSigningKey } from '../../../src/federation/domainKeys.ts';
import { setUpDomain } from '../../../src/federation/domains.ts';
import { createAuthnRequest, createMetadata } from '../../../src/saml/request/serviceProvider.ts';
import { SAML, SAMLP } from '../../../src/saml/verify/elements.ts';
import { verifySignature } from '../../../src/saml/verify/signature.ts';
import { type Domain, listDomains } from '../../../src/store/domains.ts';
import type { IdentityProvider, ProviderSettings } from '../../../src/store/identityProviders.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { attributeOf, childOf, textOf, type XmlElement } from '../../../src/xml/tree.ts';
import { startAnteroom } from '../../support/anteroom.ts';
import { aProvider } from '../../support/rows.ts';
import { readSigned } from '../support/redirect.ts';

const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings:';
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const request = { id: '_r1', relayState: 'a-token', forceAuthn: false };

describe('saml/request/serviceProvider', () => {
  let domain: Domain;
  let key: SigningKey | undefined;

  beforeEach(async () => {
    const { deps } = await startAnteroom();
    const [first] = await listDomains(deps.store.db);
    if (!first) throw new Error('there is no domain');
    domain = await setUpDomain(deps, first.id);
    key = await findSigningKey(deps, domain.id);
  });

  // Signatures of the provider are not verified here.
  const certificate = { pem: 'a certificate', sha256: '', subject: '', keyDescription: '' };

  function withSettings(settings: Partial<ProviderSettings>): IdentityProvider {
    const provider = aProvider();
    const singleSignOn = [
      { binding: `${BINDINGS}HTTP-Redirect`, location: 'https://idp.example.com/redirect?tenant=1' },
      { binding: `${BINDINGS}HTTP-POST`, location: 'https://idp.example.com/post' },
    ];
    return {
      ...provider,
      settings: { ...provider.settings, ...settings },
      facts: { ...provider.facts, singleSignOn, certificates: [certificate] },
    };
  }

  /** Creates a request for the POST binding and returns its XML. */
  async function posted(
    settings: Partial<ProviderSettings>,
    changes: Partial<typeof request> = {},
  ): Promise<XmlElement> {
    const provider = withSettings({ requestBinding: 'post', ...settings });
    const { url, fields } = await createAuthnRequest(domain, provider, key, { ...request, ...changes });
    expect([url, fields?.RelayState]).to.deep.equal(['https://idp.example.com/post', 'a-token']);
    return parseXml(Buffer.from(fields?.SAMLRequest ?? '', 'base64'));
  }

  it('signs a request for the redirect binding', async () => {
    const { url, fields } = await createAuthnRequest(domain, withSettings({}), key, request);
    expect(fields).to.equal(undefined);
    expect(url).to.match(/^https:\/\/idp\.example\.com\/redirect\?tenant=1&SAMLRequest=/);
    const signingKeys = [createPublicKey(key?.certificate ?? '')];
    const { root, relayState } = readSigned(new URL(url).search.slice(1), signingKeys);
    expect([root.local, relayState]).to.deep.equal(['AuthnRequest', 'a-token']);
    expect(attributeOf(root, 'AssertionConsumerServiceURL')).to.equal(`${domain.url}/saml/acs`);
    expect(attributeOf(root, 'ID')).to.equal('_r1');
  });

  it('sends an unsigned request if the provider is set to that, or the domain has no key', async () => {
    for (const [settings, ownKey] of [
      [{ signRequests: false }, key],
      [{}, undefined],
    ] as const) {
      const { url } = await createAuthnRequest(domain, withSettings(settings), ownKey, request);
      expect([...new URL(url).searchParams.keys()]).to.deep.equal(['tenant', 'SAMLRequest', 'RelayState']);
    }
  });

  it('signs a request for the POST binding', async () => {
    const signed = await posted({});
    const [signature] = signed.children.filter((child) => typeof child !== 'string' && child.local === 'Signature');
    const keys = [createPublicKey(key?.certificate ?? '')];
    expect(verifySignature(signature as XmlElement, keys, false).algorithm.label).to.equal('RSA-SHA256');
    expect(childNames(await posted({ signRequests: false }))).not.to.include('Signature');
  });

  it('requests a new login, a NameID format and an authentication context only if they are set', async () => {
    const plain = await posted({});
    expect(attributeOf(plain, 'ForceAuthn')).to.equal(undefined);
    expect(childNames(plain)).not.to.include('RequestedAuthnContext');
    expect(formatIn(plain)).to.equal(undefined);
    const settings = { nameIdPolicy: EMAIL, authnContexts: [PASSWORD] };
    const full = await posted(settings, { forceAuthn: true });
    expect(attributeOf(full, 'ForceAuthn')).to.equal('true');
    expect(childNames(full)).to.include('RequestedAuthnContext');
    expect(formatIn(full)).to.equal(EMAIL);
  });

  it('adds its parameters to a URL that has some, before a fragment', async () => {
    const provider = withSettings({});
    const location = 'https://idp.example.com/sso?name=a%20b#start';
    provider.facts.singleSignOn = [{ binding: `${BINDINGS}HTTP-Redirect`, location }];
    const { url } = await createAuthnRequest(domain, provider, key, request);
    expect(url).to.match(/^https:\/\/idp\.example\.com\/sso\?name=a%20b&SAMLRequest=[^#]+#start$/);
  });

  it('replaces parameters of its own names in a URL, so that no provider reads the other value', async () => {
    const provider = withSettings({});
    const location = 'https://idp.example.com/sso?RelayState=old&tenant=1&SigAlg=none&SAMLRequest';
    provider.facts.singleSignOn = [{ binding: `${BINDINGS}HTTP-Redirect`, location }];
    const { url } = await createAuthnRequest(domain, provider, key, request);
    const names = ['tenant', 'SAMLRequest', 'RelayState', 'SigAlg', 'Signature'];
    expect([...new URL(url).searchParams.keys()]).to.deep.equal(names);
    expect(readSigned(new URL(url).search.slice(1), [createPublicKey(key?.certificate ?? '')]).relayState).to.equal(
      'a-token',
    );
  });

  it('returns the XML as it is sent', async () => {
    const posted = await createAuthnRequest(domain, withSettings({ requestBinding: 'post' }), key, request);
    expect(Buffer.from(posted.fields?.SAMLRequest ?? '', 'base64').toString()).to.equal(posted.xml);
    const { url, xml } = await createAuthnRequest(domain, withSettings({}), key, request);
    const sent = Buffer.from(new URL(url).searchParams.get('SAMLRequest') ?? '', 'base64');
    expect(inflateRawSync(sent).toString()).to.equal(xml);
  });

  it('throws if the provider has no endpoint for the binding', async () => {
    const provider = { ...withSettings({ requestBinding: 'post' }) };
    const without = { ...provider, facts: { ...provider.facts, singleSignOn: [] } };
    const error = await createAuthnRequest(domain, without, key, request).catch((caught: unknown) => caught);
    expect(String(error)).to.contain('has no endpoint for post');
  });

  it('names the domain as the provider knows it', async () => {
    domain = { ...domain, spEntityId: 'urn:old', acsPath: '/sso/acs' };
    const sent = await posted({});
    expect(attributeOf(sent, 'AssertionConsumerServiceURL')).to.equal(`${domain.url}/sso/acs`);
    expect(issuerOf(sent)).to.equal('urn:old');
    expect(issuerOf(await posted({ spEntityId: 'old-name' }))).to.equal('old-name');
  });

  it('describes the domain in the same metadata every time, with its certificate for signing and encryption', () => {
    const signed = { signsRequests: true, spEntityId: '' };
    const { certificate = '' } = key ?? {};
    const keys = key && { ...key, forSigning: [certificate], forEncryption: certificate };
    const xml = createMetadata(domain, keys, signed);
    expect(createMetadata(domain, keys, signed)).to.equal(xml);
    expect(xml).to.contain(`entityID="${domain.url}/saml/metadata"`).and.contain('AuthnRequestsSigned="true"');
    expect(xml).to.contain('use="signing"').and.contain('use="encryption"').and.contain('WantAssertionsSigned="true"');
    expect(createMetadata(domain, keys, { ...signed, signsRequests: false })).to.contain('AuthnRequestsSigned="false"');
    const before = createMetadata(domain, undefined, signed);
    expect(before).not.to.contain('KeyDescriptor');
    expect(before).to.contain('AuthnRequestsSigned="false"');
  });
});

function formatIn(request: XmlElement): string | undefined {
  const policy = childOf(request, SAMLP, 'NameIDPolicy');
  return policy && attributeOf(policy, 'Format');
}

function issuerOf(request: XmlElement): string | undefined {
  const issuer = childOf(request, SAML, 'Issuer');
  return issuer && textOf(issuer);
}

function childNames({ children }: XmlElement): string[] {
  return children.flatMap((child) => (typeof child === 'string' ? [] : [child.local]));
}
