import { expect } from 'chai';
import { domainProgress } from '../../../src/admin/saml/progress.ts';
import { addDomain, getDomain, setAutoLogin, setDefaultProvider } from '../../../src/federation/domains.ts';
import { setProviderEnabled } from '../../../src/federation/providers.ts';
import { newId } from '../../../src/identifier.ts';
import { insertLoginActivity } from '../../../src/store/loginActivity.ts';
import { anActivity } from '../../support/rows.ts';
import { importOkta, openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/progress', () => {
  let settings: SamlSettings;

  beforeEach(async () => {
    settings = await openSamlSettings();
  });

  it('names the next step until a login has worked', async () => {
    const { deps, domainId } = settings;
    expect(await next()).to.include({ title: 'Set up the domain' });
    const id = await importOkta(settings);
    expect(await next()).to.deep.include({ title: 'Test the login', action: { text: 'Test login', test: id } });
    await record('logged_in', id);
    expect(await next()).to.include({ title: 'Make it the Default Provider' });
    expect(await progress()).to.include({ works: false, tested: false });
    await setDefaultProvider(deps, domainId, id);
    expect(await next()).to.include({ title: 'Enable Auto Login' });
    await setAutoLogin(deps, domainId, true);
    expect(await next()).to.equal(undefined);
    expect(await progress()).to.include({ works: true, tested: true, loggedIn: 2, refused: 0 }); // one is the Power User's own
  });

  it('requires a login with the Default Provider, not with another one', async () => {
    const { deps, domainId } = settings;
    const id = await importOkta(settings);
    await record('refused', id);
    await setDefaultProvider(deps, domainId, id);
    expect(await next()).to.include({ title: 'Test the login' });
    expect(await progress()).to.include({ works: false, refused: 1 });
  });

  it('does not count a disabled provider', async () => {
    const { deps, domainId } = settings;
    const id = await importOkta(settings);
    await record('logged_in', id);
    await setDefaultProvider(deps, domainId, id);
    await setProviderEnabled(deps, id, false);
    expect(await next()).to.include({ title: 'Import the identity provider' });
    expect((await progress()).defaultProvider).to.equal(undefined);
  });

  it('leads to another domain for its test', async () => {
    const { deps, domainId } = settings;
    await importOkta(settings);
    const added = await addDomain(deps, 'https://de.acme.com');
    if (!added.ok) throw new Error('not added');
    const { steps } = await domainProgress(deps, await getDomain(deps.store.db, domainId), added.value);
    expect(steps.find(({ title }) => title === 'Test the login')?.action).to.deep.equal({
      text: `Test at ${new URL(settings.url).host}`,
      href: `${settings.url}${settings.providers}`,
    });
  });

  async function progress() {
    const domain = await getDomain(settings.deps.store.db, settings.domainId);
    return domainProgress(settings.deps, domain, domain);
  }

  async function next() {
    return (await progress()).steps.find(({ done }) => !done);
  }

  async function record(outcome: 'logged_in' | 'refused', providerId: string): Promise<void> {
    const { deps, domainId } = settings;
    await insertLoginActivity(deps.store.db, anActivity({ id: newId(deps), domainId, providerId, outcome }));
  }
});
