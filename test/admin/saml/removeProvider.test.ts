import { expect } from 'chai';
import { setAutoLogin, setDefaultProvider } from '../../../src/federation/domains.ts';
import { findDomain } from '../../../src/store/domains.ts';
import { findProvider, listProviders } from '../../../src/store/identityProviders.ts';
import { importOkta, openSamlSettings, startSession } from './support/samlSettings.ts';

describe('admin/saml/removeProvider', () => {
  it('removes a provider when its name is typed, and says first what that affects', async () => {
    const settings = await openSamlSettings();
    const { client, deps, domainId, providers } = settings;
    const id = await importOkta(settings);
    await startSession(settings, { domainId, providerId: id });
    await setDefaultProvider(deps, domainId, id);
    await setAutoLogin(deps, domainId, true);
    const path = `${providers}/${id}`;
    expect((await client.get(`${path}/removal`)).text)
      .to.contain('1 session will end immediately.')
      .and.contain('1 domain loses its Default Provider')
      .and.contain('Auto Login is turned off at 1 domain');
    const name = (await findProvider(deps.store.db, id))?.name ?? '';
    const wrong = await client.post(`${path}/removal`, { typed: `${name}x` });
    expect([wrong.status, wrong.text.includes(`Type ${name} to confirm.`)]).to.deep.equal([422, true]);
    expect(await listProviders(deps.store.db)).to.have.length(1);
    const removed = await client.post(`${path}/removal`, { typed: name });
    expect((await client.follow(removed)).text)
      .to.contain(`${name} was removed.`)
      .and.contain('No identity providers yet');
    expect(await findDomain(deps.store.db, domainId)).to.deep.include({ defaultProviderId: null, autoLogin: false });
    expect((await client.get(path)).status).to.equal(404);
  });
});
