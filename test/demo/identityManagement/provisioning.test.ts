import { expect } from 'chai';
import type { Person } from '../../../demo/directory/types.ts';
import { addIntranet, startTestProvider, type TestProvider } from '../support/portal.ts';
import { type Call, type ScimServer, startScimServer } from '../support/scimServer.ts';

describe('Identity Management in Cloud Directory', () => {
  let provider: TestProvider;
  let scim: ScimServer;
  let id: string;

  beforeEach(async () => {
    provider = await startTestProvider();
    scim = await startScimServer();
    id = await addIntranet(provider, { groups: [] });
  });

  async function activate(fields: Record<string, string> = {}) {
    const tab = await provider.admin.get(`/admin/applications/${id}/identity-management`);
    const configured = await provider.admin.submit(tab, '/identity-management', {
      action: 'configure',
      manageGroups: 'on',
    });
    const typed = { action: 'activate', manageGroups: 'on', baseUrl: `${scim.baseUrl}/`, token: scim.token };
    return provider.admin.submit(configured, '/identity-management', { ...typed, ...fields });
  }

  async function bind(...names: string[]) {
    const tab = await provider.admin.get(`/admin/applications/${id}/user-groups`);
    const groups = provider.state.groups.filter((group) => names.includes(group.name)).map((group) => group.id);
    return provider.admin.submit(tab, '/user-groups', { groups });
  }

  function personOf(username: string): Person {
    const found = provider.state.people.find((person) => person.username === username);
    if (!found) throw new Error(`There is no ${username}.`);
    return found;
  }

  async function savePerson(person: Person, changes: Record<string, string>) {
    const { id: _id, active: _active, passwordHash: _hash, ...properties } = person;
    const page = await provider.admin.get(`/admin/users/${person.id}`);
    return provider.admin.submit(page, `/users/${person.id}`, { ...properties, ...changes });
  }

  async function saveGroup(name: string, changes: Record<string, string | string[]>) {
    const group = provider.state.groups.find((one) => one.name === name);
    const page = await provider.admin.get(`/admin/groups/${group?.id}`);
    const fields = { name, memberIds: group?.memberIds ?? [], ...changes };
    return provider.admin.submit(page, `/groups/${group?.id}`, fields);
  }

  async function postTo(path: string) {
    return provider.admin.submit(await provider.admin.get(path.replace(/\/\w+$/, '')), path);
  }

  function eventNames(): string[] {
    return provider.state.events.map((event) => `${event.name} ${event.success ? 'success' : 'failure'}`);
  }

  it('verifies the connection with a test user and a test group, and deletes both', async () => {
    const page = await activate();
    expect(page.text).to.contain('successfully verified');
    expect(scim.take().map((call) => `${call.method} ${call.path.replace(/-\d+$/, '')}`)).to.deep.equal([
      'GET /Users?startIndex=1&count=1',
      'GET /Groups?startIndex=1&count=1',
      'POST /Users',
      'PATCH /Users/users',
      'POST /Groups',
      'PATCH /Groups/groups',
      'DELETE /Groups/groups',
      'DELETE /Users/users',
    ]);
    expect([scim.users.size, scim.groups.size]).to.deep.equal([0, 0]);
    expect(eventNames()).to.deep.equal(['idm_integration_activate success']);
  });

  for (const [what, fields, message] of [
    ['a wrong token', { token: 'wrong' }, '401: the Token Key was refused.'],
    ['a missing token', { token: '' }, 'Paste the token from the application.'],
    [
      'an address that still has the placeholder',
      { baseUrl: 'https://YOUR_SUBDOMAIN/api/v2/scim/v2' },
      'Replace YOUR_SUBDOMAIN',
    ],
    ['an address that cannot be reached', { baseUrl: 'http://127.0.0.1:1/scim' }, 'Could not connect to'],
  ] as const)
    it(`explains ${what}`, async () => {
      const page = await activate(fields);
      expect(page.status).to.equal(422);
      expect(page.text).to.contain(message).and.not.to.contain('token-1');
      expect(provider.state.applications[0]?.identityManagement.active).to.equal(false);
    });

  it('creates the members of a bound group, then the group', async () => {
    await activate();
    scim.take();
    const page = await bind('Marketing');
    expect(page.text).to.contain('2 changes sent');
    const calls = scim.take();
    expect(calls.map((call) => `${call.method} ${call.path}`)).to.deep.equal([
      'GET /Users?filter=userName eq "anna.berg"&startIndex=1&count=2',
      'POST /Users',
      'GET /Groups?filter=displayName eq "Marketing"&startIndex=1&count=2',
      'POST /Groups',
    ]);
    expect(calls[1]?.body).to.deep.equal({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      active: true,
      userName: 'anna.berg',
      userType: 'Intranet User',
      emails: [{ type: 'work', primary: true, value: 'anna.berg@acme.example' }],
      externalId: 'E-1002',
      name: { givenName: 'Anna', familyName: 'Berg' },
      jobTitle: 'Marketing Lead',
      preferredLanguage: 'en',
      locale: 'en-GB',
      phoneNumbers: [{ type: 'work', primary: true, value: '+49 30 5550 102' }],
      department: 'Marketing',
      organization: 'Acme',
      location: 'Berlin',
      addresses: [
        { type: 'work', primary: true, streetAddress: 'Ackerstraße 12', locality: 'Berlin', region: 'Berlin' },
      ],
    });
    expect(calls[3]?.body).to.have.deep.property('members', [{ value: [...scim.users.keys()][0] }]);
    expect(eventNames().slice(0, 2)).to.deep.equal(['group_create_provision success', 'user_create_provision success']);
  });

  it('updates existing people, and takes over a group of the same name', async () => {
    scim.users.set('u1', { id: 'u1', userName: 'anna.berg' });
    scim.groups.set('g1', { id: 'g1', displayName: 'Marketing' });
    await activate();
    scim.take();
    await bind('Marketing');
    const patches = patchesOf(scim.take());
    expect(patches.map((patch) => patch.path)).to.deep.equal(['/Users/u1', '/Groups/g1']);
    expect(patches[0]?.operations).to.deep.include({ op: 'replace', path: 'name.givenName', value: 'Anna' });
    expect(patches[0]?.operations).to.deep.include({ op: 'replace', path: 'active', value: true });
    expect(patches[1]?.operations).to.deep.equal([{ op: 'add', path: 'members', value: [{ value: 'u1' }] }]);
  });

  it('does not create empty groups', async () => {
    await saveGroup('Marketing', { memberIds: [] });
    await activate();
    scim.take();
    await bind('Marketing');
    expect(scim.take()).to.deep.equal([]);
  });

  describe('after people and groups were sent', () => {
    beforeEach(async () => {
      await activate();
      await bind('Employees', 'Marketing', 'Engineering');
      scim.take();
    });

    it('sends one operation for each changed attribute', async () => {
      await savePerson(personOf('anna.berg'), {
        jobTitle: 'Head of Marketing',
        workCity: '',
        password: 'new-password',
      });
      expect(patchesOf(scim.take())[0]?.operations).to.deep.equal([
        { op: 'replace', path: 'jobTitle', value: 'Head of Marketing' },
        { op: 'remove', path: 'addresses[type eq "work"].locality' },
        { op: 'replace', path: 'password', value: 'new-password' },
      ]);
      expect(provider.state.events[0]?.detail).to.contain('***').and.not.to.contain('new-password');
    });

    it('deactivates a suspended person, and activates them again', async () => {
      const { id: personId } = personOf('ben.okafor');
      await postTo(`/admin/users/${personId}/suspension`);
      expect(patchesOf(scim.take())[0]?.operations).to.deep.equal([{ op: 'replace', path: 'active', value: false }]);
      expect(provider.state.events[0]?.name).to.equal('user_deprovision');
      await postTo(`/admin/users/${personId}/activation`);
      expect(patchesOf(scim.take())[0]?.operations).to.deep.equal([{ op: 'replace', path: 'active', value: true }]);
    });

    it('renames a group, adds members and removes members', async () => {
      const [maya, anna, ben, dora] = provider.state.people.map((person) => person.id);
      const members = [maya, anna, dora].map(String);
      await saveGroup('Engineering', { name: 'Product', memberIds: members });
      const [patch] = patchesOf(scim.take());
      const remote = (personId = '') => provider.state.applications[0]?.identityManagement.people[personId]?.remoteId;
      expect(patch?.operations).to.deep.equal([
        { op: 'replace', path: 'displayName', value: 'Product' },
        { op: 'add', path: 'members', value: [{ value: remote(maya) }, { value: remote(anna) }] },
        { op: 'remove', path: `members[value eq "${remote(ben)}"]` },
      ]);
      await saveGroup('Product', { memberIds: [] });
      const emptied = patchesOf(scim.take())[0]?.operations as { op: string; value: unknown[] }[];
      expect(emptied).to.have.length(1);
      expect(emptied[0]?.value).to.have.length(3);
    });

    it('keeps a group that is no longer bound, and deactivates members of no other group', async () => {
      await bind('Marketing', 'Engineering');
      const calls = patchesOf(scim.take());
      expect(calls).to.have.length(1);
      expect(calls[0]?.operations).to.deep.equal([{ op: 'replace', path: 'active', value: false }]);
      expect(provider.state.events[0]).to.include({ name: 'user_deprovision', subject: 'maya.koch' });
    });

    it('deletes a deleted group, then deactivates members of no other group', async () => {
      await bind('Marketing');
      scim.take();
      const group = provider.state.groups.find((one) => one.name === 'Marketing');
      await postTo(`/admin/groups/${group?.id}/deletion`);
      expect(scim.take().map((call) => call.method)).to.deep.equal(['DELETE', 'PATCH']);
      expect(eventNames().slice(0, 2)).to.deep.equal(['user_deprovision success', 'group_delete_provision success']);
    });

    it('deletes a deleted person', async () => {
      await postTo(`/admin/users/${personOf('anna.berg').id}/deletion`);
      const calls = scim.take();
      expect(calls.map((call) => `${call.method} ${call.path.split('/')[1]}`)).to.deep.equal([
        'PATCH Groups',
        'PATCH Groups',
        'DELETE Users',
      ]);
    });

    it('leaves groups as they are once group management is off, and still updates people', async () => {
      const tab = await provider.admin.get(`/admin/applications/${id}/identity-management`);
      await provider.admin.submit(tab, '/identity-management', { action: 'save' });
      await saveGroup('Marketing', { name: 'Sales' });
      expect(scim.take()).to.deep.equal([]);
      await savePerson(personOf('anna.berg'), { jobTitle: 'Head' });
      expect(scim.take()).to.have.length(1);
      expect(eventNames()).to.include('idm_integration_update success');
    });

    it('removes members who left while group management was off', async () => {
      const save = async (fields: Record<string, string>) => {
        const tab = await provider.admin.get(`/admin/applications/${id}/identity-management`);
        return provider.admin.submit(tab, '/identity-management', { action: 'save', ...fields });
      };
      await save({});
      await saveGroup('Marketing', { memberIds: [] });
      expect(scim.take()).to.deep.equal([]);
      await save({ manageGroups: 'on' });
      const patches = patchesOf(scim.take());
      expect(patches).to.have.lengthOf(1);
      const removed = `members[value eq "${remoteId('anna.berg')}"]`;
      expect(patches[0]?.operations).to.deep.equal([{ op: 'remove', path: removed }]);
    });

    it('deactivates people who left while the connection was off, and sends the others again', async () => {
      const page = await provider.admin.get(`/admin/applications/${id}/identity-management/deactivation`);
      await provider.admin.submit(page, '/deactivation');
      await postTo(`/admin/users/${personOf('anna.berg').id}/suspension`);
      await savePerson(personOf('ben.okafor'), { jobTitle: 'Lead', workCity: '' });
      expect(scim.take()).to.deep.equal([]);
      const preview = await provider.admin.get(`/admin/applications/${id}/identity-management/preview`);
      expect(preview.text).to.contain('user_deprovision').and.to.contain('anna.berg').and.to.contain('Lead');
      await activate();
      const patches = patchesOf(scim.take());
      const sentTo = (name: string) => patches.find(({ path }) => path === `/Users/${remoteId(name)}`)?.operations;
      expect(sentTo('anna.berg')).to.deep.equal([{ op: 'replace', path: 'active', value: false }]);
      expect(sentTo('ben.okafor')).to.deep.include({ op: 'replace', path: 'jobTitle', value: 'Lead' });
      expect(sentTo('ben.okafor')).to.deep.include({ op: 'remove', path: 'addresses[type eq "work"].locality' });
      expect(sentTo('maya.koch')).to.have.length.above(5);
    });

    it('creates people and groups again that were lost while the connection was off', async () => {
      const page = await provider.admin.get(`/admin/applications/${id}/identity-management/deactivation`);
      await provider.admin.submit(page, '/deactivation');
      const [users, groups] = [scim.users.size, scim.groups.size];
      scim.users.clear();
      scim.groups.clear();
      await activate();
      expect([scim.users.size, scim.groups.size]).to.deep.equal([users, groups]);
    });

    const remoteId = (username: string) =>
      provider.state.applications[0]?.identityManagement.people[personOf(username).id]?.remoteId;

    it('reports a failure, and retries with the next change', async () => {
      scim.failing = { status: 500 };
      const page = await savePerson(personOf('anna.berg'), { jobTitle: 'Head' });
      expect(page.text).to.contain('1 of 1 change could not be sent');
      expect(provider.state.events[0]).to.include({
        name: 'user_update_provision',
        success: false,
        detail: '500: Out of order.',
      });
      scim.failing = undefined;
      scim.take();
      await savePerson(personOf('ben.okafor'), { jobTitle: 'Lead' });
      expect(patchesOf(scim.take()).map((patch) => patch.operations)).to.deep.equal([
        [{ op: 'replace', path: 'jobTitle', value: 'Head' }],
        [{ op: 'replace', path: 'jobTitle', value: 'Lead' }],
      ]);
    });

    it('creates a person again who was deleted at the application, and restores memberships', async () => {
      const anna = personOf('anna.berg');
      const remoteId = provider.state.applications[0]?.identityManagement.people[anna.id]?.remoteId ?? '';
      scim.users.delete(remoteId);
      await savePerson(anna, { jobTitle: 'Head' });
      expect(scim.take().map((call) => `${call.method} ${call.path.split(/[/?]/)[1]}`)).to.deep.equal([
        'PATCH Users',
        'GET Users',
        'POST Users',
        'PATCH Groups',
        'PATCH Groups',
      ]);
    });

    it('stops when the connection is deactivated', async () => {
      const page = await provider.admin.get(`/admin/applications/${id}/identity-management/deactivation`);
      const done = await provider.admin.submit(page, '/deactivation');
      expect(done.text).to.contain('The IdM connection was deactivated.');
      await savePerson(personOf('anna.berg'), { jobTitle: 'Head' });
      expect(scim.take()).to.deep.equal([]);
      expect(provider.state.applications[0]?.identityManagement.token).to.equal('');
      expect(eventNames()[0]).to.equal('idm_integration_delete success');
    });

    it('replaces the token after verifying the new one', async () => {
      scim.token = 'token-2';
      const tab = await provider.admin.get(`/admin/applications/${id}/identity-management`);
      const refused = await provider.admin.submit(tab, '/identity-management', { action: 'token', token: 'token-3' });
      expect(refused.status).to.equal(422);
      await provider.admin.submit(tab, '/identity-management', { action: 'token', token: 'token-2' });
      expect(eventNames().slice(0, 2)).to.deep.equal([
        'idm_integration_reauth success',
        'idm_integration_reauth failure',
      ]);
    });
  });

  it('shows what would be sent, before and after the connection, and sends nothing', async () => {
    await bind('Marketing');
    const preview = async () =>
      (await provider.admin.get(`/admin/applications/${id}/identity-management/preview`)).text;
    expect(await preview())
      .to.contain('user_create_provision')
      .and.to.contain('anna.berg')
      .and.to.contain('1 step<');
    await activate();
    expect(await preview())
      .to.contain('Nothing to send')
      .and.to.contain('0 steps');
    scim.failing = { status: 500 };
    await savePerson(personOf('anna.berg'), { jobTitle: 'Head' });
    scim.take();
    const waiting = await preview();
    expect(waiting).to.contain('user_update_provision').and.to.contain('jobTitle').and.to.contain('1 step<');
    expect(scim.take()).to.deep.equal([]);
  });

  it('imports the selected users, and shows new ones first or only those', async () => {
    scim.users.set('u1', { id: 'u1', userName: 'anna.berg' });
    scim.users.set('u2', {
      id: 'u2',
      userName: 'gus',
      title: 'Cook',
      emails: [{ value: 'gus@acme.example' }],
      name: { givenName: 'Gus' },
    });
    scim.users.set('u3', { id: 'u3', userName: 'hal' });
    await activate();
    const all = await provider.admin.get(`/admin/applications/${id}/import`);
    expect(all.text.indexOf('gus@acme.example')).to.be.lessThan(all.text.indexOf('anna.berg'));
    expect((await provider.admin.get(`/admin/applications/${id}/import?filter=new`)).text).not.to.contain('anna.berg');
    const done = await provider.admin.submit(all, '/import', { selected: ['u1', 'u2', 'u3'] });
    expect(done.text).to.contain('Import results').and.to.contain('Enter an e-mail address');
    expect(provider.state.people.at(-1)).to.include({
      username: 'gus',
      firstname: 'Gus',
      jobTitle: 'Cook',
      passwordHash: '',
    });
    expect(provider.state.people).to.have.length(6);
  });

  it('reads all pages of users', async () => {
    for (let number = 0; number < 230; number += 1)
      scim.users.set(`u${number}`, { id: `u${number}`, userName: `user${number}` });
    await activate();
    const page = await provider.admin.get(`/admin/applications/${id}/import`);
    expect(page.text).to.contain('230 users in Intranet, 230 of them new.');
  });

  it('filters Directory Insights', async () => {
    await activate();
    await bind('Marketing');
    const page = await provider.admin.get('/admin/insights?name=user_create_provision&outcome=success&search=anna');
    expect(page.text).to.contain('1 event<').and.to.contain('anna.berg');
  });
});

function patchesOf(calls: Call[]): { path: string; operations: unknown[] }[] {
  return calls
    .filter((call) => call.method === 'PATCH')
    .map((call) => ({ path: call.path, operations: (call.body as { Operations: unknown[] }).Operations }));
}
