import { expect } from 'chai';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';

const LIST = '/settings/people';

describe('admin/people/remove', () => {
  let anteroom: Anteroom;
  let maya: User;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    maya = await addPerson(anteroom.deps, { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' });
    client = await logInLocally(anteroom);
  });

  it('deletes a person after their user name was typed', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const path = `${LIST}/${anna.id}/removal`;
    const refused = await client.post(path, { typed: 'maya.koch' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Type anna.berg to delete this person.');
    expect((await client.post(path, { typed: 'anna.berg' })).location).to.equal(LIST);
    expect((await client.get(`${LIST}/${anna.id}`)).status).to.equal(404);
    expect((await client.get(`${LIST}/${maya.id}/removal`)).text)
      .to.contain('last active Power User')
      .and.not.to.contain('Delete permanently');
    expect((await client.post(`${LIST}/${maya.id}/removal`, { typed: 'maya.koch' })).text).to.contain(
      'last active Power User',
    );
  });
});
