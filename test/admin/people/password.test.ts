import { expect } from 'chai';
import { LAST_WITH_PASSWORD } from '../../../src/people/lastPowerUser.ts';
import { setPassword } from '../../../src/people/localPassword.ts';
import { findUsersByUserNameOrEmail } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, testPassword } from '../../support/anteroom.ts';
import { type Client, logInLocally, startAsPowerUser } from '../../support/client.ts';

const LIST = '/settings/people';

describe('admin/people/password', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser({ givenName: 'Maya' }));
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

  it('does not offer to remove the password of the last Power User who has one', async () => {
    const [maya] = await findUsersByUserNameOrEmail(anteroom.deps.store.db, 'maya.koch');
    const path = `${LIST}/${maya?.id}/password`;
    const { text } = await client.get(path);
    expect(text).to.not.contain('Remove password');
    expect(text).to.contain(`The password cannot be removed. ${LAST_WITH_PASSWORD}`);
    expect((await client.post(path, { action: 'remove' })).status).to.equal(422);
    const other = await addPerson(anteroom.deps, { userName: 'anna.berg', userType: 'Power User' });
    await setPassword(anteroom.deps, other.id, testPassword);
    expect((await client.get(path)).text).to.contain('Remove password');
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
