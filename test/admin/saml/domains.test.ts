import { expect } from 'chai';
import { setAutoLogin, setDefaultProvider } from '../../../src/federation/domains.ts';
import { setProviderEnabled } from '../../../src/federation/providers.ts';
import { findDomain } from '../../../src/store/domains.ts';
import { importOkta, openSamlSettings, SAML, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/domains', () => {
  let settings: SamlSettings;

  beforeEach(async () => {
    settings = await openSamlSettings();
  });

  it('turns Auto Login off, which shows the Log-In screen', async () => {
    const { client, deps, domain, domainId } = settings;
    await setDefaultProvider(deps, domainId, await importOkta(settings));
    await setAutoLogin(deps, domainId, true);
    const switched = await client.post(`${domain}/auto-login`, {});
    expect((await client.follow(switched)).text).to.contain('Visitors see the Log-In screen.');
    expect(await findDomain(deps.store.db, domainId)).to.include({ autoLogin: false });
  });

  it('does not turn Auto Login on without a Default Provider', async () => {
    const { client, deps, domain, domainId } = settings;
    const switched = await client.post(`${domain}/auto-login`, { autoLogin: 'on' });
    expect((await client.follow(switched)).text).to.contain('Auto Login needs a Default Provider.');
    expect(await findDomain(deps.store.db, domainId)).to.include({ autoLogin: false });
  });

  it('says that Auto Login does nothing while the Default Provider is disabled', async () => {
    const { client, deps, domainId } = settings;
    const id = await importOkta(settings);
    await setDefaultProvider(deps, domainId, id);
    await setAutoLogin(deps, domainId, true);
    expect((await client.get(SAML)).text).not.to.contain('Auto Login is on, but');
    await setProviderEnabled(deps, id, false);
    expect((await client.get(SAML)).text).to.contain('Auto Login is on, but the Default Provider is disabled');
  });

  it('lists every domain with its EntityID once it is set up', async () => {
    await importOkta(settings);
    expect((await settings.client.get(SAML)).text).to.contain(`${settings.url}/saml/metadata</span>`);
  });
});
