import { expect } from 'chai';
import { insertSource } from '../../src/store/profileSources.ts';
import { addPerson, startAnteroom } from '../support/anteroom.ts';
import { logInLocally, startAsPowerUser } from '../support/client.ts';
import { aSource } from '../support/rows.ts';

describe('admin/controlPanel', () => {
  it('links to all settings and shows what needs attention', async () => {
    const { anteroom, client } = await startAsPowerUser();
    await insertSource(anteroom.deps.store.db, aSource({ name: 'JumpCloud' }));
    const page = (await client.get('/settings')).text;
    const paths = ['security/saml', 'security/activity', 'people', 'groups', 'profile-sources', 'general'];
    for (const path of paths) expect(page).to.contain(`href="/settings/${path}"`);
    expect(page).to.contain('JumpCloud has no token');
  });

  it('is only for Power Users', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const client = await logInLocally(anteroom, 'anna.berg');
    expect((await client.get('/settings')).status).to.equal(403);
  });
});
