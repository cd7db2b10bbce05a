import { expect } from 'chai';
import { setAutoLogin } from '../../../src/federation/domains.ts';
import { findDomain } from '../../../src/store/domains.ts';
import { addTraffic } from '../../../src/store/loginTraffic.ts';
import { addPerson } from '../../support/anteroom.ts';
import { type Client, logInLocally, openClient } from '../../support/client.ts';
import { type Connected, connect } from '../../support/connect.ts';

const SAML = '/settings/security/saml';

describe('admin/saml/pause', () => {
  let connected: Connected;
  let client: Client;

  beforeEach(async () => {
    connected = await connect();
    await addPerson(connected.deps, { userName: 'maya.koch', userType: 'Power User' });
    await setAutoLogin(connected.deps, connected.domain.id, true);
    client = await logInLocally(connected);
    const { deps, provider, domain } = connected;
    deps.clock.advance(3_600_000);
    const route = { providerId: provider.id, domainId: domain.id };
    await addTraffic(deps.store.db, [
      { ...route, slot: deps.now() - 1_800_000, sent: 34, received: 0, offsets: '', sentFrom: null },
    ]);
  });

  it('is offered while no login comes back, shows the Log-In screen, and is undone by Resume', async () => {
    const { domain, provider, deps } = connected;
    const text = '34 logins were sent to Cloud Directory in the last hour, 0 came back';
    const screen = `${SAML}/domains/${domain.id}/identity-providers/${provider.id}`;
    for (const path of ['/settings', SAML, screen]) {
      const page = (await client.get(path)).text;
      expect(page, path).to.contain(text).and.contain('Pause Auto Login').and.not.contain('Login works');
    }
    expect((await client.get(screen)).text).to.contain(`value="${connected.url}/saml/acs"`);
    const paused = await client.post(`${SAML}/domains/${domain.id}/auto-login/pause`);
    expect(paused.location).to.equal(`${SAML}#${domain.id}`);
    expect(await findDomain(deps.store.db, domain.id)).to.include({ autoLogin: false, autoLoginPausedAt: deps.now() });
    expect((await openClient(connected).get('/login')).status, 'the Log-In screen').to.equal(200);
    const after = (await client.get(SAML)).text;
    expect(after).to.contain('is paused').and.contain('Resume Auto Login').and.not.contain('>Pause Auto Login');
    const fields = { autoLogin: 'on', confirmed: 'on' };
    expect(after).to.contain('<input type="hidden" name="autoLogin" value="on">');
    await client.post(`${SAML}/domains/${domain.id}/auto-login`, fields);
    expect(await findDomain(deps.store.db, domain.id)).to.include({ autoLogin: true, autoLoginPausedAt: null });
    expect((await openClient(connected).get('/login')).status, 'nothing has come back yet').to.equal(200);
    const route = { providerId: provider.id, domainId: domain.id };
    await addTraffic(deps.store.db, [
      { ...route, slot: deps.now(), sent: 1, received: 1, offsets: '', sentFrom: null },
    ]);
    deps.clock.advance(30_000);
    expect((await openClient(connected).get('/login')).status).to.equal(303);
  });

  it('does nothing to an Auto Login that is off, and resumes none without a Default Provider', async () => {
    const { domain, deps } = connected;
    const path = `${SAML}/domains/${domain.id}/auto-login`;
    await setAutoLogin(deps, domain.id, false);
    await client.post(`${path}/pause`);
    expect(await findDomain(deps.store.db, domain.id)).to.include({ autoLogin: false, autoLoginPausedAt: null });
    await client.post(`${SAML}/domains/${domain.id}/default-provider`, { provider: '' });
    await client.post(path, { autoLogin: 'on' });
    expect(await findDomain(deps.store.db, domain.id)).to.include({ autoLogin: false });
  });
});
