import { expect } from 'chai';
import { decline } from '../../src/federation/providerSetups/decision.ts';
import { checkProviderSetups } from '../../src/health/providerSetups.ts';
import { aLink, arrive } from '../federation/providerSetups/support/aLink.ts';
import { testDeps } from '../support/testDeps.ts';

describe('health/providerSetups', () => {
  it('finds what arrived and waits for a decision', async () => {
    const deps = await testDeps();
    const a = await aLink(deps);
    expect(await checkProviderSetups(deps)).to.deep.equal([]);
    const setup = await arrive(deps, a);
    const [item, ...others] = await checkProviderSetups(deps);
    expect(others).to.deep.equal([]);
    expect(item).to.include({ code: 'provider_setup_arrived', subject: a.id, severity: 'warning' });
    expect(item?.text).to.equal('Kim at Contoso IT has set up a provider for localhost:3000');
    expect(item?.href).to.equal(`/settings/security/saml/domains/${a.domain.id}/setup-links/${a.id}`);
    await decline(deps, { id: a.id, sentAt: setup.sentAt ?? 0, author: '' }, 'No');
    expect(await checkProviderSetups(deps)).to.deep.equal([]);
  });
});
