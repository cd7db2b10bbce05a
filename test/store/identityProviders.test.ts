import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { deleteDomain, insertDomain } from '../../src/store/domains.ts';
import {
  deleteProvider,
  findProvider,
  findProviderAt,
  findProviderByEntityId,
  insertProvider,
  listProviders,
  listProvidersAt,
  writeProviderEnabled,
  writeProviderMetadata,
  writeProviderSettings,
} from '../../src/store/identityProviders.ts';
import { consumeMetadataImport, findMetadataImport, insertMetadataImport } from '../../src/store/metadataImports.ts';
import { listProviderDomains, moveDomainToProvider, writeProviderDomains } from '../../src/store/providerDomains.ts';
import { aDomain, aProvider } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

const facts = {
  singleSignOn: [
    { binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', location: 'https://idp/sso?a=1&b=2' },
  ],
  singleLogout: [],
  nameIdFormats: ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
  certificates: [{ pem: 'PEM', sha256: 'AA', subject: 'CN=ü', notBefore: 1, notAfter: 2, keyDescription: 'RSA 2048' }],
  validUntil: testStart,
};

describe('store/identityProviders', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('returns what was inserted, without the metadata document', async () => {
      const provider = aProvider({ facts, showButton: true, buttonOrder: 3, metadataUrl: 'https://idp/metadata' });
      await insertProvider(db, provider, '<xml>ü</xml>');
      expect(await findProvider(db, provider.id)).to.deep.equal(provider);
      expect(await metadataXmlOf(db, provider.id)).to.equal('<xml>ü</xml>');
      expect(await findProvider(db, 'nothing')).to.equal(undefined);
    });

    it('compares EntityIDs exactly', async () => {
      const [domain, provider] = [aDomain(), aProvider({ entityId: 'https://idp.example.com/Metadata' })];
      await insertDomain(db, domain);
      await insertProvider(db, provider, '<xml/>');
      await writeProviderDomains(db, provider, [domain.id]);
      expect(await findProviderByEntityId(db, domain.id, provider.entityId)).to.deep.equal(provider);
      for (const other of ['https://idp.example.com/metadata', `${provider.entityId}/`, ` ${provider.entityId}`])
        expect(await findProviderByEntityId(db, domain.id, other), other).to.equal(undefined);
    });

    it('keeps one provider per EntityID and domain, even if two get the domain at the same time', async () => {
      const [domain, other] = [aDomain(), aDomain()];
      for (const one of [domain, other]) await insertDomain(db, one);
      const twins = [aProvider({ entityId: 'https://idp' }), aProvider({ entityId: 'https://idp' })];
      for (const twin of twins) await insertProvider(db, twin, '<xml/>');
      const ends = await Promise.allSettled(twins.map((twin) => writeProviderDomains(db, twin, [domain.id])));
      expect(ends.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
      const [winner, loser] = twins.toSorted((one) => (ends[twins.indexOf(one)]?.status === 'fulfilled' ? -1 : 1));
      expect(winner && loser).not.to.equal(undefined);
      if (!winner || !loser) return;
      await writeProviderDomains(db, loser, [other.id]);
      for (const [at, provider] of [
        [domain, winner],
        [other, loser],
      ] as const) {
        expect(await findProviderByEntityId(db, at.id, 'https://idp')).to.deep.equal(provider);
        expect(await listProvidersAt(db, at.id)).to.deep.equal([provider]);
        expect(await findProviderAt(db, at.id, provider.id)).to.deep.equal(provider);
      }
      expect(await findProviderAt(db, domain.id, loser.id)).to.equal(undefined);
      await moveDomainToProvider(db, domain.id, loser);
      expect(await listProvidersAt(db, domain.id)).to.deep.equal([loser]);
      expect(await findProvider(db, winner.id)).to.deep.equal(winner);
    });

    it('forgets only the assignment when a domain is deleted, and all of them with the provider', async () => {
      const [gone, kept, provider] = [aDomain(), aDomain(), aProvider()];
      for (const domain of [gone, kept]) await insertDomain(db, domain);
      await insertProvider(db, provider, '<xml/>');
      await writeProviderDomains(db, provider, [gone.id, kept.id]);
      await deleteDomain(db, gone.id);
      expect((await listProviderDomains(db)).map(({ domainId }) => domainId)).to.deep.equal([kept.id]);
      expect(await findProvider(db, provider.id)).to.deep.equal(provider);
      await deleteProvider(db, provider.id);
      expect(await listProviderDomains(db)).to.deep.equal([]);
    });

    it('lists providers in the order of their buttons, the oldest first if it is the same', async () => {
      const order = [
        ['late', 1, 9],
        ['last', 2, 1],
        ['early', 1, 3],
        ['first', 0, 5],
      ] as const;
      for (const [name, buttonOrder, createdAt] of order)
        await insertProvider(db, aProvider({ name, buttonOrder, createdAt }), '<xml/>');
      const names = (await listProviders(db)).map((provider) => provider.name);
      expect(names).to.deep.equal(['first', 'early', 'late', 'last']);
    });

    it('updates a provider, and its metadata document only if there is a new one', async () => {
      const [provider, other] = [aProvider(), aProvider()];
      for (const one of [provider, other]) await insertProvider(db, one, '<old/>');
      const changed = {
        ...provider,
        name: 'New',
        enabled: false,
        settings: { ...provider.settings, match: 'email' as const },
      };
      await writeProviderSettings(db, { ...changed, facts });
      expect(await findProvider(db, provider.id)).to.deep.equal({ ...changed, enabled: true });
      await writeProviderEnabled(db, provider.id, false);
      expect(await findProvider(db, provider.id)).to.deep.equal(changed);
      expect(await metadataXmlOf(db, provider.id)).to.equal('<old/>');
      await writeProviderMetadata(db, { ...provider, facts }, '<new/>');
      expect(await findProvider(db, provider.id)).to.deep.equal({ ...changed, facts });
      expect(await metadataXmlOf(db, provider.id)).to.equal('<new/>');
      expect(await findProvider(db, other.id)).to.deep.equal(other);
    });

    it('keeps a previewed import until it expires or is deleted', async () => {
      const row = {
        id: 'a',
        xml: '<xml/>',
        url: null,
        providerId: null,
        expiresAt: testStart + 10,
        signers: null,
        selected: null,
      };
      await insertMetadataImport(db, row);
      expect(await findMetadataImport(db, 'a', testStart + 9)).to.deep.equal(row);
      expect(await findMetadataImport(db, 'a', testStart + 10)).to.equal(undefined);
      expect([await consumeMetadataImport(db, 'a'), await consumeMetadataImport(db, 'a')]).to.deep.equal([true, false]);
      expect(await findMetadataImport(db, 'a', testStart)).to.equal(undefined);
    });

    it('deletes the previewed imports of a provider with it', async () => {
      const provider = aProvider();
      await insertProvider(db, provider, '<xml/>');
      const row = {
        id: 'a',
        xml: '<xml/>',
        url: null,
        providerId: provider.id,
        expiresAt: testStart + 10,
        signers: null,
        selected: null,
      };
      await insertMetadataImport(db, row);
      await deleteProvider(db, provider.id);
      expect(await findProvider(db, provider.id)).to.equal(undefined);
      expect(await findMetadataImport(db, 'a', testStart)).to.equal(undefined);
    });
  });
});

/** What was kept of the metadata as it came. */
async function metadataXmlOf(db: Db, id: string): Promise<string | undefined> {
  return (await db.selectFrom('identityProviders').select('metadataXml').where('id', '=', id).executeTakeFirst())
    ?.metadataXml;
}
