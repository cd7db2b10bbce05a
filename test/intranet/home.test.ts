import { expect } from 'chai';
import { type Anteroom, addPerson, startAnteroom } from '../support/anteroom.ts';
import { logInLocally } from '../support/client.ts';

describe('intranet/home', () => {
  let anteroom: Anteroom;

  beforeEach(async () => {
    anteroom = await startAnteroom();
  });

  it('welcomes a person by name, and offers Application Settings only to Power Users', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna' });
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    const anna = (await (await logInLocally(anteroom, 'anna.berg')).get('/')).text;
    expect(anna).to.contain('Welcome, Anna').and.not.to.contain('Application Settings');
    const maya = (await (await logInLocally(anteroom)).get('/')).text;
    expect(maya).to.contain('Welcome, maya.koch').and.to.contain('Application Settings');
  });

  it('requires a login', async () => {
    const response = await fetch(`${anteroom.url}/`, { redirect: 'manual' });
    expect(response.headers.get('location')).to.equal('/login');
  });
});
