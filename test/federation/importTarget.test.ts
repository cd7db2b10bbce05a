import { expect } from 'chai';
import { Conflict } from '../../src/errors.ts';
import { addDomain, setDefaultProvider } from '../../src/federation/domains.ts';
import { confirmImport, type MetadataPreview, previewMetadata } from '../../src/federation/importMetadata.ts';
import { targetOfDomain, targetsFor } from '../../src/federation/importTarget.ts';
import { setProviderDomains } from '../../src/federation/providerDomains.ts';
import { changeProvider, getProvider, providerInputOf } from '../../src/federation/providers.ts';
import { type Domain, findDomain } from '../../src/store/domains.ts';
import {
  findProvider,
  type IdentityProvider,
  listProviders,
  listProvidersAt,
} from '../../src/store/identityProviders.ts';
import { listProviderDomains } from '../../src/store/providerDomains.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { fixture } from './metadata/fixtures.ts';

describe('federation/importTarget', () => {
  withStores((open) => {
    let deps: TestDeps;
    let [a, b] = [] as unknown as [Domain, Domain];

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      [a, b] = [await added('https://a.example.com'), await added('https://b.example.com')];
    });

    for (const kind of ['certificates', 'sso-addresses'])
      it(`adds another application with one EntityID and two ${kind} for its domain, and keeps the first`, async () => {
        const [first, second] = ['a', 'b'].map((name) => fixture(`cases/one-entityid-two-${kind}-${name}`));
        const one = await imported(first, [a]);
        const preview = await previewOf(second);
        expect(preview.known[0]?.changes.map(({ kind }) => kind)).to.have.members(['added', 'removed']);
        expect(targetsFor(preview.known, b.id)).to.deep.equal([
          { providerId: one.id, domainIds: [b.id] },
          { domainIds: [b.id] },
        ]);
        const ambiguous = await confirmImport(deps, preview.id).catch((error: unknown) => error);
        expect(ambiguous).to.be.instanceOf(Conflict);
        const { id } = await confirmImport(deps, preview.id, { domainIds: [b.id] });
        const two = await getProvider(deps.store.db, id);
        expect(two.name).to.equal(`${one.name} (b.example.com)`);
        expect(await at(a)).to.deep.equal(one);
        expect(await at(b)).to.deep.equal(two);
        const { certificates, singleSignOn } = one.facts;
        expect(two.facts).not.to.deep.include({ certificates, singleSignOn });
      });

    it('gives a domain of a shared provider an own one with the same settings, also as its default', async () => {
      const shared = await imported(fixture('cases/one-entityid-two-certificates-a'), [a, b]);
      await changeProvider(deps, shared.id, { ...providerInputOf(shared), match: 'email', showButton: true });
      for (const { id } of [a, b]) await setDefaultProvider(deps, id, shared.id);
      const { id, known } = await previewOf(fixture('cases/one-entityid-two-certificates-b'));
      const own = await confirmImport(deps, id, targetOfDomain(known, b.id));
      expect(own).to.include({ showButton: true });
      expect(own.settings.match).to.equal('email');
      expect((await findDomain(deps.store.db, a.id))?.defaultProviderId).to.equal(shared.id);
      expect((await findDomain(deps.store.db, b.id))?.defaultProviderId).to.equal(own.id);
      expect((await at(a))?.facts).to.deep.equal(shared.facts);
    });

    it('loses nothing if a domain that had a provider alone gets another application', async () => {
      const before = await imported(fixture('cases/one-entityid-two-certificates-a'), [a]);
      const after = await imported(fixture('cases/one-entityid-two-certificates-b'), [a]);
      expect(await at(a)).to.deep.equal(after);
      expect(await findProvider(deps.store.db, before.id)).to.deep.equal(before);
      expect(await listProviderDomains(deps.store.db)).to.have.lengthOf(1);
    });

    it('shares a provider whose metadata is the same, and does not ask', async () => {
      const xml = fixture('cases/one-entityid-two-certificates-a');
      const { id } = await imported(xml, [a]);
      expect(targetsFor((await previewOf(xml)).known, a.id)).to.deep.equal([{ providerId: id, domainIds: [] }]);
      const { id: preview, known } = await previewOf(xml);
      await confirmImport(deps, preview, targetOfDomain(known, b.id));
      expect((await at(b))?.id).to.equal(id);
      await confirmImport(deps, (await previewOf(xml)).id);
      expect(await listProviders(deps.store.db)).to.have.lengthOf(1);
    });

    it('is all domains for a new provider if none is chosen', async () => {
      const { id } = await confirmImport(deps, (await previewOf(fixture('okta'))).id);
      expect(await listProviderDomains(deps.store.db)).to.have.lengthOf(2);
      expect(await findProvider(deps.store.db, id)).not.to.equal(undefined);
    });

    it('updates one application only, and refuses a provider with another EntityID', async () => {
      const [first, second] = ['a', 'b'].map((name) => fixture(`cases/one-entityid-two-certificates-${name}`));
      const [one, two] = [await imported(first, [a]), await imported(second, [b])];
      await confirmImport(deps, (await previewOf(second)).id, { providerId: one.id, domainIds: [] });
      expect((await at(a))?.facts).to.deep.equal(two.facts);
      const okta = await previewOf(fixture('okta'));
      const wrong = await confirmImport(deps, okta.id, { providerId: one.id, domainIds: [] }).catch((error) => error);
      expect(wrong).to.be.instanceOf(Conflict);
    });

    it('refuses a domain that has another provider with the same EntityID', async () => {
      const [first, second] = ['a', 'b'].map((name) => fixture(`cases/one-entityid-two-certificates-${name}`));
      const [one, two] = [await imported(first, [a]), await imported(second, [b])];
      const taken = await setProviderDomains(deps, one.id, [a.id, b.id]).catch((error: unknown) => error);
      expect(taken).to.be.instanceOf(Conflict).and.have.property('message').that.contains(two.name);
      await setProviderDomains(deps, two.id, []);
      await setProviderDomains(deps, one.id, [a.id, b.id]);
      expect((await at(b))?.id).to.equal(one.id);
    });

    async function imported(xml = '', domains: Domain[]): Promise<IdentityProvider> {
      const domainIds = domains.map(({ id }) => id);
      const { id } = await confirmImport(deps, (await previewOf(xml)).id, { domainIds });
      return getProvider(deps.store.db, id);
    }

    async function previewOf(xml = ''): Promise<MetadataPreview> {
      const preview = await previewMetadata(deps, { xml });
      if (!preview.ok) throw new Error(JSON.stringify(preview.errors));
      return preview.value;
    }

    async function added(url: string): Promise<Domain> {
      const domain = await addDomain(deps, url);
      if (!domain.ok) throw new Error(JSON.stringify(domain.errors));
      return domain.value;
    }

    async function at(domain: Domain): Promise<IdentityProvider | undefined> {
      return (await listProvidersAt(deps.store.db, domain.id))[0];
    }
  });
});
