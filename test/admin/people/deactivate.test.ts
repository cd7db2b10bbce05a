import { expect } from 'chai';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, logInLocally, startAsPowerUser } from '../../support/client.ts';

const LIST = '/settings/people';

describe('admin/people/deactivate', () => {
  let anteroom: Anteroom;
  let maya: User;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, maya, client } = await startAsPowerUser({ givenName: 'Maya' }));
  });

  it('shows how many sessions end, deactivates the person and activates them again', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna' });
    const theirs = await logInLocally(anteroom, 'anna.berg');
    const path = `${LIST}/${anna.id}`;
    expect((await client.get(`${path}/deactivation`)).text).to.contain('1 session will end immediately');
    const done = await client.post(`${path}/deactivation`);
    expect((await client.follow(done)).text).to.contain('Anna is deactivated');
    expect((await theirs.get('/')).location).to.equal('/login');
    await client.post(`${path}/activation`);
    await logInLocally(anteroom, 'anna.berg');
  });

  it('asks people who deactivate themselves to confirm, and keeps the last Power User', async () => {
    const path = `${LIST}/${maya.id}/deactivation`;
    expect((await client.get(path)).text)
      .to.contain('This is the last active Power User.')
      .and.not.to.contain('btn-danger');
    const last = await client.post(path, { myself: 'on' });
    expect(last.status).to.equal(422);
    expect(last.text).to.contain('This is the last active Power User.');
    await addPerson(anteroom.deps, { userName: 'other', userType: 'Power User' });
    expect((await client.get(path)).text)
      .to.contain('This is you')
      .and.to.contain('btn-danger');
    expect((await client.post(path)).text).to.contain('you are about to lock yourself out');
    expect((await client.post(path, { myself: 'on' })).status).to.equal(303);
    expect((await client.get(LIST)).status).to.equal(303);
  });
});
