import { expect } from 'chai';
import { setDefaultProvider } from '../../../src/federation/domains.ts';
import { confirmImport, previewMetadata } from '../../../src/federation/importMetadata.ts';
import { approve, decline, readProposal } from '../../../src/federation/providerSetups/decision.ts';
import { revokeProviderSetup, stateOf } from '../../../src/federation/providerSetups/links.ts';
import { mayChange, send } from '../../../src/federation/providerSetups/visit.ts';
import { findDomain } from '../../../src/store/domains.ts';
import { listProviders, listProvidersAt } from '../../../src/store/identityProviders.ts';
import type { ProviderSetup } from '../../../src/store/providerSetups.ts';
import { withStores } from '../../support/stores.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { fixture } from '../metadata/fixtures.ts';
import { aLink, arrive, provide, row } from './support/aLink.ts';

const CHANGED = 'This was decided, revoked or sent again meanwhile. Review it again.';

describe('federation/providerSetups/decision', () => {
  withStores((openStore) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await openStore() });
    });

    it('imports what was approved for the domain of the link, disabled', async () => {
      const a = await aLink(deps);
      const setup = await arrive(deps, a);
      const target = { domainIds: [a.domain.id] };
      const provider = await approve(deps, reviewed(setup), target, 'Contoso');
      expect(provider).to.include({ name: 'Contoso', enabled: false });
      expect((await listProvidersAt(deps.store.db, a.domain.id)).map(({ id }) => id)).to.deep.equal([provider.id]);
      const decided = await row(deps, a.id);
      expect(stateOf(decided, deps.now())).to.equal('approved');
      expect(decided).to.include({ decidedBy: 'Maya Koch', providerId: provider.id, metadataXml: null });
      const again = approve(deps, reviewed(setup), target);
      expect(await again.catch((error) => error.message)).to.equal(CHANGED);
      expect(await listProviders(deps.store.db)).to.have.lengthOf(1);
      const revoked = await revokeProviderSetup(deps, a.id, '').catch((error) => error.message);
      expect(revoked).to.equal('This was approved already.');
    });

    it('keeps logins working if the new provider replaces one that the domain uses', async () => {
      const a = await aLink(deps);
      const setup = await arrive(deps, a, fixture('okta').replaceAll('/sso/saml"', '/sso/saml/new"'));
      const preview = await previewMetadata(deps, { xml: fixture('okta') });
      if (!preview.ok) throw new Error('The metadata was refused.');
      const before = await confirmImport(deps, preview.value.id);
      await setDefaultProvider(deps, a.domain.id, before.id);
      const proposal = await readProposal(deps, setup);
      expect(typeof proposal === 'object' && proposal.known[0]?.changes.length).to.be.greaterThan(0);
      const provider = await approve(deps, reviewed(setup), { domainIds: [a.domain.id] });
      expect(provider.enabled).to.equal(true);
      expect((await findDomain(deps.store.db, a.domain.id))?.defaultProviderId).to.equal(provider.id);
    });

    it('declines with a reason, after which something else may be sent', async () => {
      const a = await aLink(deps);
      const setup = await arrive(deps, a);
      expect(await decline(deps, reviewed(setup), ' ')).to.have.property('ok', false);
      await decline(deps, reviewed(setup), 'Wrong application');
      const declined = await row(deps, a.id);
      expect(declined).to.include({ decision: 'declined', reason: 'Wrong application' });
      expect(mayChange(declined, deps.now())).to.equal(true);
      expect(mayChange(declined, declined.expiresAt)).to.equal(false);
      await provide(deps, a.id, fixture('keycloak'));
      deps.clock.advance(1);
      await send(deps, await row(deps, a.id), 'Better', null);
      const second = await row(deps, a.id);
      expect(second).to.include({ decision: null, reason: '' });
      const stale = approve(deps, reviewed(setup), { domainIds: [a.domain.id] });
      expect(await stale.catch((error) => error.message), 'what was seen first').to.equal(CHANGED);
      const refused = decline(deps, reviewed(setup), 'No');
      expect(await refused.catch((error) => error.message)).to.equal(CHANGED);
      expect(await listProviders(deps.store.db)).to.deep.equal([]);
      await approve(deps, reviewed(second), { domainIds: [a.domain.id] });
      expect(await listProviders(deps.store.db)).to.have.lengthOf(1);
    });

    it('imports nothing that was revoked or has not arrived', async () => {
      const [a, b] = [await aLink(deps), await aLink(deps)];
      const setup = await arrive(deps, a);
      await revokeProviderSetup(deps, a.id, '');
      for (const one of [setup, { ...(await row(deps, b.id)), sentAt: 0 }]) {
        const approved = approve(deps, reviewed(one), { domainIds: [a.domain.id] });
        expect(await approved.catch((error) => error.message)).to.equal(CHANGED);
        expect(await decline(deps, reviewed(one), 'No').catch((error) => error.message)).to.equal(CHANGED);
      }
      expect(await listProviders(deps.store.db)).to.deep.equal([]);
    });

    it('says why metadata cannot be imported any more', async () => {
      const a = await aLink(deps);
      const until = new Date(deps.now() + 1_000).toISOString().replace('.000', '');
      const setup = await arrive(deps, a, fixture('okta').replace('<md:EntityDescriptor', `$& validUntil="${until}"`));
      deps.clock.advance(1_000);
      expect(await readProposal(deps, setup)).to.match(/^This metadata expired on /);
      const approved = approve(deps, reviewed(setup), { domainIds: [a.domain.id] });
      expect(await approved.catch((error) => error.message)).to.match(/^This metadata expired on /);
    });
  });
});

function reviewed({ id, sentAt }: ProviderSetup) {
  return { id, sentAt: sentAt ?? 0, author: 'Maya Koch' };
}
