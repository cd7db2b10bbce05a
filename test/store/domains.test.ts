import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import {
  type DomainKey,
  deleteDomain,
  findDomain,
  findDomainByHost,
  insertDomain,
  insertDomainKey,
  listDomainKeys,
  listDomains,
  updateDomain,
} from '../../src/store/domains.ts';
import { deleteProvider, insertProvider } from '../../src/store/identityProviders.ts';
import { aDomain, aProvider } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/domains', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('finds a domain by its ID, and by its host and port', async () => {
      const domain = aDomain({ url: 'http://localhost:3000', autoLogin: true, setUpAt: testStart });
      await insertDomain(db, domain);
      expect(await findDomain(db, domain.id)).to.deep.equal(domain);
      expect(await findDomainByHost(db, 'localhost:3000')).to.deep.equal({ ...domain, attributesVersion: 0 });
      for (const host of ['localhost', 'LOCALHOST:3000', 'localhost:3000/', '', "' or 1=1 --"])
        expect(await findDomainByHost(db, host), host).to.equal(undefined);
      expect(await findDomain(db, 'nothing')).to.equal(undefined);
    });

    it('prefers https if a host has both', async () => {
      for (const url of ['http://a.acme.com', 'https://a.acme.com']) await insertDomain(db, aDomain({ url }));
      expect((await findDomainByHost(db, 'a.acme.com'))?.url).to.equal('https://a.acme.com');
    });

    it('refuses a second domain with the same URL', async () => {
      await insertDomain(db, aDomain({ url: 'https://a.acme.com' }));
      expect(await fails(insertDomain(db, aDomain({ url: 'https://a.acme.com' })))).to.equal(true);
      expect(await listDomains(db)).to.have.lengthOf(1);
    });

    it('lists the oldest first', async () => {
      const domains = [3, 1, 2].map((n) => aDomain({ createdAt: testStart + n, url: `https://${n}.acme.com` }));
      for (const domain of domains) await insertDomain(db, domain);
      const urls = (await listDomains(db)).map((domain) => domain.url);
      expect(urls).to.deep.equal(['https://1.acme.com', 'https://2.acme.com', 'https://3.acme.com']);
    });

    it('updates only the given columns', async () => {
      const [domain, other] = [aDomain(), aDomain()];
      const provider = aProvider();
      await insertProvider(db, provider, '<xml/>');
      for (const one of [domain, other]) await insertDomain(db, one);
      await updateDomain(db, domain.id, { autoLogin: true, defaultProviderId: provider.id });
      await updateDomain(db, domain.id, { setUpAt: testStart });
      const changes = { autoLogin: true, defaultProviderId: provider.id, setUpAt: testStart };
      expect(await findDomain(db, domain.id)).to.deep.equal({ ...domain, ...changes });
      await updateDomain(db, domain.id, { autoLogin: false, defaultProviderId: null });
      expect(await findDomain(db, domain.id)).to.deep.equal({ ...domain, setUpAt: testStart });
      expect(await findDomain(db, other.id)).to.deep.equal(other);
    });

    it('clears a deleted Default Provider, and refuses an unknown one', async () => {
      const provider = aProvider();
      await insertProvider(db, provider, '<xml/>');
      const domain = aDomain({ defaultProviderId: provider.id });
      await insertDomain(db, domain);
      await deleteProvider(db, provider.id);
      expect((await findDomain(db, domain.id))?.defaultProviderId).to.equal(null);
      expect(await fails(updateDomain(db, domain.id, { defaultProviderId: provider.id }))).to.equal(true);
    });

    it('lists the keys of a domain, the newest first, and deletes them with it', async () => {
      const [domain, other] = [aDomain(), aDomain()];
      for (const one of [domain, other]) await insertDomain(db, one);
      for (const [id, createdAt] of [
        ['1', 5],
        ['2', 9],
        ['3', 7],
        ['4', 9],
      ] as const)
        await insertDomainKey(db, aKey({ id, domainId: domain.id, createdAt }));
      await insertDomainKey(db, aKey({ id: '5', domainId: other.id, createdAt: 1 }));
      expect((await listDomainKeys(db, domain.id)).map((key) => key.id)).to.deep.equal(['4', '2', '3', '1']);
      await deleteDomain(db, domain.id);
      expect(await findDomain(db, domain.id)).to.equal(undefined);
      expect(await listDomainKeys(db, domain.id)).to.deep.equal([]);
      expect(await listDomainKeys(db, other.id)).to.have.lengthOf(1);
    });
  });
});

function aKey(values: Pick<DomainKey, 'id' | 'domainId' | 'createdAt'>): DomainKey {
  return { privateKeySealed: 's', certificate: 'c', role: 'current', roleSince: values.createdAt, ...values };
}

function fails(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    () => true,
  );
}
