import { expect } from 'chai';
import { addPerson, startAnteroom } from '../support/anteroom.ts';
import { logInLocally } from '../support/client.ts';

describe('intranet/profile', () => {
  it('shows a person their data and how they logged in', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'anna.berg', costCenter: 'CC-7', dateOfBirth: '1990-04-01' });
    const page = (await (await logInLocally(anteroom, 'anna.berg')).get('/profile')).text;
    expect(page).to.contain('CC-7').and.to.contain('1990-04-01').and.to.contain('User name and password');
  });
});
