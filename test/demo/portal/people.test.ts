import { expect } from 'chai';
import { createBrowser } from '../support/browser.ts';
import { addIntranet, logIn, startTestProvider, type TestProvider } from '../support/portal.ts';

describe('User Management in the Admin Portal', () => {
  let provider: TestProvider;

  beforeEach(async () => {
    provider = await startTestProvider();
  });

  it('adds a person who can log in, and refuses a taken user name', async () => {
    const { admin, state } = provider;
    const form = await admin.get('/admin/users/new');
    const fields = { username: 'Anna.Berg', email: 'fay@acme.example', firstname: 'Fay', password: 'cloud-demo' };
    const refused = await admin.submit(form, '/users/new', fields);
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('This user name is already taken.').and.to.contain('value="Fay"');
    await admin.submit(form, '/users/new', { ...fields, username: 'fay' });
    expect(state.people.at(-1)?.username).to.equal('fay');
    const browser = createBrowser(provider.url);
    expect((await logIn(browser, await browser.get('/console/login'), 'fay')).url).to.equal(`${provider.url}/console`);
  });

  it('changes a person', async () => {
    const person = provider.state.people.find((one) => one.username === 'ben.okafor');
    const page = await provider.admin.get(`/admin/users/${person?.id}`);
    await provider.admin.submit(page, `/users/${person?.id}`, {
      username: 'ben',
      email: 'ben@acme.example',
      jobTitle: 'Lead',
    });
    expect(person).to.include({ username: 'ben', jobTitle: 'Lead', active: true });
  });

  it('ends the session of a suspended person', async () => {
    const anna = provider.state.people.find((one) => one.username === 'anna.berg');
    const browser = createBrowser(provider.url);
    await logIn(browser, await browser.get('/console/login'), 'anna.berg');
    await provider.admin.submit(await provider.admin.get(`/admin/users/${anna?.id}`), '/suspension');
    const login = await browser.get('/console');
    expect(login.url).to.contain('/console/login');
    expect((await logIn(browser, login, 'anna.berg')).status).to.equal(422);
  });

  it('shows a tile to members of a bound group', async () => {
    const { admin, state } = provider;
    await addIntranet(provider, { groups: ['Marketing'] });
    const group = state.groups.find((one) => one.name === 'Marketing');
    const browser = createBrowser(provider.url);
    expect((await logIn(browser, await browser.get('/console/login'), 'anna.berg')).text).to.contain('Intranet');
    await admin.submit(await admin.get(`/admin/groups/${group?.id}`), `/groups/${group?.id}`, { name: 'Sales' });
    expect(group).to.include({ name: 'Sales' });
    expect((await browser.get('/console')).text).to.contain('No applications are assigned to you');
  });

  it('deletes a group and its bindings', async () => {
    const { admin, state } = provider;
    await addIntranet(provider, { groups: ['Employees', 'Marketing'] });
    const group = state.groups.find((one) => one.name === 'Marketing');
    await admin.submit(await admin.get(`/admin/groups/${group?.id}`), '/deletion');
    expect(state.groups.map((one) => one.name)).not.to.contain('Marketing');
    expect(state.applications[0]?.groupIds).to.have.length(1);
  });
});
