import { expect } from 'chai';
import { Conflict } from '../../../src/errors.ts';
import { addDomain, removeDomain } from '../../../src/federation/domains.ts';
import { createProviderSetup, revokeProviderSetup, stateOf } from '../../../src/federation/providerSetups/links.ts';
import { startVisit } from '../../../src/federation/providerSetups/visit.ts';
import { insertDomain } from '../../../src/store/domains.ts';
import { deleteExpired } from '../../../src/store/expired.ts';
import { findProviderSetup, listProviderSetups } from '../../../src/store/providerSetups.ts';
import { aDomain } from '../../support/rows.ts';
import { withStores } from '../../support/stores.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { aLink, arrive, open, row } from './support/aLink.ts';

const DAY_MS = 86_400_000;

describe('federation/providerSetups/links', () => {
  withStores((openStore) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await openStore() });
    });

    it('have their token in the fragment, and only its hash in the database', async () => {
      const { link, id } = await aLink(deps);
      const { origin, pathname, hash } = new URL(link);
      expect([origin, pathname]).to.deep.equal(['http://localhost:3000', '/provider-setup']);
      expect(hash).to.match(/^#[\w-]{43}$/);
      expect(JSON.stringify(await row(deps, id))).not.to.contain(hash.slice(1));
    });

    it('need a note, a known lifetime and product, and a domain that is set up', async () => {
      const { domain } = await aLink(deps);
      const refused = await createProviderSetup(deps, domain, { note: ' ', days: 8, guide: 'acme' }, '');
      expect(refused.ok ? {} : Object.keys(refused.errors)).to.have.members(['note', 'days', 'guide']);
      const other = aDomain();
      await insertDomain(deps.store.db, other);
      const created = createProviderSetup(deps, other, { note: 'Kim', days: 7, guide: '' }, '');
      expect(await created.catch((error) => error)).to.be.instanceOf(Conflict);
    });

    it('are 50 for a domain at most, without those that are approved or revoked', async () => {
      const { domain, id } = await aLink(deps);
      for (let i = 1; i < 50; i += 1) await aLink(deps);
      const more = createProviderSetup(deps, domain, { note: 'Kim', days: 7, guide: '' }, '');
      expect(await more.catch((error) => error.message)).to.contain('This domain has 50 links already.');
      await revokeProviderSetup(deps, id, '');
      await aLink(deps);
    });

    it('are open, started, arrived or expired', async () => {
      const a = await aLink(deps, { days: 1 });
      const state = async () => stateOf(await row(deps, a.id), deps.now());
      expect(await state()).to.equal('open');
      await open(deps, a);
      expect(await state()).to.equal('started');
      deps.clock.advance(DAY_MS);
      expect(await state()).to.equal('expired');
      const b = await aLink(deps, { days: 1 });
      await arrive(deps, b);
      deps.clock.advance(DAY_MS);
      expect(stateOf(await row(deps, b.id), deps.now()), 'what arrived in time').to.equal('arrived');
    });

    it('are revoked once, and forget what was provided', async () => {
      const a = await aLink(deps);
      await arrive(deps, a);
      await revokeProviderSetup(deps, a.id, 'Maya Koch');
      expect(await row(deps, a.id)).to.include({ metadataXml: null, message: '', revokedBy: 'Maya Koch' });
      const again = await revokeProviderSetup(deps, a.id, '').catch((error) => error.message);
      expect(again).to.equal('This link was revoked already.');
    });

    it('are gone with their domain', async () => {
      const a = await aLink(deps);
      await addDomain(deps, 'https://other.acme.com');
      await removeDomain(deps, a.domain.id);
      const started = startVisit(deps, a.domain.id, a.link, { from: '', visitorOf: () => undefined });
      expect(await started).to.equal('unknown');
    });

    it('are listed without their metadata, and deleted 30 days after they expired', async () => {
      const a = await aLink(deps, { days: 1 });
      await arrive(deps, a);
      const [listed] = await listProviderSetups(deps.store.db, a.domain.id);
      expect(listed).to.include({ note: 'Kim at Contoso IT' }).and.not.have.property('metadataXml');
      deps.clock.advance(31 * DAY_MS - 1);
      await deleteExpired(deps.store.db, deps.now(), { activity: 400, messages: 14 });
      expect(await findProviderSetup(deps.store.db, a.id)).to.include({ id: a.id });
      deps.clock.advance(1);
      await deleteExpired(deps.store.db, deps.now(), { activity: 400, messages: 14 });
      expect(await findProviderSetup(deps.store.db, a.id)).to.equal(undefined);
    });
  });
});
