import { expect } from 'chai';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, logInLocally, startAsPowerUser } from '../../support/client.ts';

const LIST = '/settings/people';

describe('admin/people/remove', () => {
  let anteroom: Anteroom;
  let maya: User;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, maya, client } = await startAsPowerUser({ givenName: 'Maya' }));
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

  it('takes a person out of the logs too, if that is ticked, and shows what is stored before', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    await logInLocally(anteroom, 'anna.berg');
    const data = await client.get(`${LIST}/${anna.id}/data`);
    expect(data.headers.get('content-disposition')).to.equal('attachment; filename=person.json');
    expect(JSON.parse(data.text).logins).to.have.length(1);
    const path = `${LIST}/${anna.id}/removal`;
    expect((await client.post(path, { typed: '', erase: 'on' })).text).to.match(/name="erase" checked/);
    const done = await client.follow(await client.post(path, { typed: 'anna.berg', erase: 'on' }));
    expect(done.text).to.contain('is deleted, also from the logs.');
    expect((await client.get('/settings/security/activity')).text).to.not.contain('anna.berg');
  });

  it('shows everyone what is stored about them, and nobody else', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const employee = await logInLocally(anteroom, 'anna.berg');
    expect(JSON.parse((await employee.get('/profile/data')).text).person.userName).to.equal('anna.berg');
    expect((await employee.get(`${LIST}/${anna.id}/data`)).status).to.equal(403);
  });
});
