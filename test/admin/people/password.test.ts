import { expect } from 'chai';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';

const LIST = '/settings/people';

describe('admin/people/password', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' });
    client = await logInLocally(anteroom);
  });

  it('sets and removes a local password', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const path = `${LIST}/${anna.id}/password`;
    expect((await client.post(path, { action: 'set', password: 'short' })).status).to.equal(422);
    expect((await client.post(path, { action: 'remove' })).status).to.equal(303);
    expect((await client.get(path)).text).to.not.contain('Remove password');
    const entered = await logInLocally(anteroom, 'anna.berg').catch((error: Error) => error.message);
    expect(entered).to.equal('anna.berg could not log in: 422');
  });

  it('sets whether the person must choose a new one', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const path = `${LIST}/${anna.id}/password`;
    const short = await client.post(path, { action: 'set', password: 'short', mustChoose: 'on' });
    expect(short.text).to.match(/name="mustChoose" checked/);
    await client.post(path, { action: 'set', password: testPassword, mustChoose: 'on' });
    expect((await client.get(path)).text).to.match(/name="mustChoose" checked/);
    expect((await (await logInLocally(anteroom, 'anna.berg')).get('/')).location).to.match(/^\/profile\/password/);
    await client.post(path, { action: 'set', password: testPassword });
    expect((await (await logInLocally(anteroom, 'anna.berg')).get('/')).status).to.equal(200);
  });
});
