import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { describePublicKey } from '../../../src/federation/certificate.ts';
import { setProviderEnabled } from '../../../src/federation/providers.ts';
import { hashToken } from '../../../src/identifier.ts';
import { createLogin, type LoginContext, runAsyncChecks } from '../../../src/saml/verify/check.ts';
import { findRequests } from '../../../src/saml/verify/lookUp.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';
import { insertDomain } from '../../../src/store/domains.ts';
import { type IdentityProvider, insertProvider, writeProviderMetadata } from '../../../src/store/identityProviders.ts';
import { findLoginRequest, insertLoginRequest } from '../../../src/store/loginRequests.ts';
import { writeProviderDomains } from '../../../src/store/providerDomains.ts';
import { isAssertionUsed } from '../../../src/store/usedAssertions.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { addPerson } from '../../support/anteroom.ts';
import { connect, deliver, goThroughProvider, visitor } from '../../support/connect.ts';
import { aDomain, aLoginRequest, aProvider } from '../../support/rows.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { honestCases } from '../corpus/honest.ts';
import { encode, honest, signedLie, swap } from '../corpus/hostile.ts';
import { IDP, REQUEST_ID, verifyField } from '../support/context.ts';

const useChecks = loginChecks.use.slice(0, 2);

describe('the look-up of provider and login request', () => {
  let deps: TestDeps;
  let provider: IdentityProvider;
  const browser = 'the secret of this browser';

  beforeEach(async () => {
    deps = await testDeps();
    provider = aProvider({ entityId: IDP });
    await insertProvider(deps.store.db, provider, '<xml/>');
    for (const id of ['a-domain', 'b-domain']) await insertDomain(deps.store.db, aDomain({ id }));
    await writeProviderDomains(deps.store.db, provider, ['a-domain']);
  });

  it('finds the provider by its EntityID, and refuses an unknown or disabled one', async () => {
    expect((await lookUp(honest())).provider?.id).to.equal(provider.id);
    const renamed = ({ responseIssuer }: { responseIssuer: string }) => ({
      responseIssuer: swap(responseIssuer, IDP, 'urn:other'),
    });
    expect((await lookUp(signedLie(renamed, 'both'))).refusal?.reason).to.equal('provider_unknown');
    await setProviderEnabled(deps, provider.id, false);
    expect((await lookUp(honest())).refusal?.reason).to.equal('provider_disabled');
  });

  it('only knows the providers of the domain, each domain with another one of the same EntityID', async () => {
    expect((await lookUp(honest(), {}, 'b-domain')).refusal?.reason).to.equal('provider_unknown');
    const other = aProvider({ entityId: IDP });
    await insertProvider(deps.store.db, other, '<xml/>');
    await writeProviderDomains(deps.store.db, other, ['b-domain']);
    expect((await lookUp(honest(), {}, 'b-domain')).provider?.id).to.equal(other.id);
    expect((await lookUp(honest())).provider?.id).to.equal(provider.id);
  });

  it('finds the provider by the login request if only an encrypted Assertion names it', async () => {
    const field = honestCases().find(({ name }) => name === 'ADFS, signed and encrypted Assertion')?.field ?? '';
    const hidden = swap(Buffer.from(field, 'base64').toString(), /<Issuer .*?<\/Issuer>/, '');
    expect((await lookUp(hidden)).refusal?.reason).to.equal('provider_unknown');
    await addRequest();
    expect((await lookUp(hidden)).provider?.id).to.equal(provider.id);
    expect((await lookUp(hidden, {}, 'b-domain')).refusal?.reason).to.equal('provider_unknown');
    const unsolicited = swap(hidden, ` InResponseTo="${REQUEST_ID}"`, '');
    expect((await lookUp(unsolicited)).refusal?.reason).to.equal('response_malformed');
  });

  it('accepts the login request of this browser once, and the assertion once', async () => {
    await addRequest();
    const login = await use(await lookUp(honest()));
    expect([login.refusal, login.request?.id]).to.deep.equal([undefined, REQUEST_ID]);
    expect(await findLoginRequest(deps.store.db, REQUEST_ID))
      .to.have.property('usedAt')
      .that.is.a('number');
    const again = await lookUp(honest());
    expect(again.requestFault).to.equal('request_unknown');
    expect((await use(again)).refusal?.reason).to.equal('assertion_replayed');
  });

  for (const [reason, change] of [
    ['request_unknown', { id: '_another' }],
    ['request_unknown', { domainId: 'another' }],
    ['request_unknown', { expiresAt: 0 }],
    ['request_other_provider', { providerId: 'another' }],
    ['request_other_browser', { browserHash: hashToken('another') }],
  ] as const)
    it(`refuses a login request with another ${Object.keys(change)[0]}, and leaves assertion and request unused`, async () => {
      await addRequest(change);
      const login = await use(await lookUp(honest()));
      expect([login.refusal?.reason, login.request]).to.deep.equal([reason, undefined]);
      const used = { entityId: IDP, assertionId: '_assertion0001' };
      expect(await isAssertionUsed(deps.store.db, used)).to.equal(false);
      const id = 'id' in change ? change.id : REQUEST_ID;
      expect(await findLoginRequest(deps.store.db, id)).to.include({ usedAt: null });
    });

  it('refuses a response without the cookie of the login request', async () => {
    await addRequest();
    expect((await use(await lookUp(honest(), {}))).refusal?.reason).to.equal('request_other_browser');
  });

  async function lookUp(
    xml: string,
    cookie: { secret?: string } = { secret: browser },
    domainId = 'a-domain',
  ): Promise<LoginContext> {
    const login = createLogin({ domainId, entityId: '', acsUrl: '', secretOf: () => cookie.secret });
    login.root = parseXml(Buffer.from(xml));
    await findRequests(login, deps);
    await runAsyncChecks(login, loginChecks.lookUp, deps);
    return login;
  }

  async function use(login: LoginContext): Promise<LoginContext> {
    login.content = verifyField(encode(honest())).content;
    await runAsyncChecks(login, useChecks, { db: deps.store.db, deps });
    return login;
  }

  function addRequest(values: Parameters<typeof aLoginRequest>[0] = {}): Promise<void> {
    const own = { id: REQUEST_ID, providerId: provider.id, browserHash: hashToken(browser) };
    return insertLoginRequest(deps.store.db, aLoginRequest({ ...own, ...values }));
  }
});

describe('a provider that publishes a bare key', () => {
  it('logs people in like one with a certificate', async () => {
    const connected = await connect();
    const { deps, provider } = connected;
    const key = createPublicKey(provider.facts.certificates[0]?.pem ?? '');
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const certificates = [{ pem, subject: '', ...describePublicKey(key) }];
    await writeProviderMetadata(deps.store.db, { ...provider, facts: { ...provider.facts, certificates } }, '<xml/>');
    await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
    const browser = visitor(connected);
    const page = await goThroughProvider(browser, `/saml/login/${provider.id}?return=/profile`, 'anna.berg');
    expect((await deliver(browser, page)).url).to.equal(`${connected.url}/profile`);
  });
});
