import { expect } from 'chai';
import { NotFound } from '../../src/errors.ts';
import {
  changeProvider,
  consequencesOf,
  getProvider,
  initialSettings,
  type ProviderInput,
  providerInputOf,
  readProviderInput,
  removeProvider,
  setProviderEnabled,
  shortBinding,
  singleSignOnFor,
} from '../../src/federation/providers.ts';
import { findDomain, insertDomain } from '../../src/store/domains.ts';
import { type IdentityProvider, insertProvider } from '../../src/store/identityProviders.ts';
import { writeSession } from '../../src/store/sessions.ts';
import { addPerson } from '../support/anteroom.ts';
import { aDomain, aProvider, aSession } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const REDIRECT = { binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', location: 'https://idp/sso' };
const input: ProviderInput = { name: 'Acme', showButton: true, buttonOrder: 1, ...initialSettings };

describe('federation/providers', () => {
  const wrong: [keyof ProviderInput, unknown][] = [
    ['name', ' '],
    ['name', 'x'.repeat(65)],
    ['name', 'a\u0007b'],
    ['buttonOrder', '-1'],
    ['buttonOrder', '1.5'],
    ['buttonOrder', '1000'],
    ['match', 'shoeSize'],
    ['matchAttribute', 'x'.repeat(513)],
    ['emailDomains', 'acme'],
    ['nameIdPolicy', 'no uri'],
    ['authnContexts', 'password'],
    ['authnContexts', Array.from({ length: 11 }, (_, i) => `urn:${i}`)],
    ['requestBinding', 'artifact'],
    ['clockSkewSeconds', 'soon'],
    ['clockSkewSeconds', '301'],
    ['clockSkewSeconds', -1],
  ];
  for (const [field, value] of wrong)
    it(`refuses ${field} "${String(value).slice(0, 20)}"`, () => {
      const read = readProviderInput({ ...input, [field]: value });
      expect(!read.ok && Object.keys(read.errors)).to.deep.equal([field]);
    });

  it('reads lists and numbers as typed', () => {
    const typed = {
      emailDomains: ' @Acme.com;acme.de ',
      authnContexts: 'urn:a, urn:b',
      clockSkewSeconds: '300',
      buttonOrder: '0',
    };
    const read = readProviderInput({ ...input, ...typed });
    expect(read.ok && read.value).to.deep.include({
      emailDomains: ['acme.com', 'acme.de'],
      authnContexts: ['urn:a', 'urn:b'],
      clockSkewSeconds: 300,
      buttonOrder: 0,
    });
  });

  it('names bindings as people do', () => {
    expect(shortBinding(REDIRECT.binding)).to.equal('HTTP-Redirect');
  });

  withStores((open) => {
    let deps: TestDeps;
    let provider: IdentityProvider;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      const facts = {
        singleSignOn: [REDIRECT],
        singleLogout: [],
        nameIdFormats: [],
        certificates: [],
        validUntil: deps.now(),
      };
      provider = aProvider({ facts, enabled: true });
      await insertProvider(deps.store.db, provider, '');
    });

    it('changes the fields of the Edit screen, and nothing else', async () => {
      const changed = await changeProvider(deps, provider.id, { ...input, forceAuthn: true });
      expect(changed.ok && providerInputOf(changed.value)).to.deep.equal({ ...input, forceAuthn: true });
      const { settings: _, ...rest } = await getProvider(deps.store.db, provider.id);
      expect(rest).to.deep.include({ facts: provider.facts, enabled: true, entityId: provider.entityId });
    });

    it('refuses a binding that the provider does not support', async () => {
      expect(singleSignOnFor(provider, 'redirect')).to.equal('https://idp/sso');
      expect(singleSignOnFor(provider, 'post')).to.equal(undefined);
      const changed = await changeProvider(deps, provider.id, { ...input, requestBinding: 'post' });
      expect(!changed.ok && Object.keys(changed.errors)).to.deep.equal(['requestBinding']);
      expect(await getProvider(deps.store.db, provider.id)).to.deep.equal(provider);
    });

    it('stays disabled if its settings are saved at the same time', async () => {
      await Promise.all([setProviderEnabled(deps, provider.id, false), changeProvider(deps, provider.id, input)]);
      expect(await getProvider(deps.store.db, provider.id)).to.include({ enabled: false, name: 'Acme' });
    });

    it('ends its sessions when it is disabled or removed, and only those', async () => {
      const person = await addPerson(deps, { userName: 'anna.berg' });
      const other = aProvider({ entityId: 'urn:other' });
      await insertProvider(deps.store.db, other, '');
      const start = async (providerId: string | null) =>
        writeSession(deps.store.db, aSession(person.id, { providerId, expiresAt: deps.now() + 1_000 }));
      for (const id of [provider.id, provider.id, other.id, null]) await start(id);
      expect((await consequencesOf(deps, provider.id)).sessions).to.equal(2);
      await setProviderEnabled(deps, provider.id, false);
      expect(await sessionsOf()).to.have.members([other.id, null]);
      await setProviderEnabled(deps, provider.id, true);
      expect(await sessionsOf()).to.have.length(2);
      await removeProvider(deps, other.id);
      expect(await sessionsOf()).to.deep.equal([null]);
    });

    it('leaves no domain with a removed Default Provider', async () => {
      const domain = aDomain({ url: 'https://a.com', defaultProviderId: provider.id, autoLogin: true });
      await insertDomain(deps.store.db, domain);
      expect(await consequencesOf(deps, provider.id)).to.deep.include({
        defaultOf: ['https://a.com'],
        autoLoginOf: ['https://a.com'],
      });
      await removeProvider(deps, provider.id);
      expect(await findDomain(deps.store.db, domain.id)).to.include({ defaultProviderId: null, autoLogin: false });
      for (const call of [() => getProvider(deps.store.db, provider.id), () => removeProvider(deps, provider.id)])
        expect(await call().catch((error: unknown) => error)).to.be.instanceOf(NotFound);
    });

    async function sessionsOf(): Promise<(string | null)[]> {
      const rows = await deps.store.db.selectFrom('sessions').select('providerId').execute();
      return rows.map(({ providerId }) => providerId);
    }
  });
});
