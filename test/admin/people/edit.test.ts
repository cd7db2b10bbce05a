import { expect } from 'chai';
import { changeOwnership } from '../../../src/sources/ownership.ts';
import { addSource, setSourceActive } from '../../../src/sources/profileSources.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, type Reply, startAsPowerUser } from '../../support/client.ts';
import { updateUser } from '../../support/rows.ts';
import { errorOf, fieldsOfForm } from '../support/formFields.ts';

describe('admin/people/edit', () => {
  let anteroom: Anteroom;
  let client: Client;
  let maya: User;
  let anna: User;
  let path: string;

  beforeEach(async () => {
    ({ anteroom, maya, client } = await startAsPowerUser({ givenName: 'Maya' }));
    anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna', email: 'anna@acme.com' });
    path = `/settings/people/${anna.id}`;
  });

  it('saves and shows every type of attribute', async () => {
    const entered = {
      pronouns: 'she/her',
      division: 'North',
      timezone: 'Europe/Berlin',
      locale: 'de_DE',
      dateOfBirth: '1990-02-28',
      bio: 'One line.\r\nAnother.',
      profileUrl: 'https://anna.example',
      manager: 'maya.koch',
      photo: 'data:image/png;base64,iVBORw0KGgo=',
      omitFromSearch: 'on',
      'emails.1.value': 'anna@home.example',
      'emails.1.type': 'home',
      'emails.primary': '1',
      'phoneNumbers.0.value': '+49 30 1',
      'phoneNumbers.0.type': 'work',
      'addresses.0.streetAddress': 'Unter den Linden 1',
      'addresses.0.locality': 'Berlin',
    };
    const saved = await save({ ...(await form()), ...entered });
    expect(saved.status).to.equal(303);
    const user = await stored();
    expect(user.email).to.equal('anna@home.example');
    expect(user.profile).to.deep.equal({
      emails: [
        { value: 'anna@acme.com', type: 'work' },
        { value: 'anna@home.example', type: 'home', primary: true },
      ],
      phoneNumbers: [{ value: '+49 30 1', type: 'work' }],
      addresses: [
        {
          formatted: 'Unter den Linden 1\nBerlin',
          type: 'work',
          streetAddress: 'Unter den Linden 1',
          locality: 'Berlin',
        },
      ],
      photos: [{ type: 'photo', value: 'data:image/png;base64,iVBORw0KGgo=' }],
      enterprise: { division: 'North', manager: { value: maya.id } },
      interact: { pronouns: 'she/her', dateOfBirth: '1990-02-28', bio: 'One line.\nAnother.', omitFromSearch: true },
      timezone: 'Europe/Berlin',
      locale: 'de_DE',
      profileUrl: 'https://anna.example',
    });
    expect((await client.follow(await save(await form()))).text).to.contain('No changes to save.');
  });

  it('removes emptied values, and keeps attributes that no form shows', async () => {
    await give({ profile: { roles: [{ value: 'editor' }], interact: { bio: 'Old' }, phoneNumbers: [{ value: '1' }] } });
    await save({ ...(await form()), bio: '', 'phoneNumbers.0.value': '' });
    expect((await stored()).profile).to.deep.equal({
      roles: [{ value: 'editor' }],
      emails: [{ value: 'anna@acme.com', type: 'work', primary: true }],
    });
  });

  it('shows all errors at once, each at its field, and keeps the input', async () => {
    const entered = {
      userName: '',
      timezone: 'Mars/North',
      locale: '?',
      jobStartDate: '2026-02-30',
      profileUrl: 'javascript:alert(1)',
      photo: 'http://photos.example/a.png',
      manager: 'nobody at all',
      'emails.0.value': 'no address',
      'phoneNumbers.0.value': '9'.repeat(1_025),
    };
    const refused = await save({ ...(await form()), ...entered });
    expect(refused.status).to.equal(422);
    for (const name of ['userName', 'timezone', 'locale', 'jobStartDate', 'profileUrl', 'photo', 'manager'])
      expect(refused.text, name).to.contain(`id="${name}-error"`);
    expect(refused.text).to.contain('id="emails.0-error"').and.to.contain('id="phoneNumbers.0-error"');
    expect(refused.text).to.contain('value="Mars/North"').and.to.contain('value="no address"');
    expect((await stored()).version).to.equal(1);
  });

  it('refuses a user name that is taken, at its field', async () => {
    const refused = await save({ ...(await form()), userName: 'MAYA.koch' });
    expect(refused.status).to.equal(422);
    expect(errorOf(refused.text, 'userName')).to.equal('This user name is already taken.');
    expect(await stored()).to.include({ userName: 'anna.berg', version: 1 });
    expect((await save({ ...(await form()), userName: 'ANNA.berg' })).status).to.equal(303);
  });

  it('does not check values that did not change', async () => {
    await give({ profile: { timezone: 'Somewhere', interact: { dateOfBirth: '1990-01-01T00:00:00Z' } } });
    expect((await save({ ...(await form()), title: 'Clerk' })).status).to.equal(303);
    expect((await stored()).profile.timezone).to.equal('Somewhere');
  });

  it('finds a manager by words, and asks to select one of several', async () => {
    const ben = await addPerson(anteroom.deps, { userName: 'ben.tal', givenName: 'Ben', familyName: 'Tal' });
    await addPerson(anteroom.deps, { userName: 'ben.lund', givenName: 'Ben', familyName: 'Lund' });
    const asked = await save({ ...(await form()), manager: 'ben' });
    expect(asked.status).to.equal(422);
    expect(asked.text).to.contain('Several people match. Select one.');
    await save({ ...fieldsOfForm(asked.text, path), 'manager.id': ben.id });
    expect((await stored()).profile.enterprise?.manager).to.deep.equal({ value: ben.id });
    await save({ ...(await form()), manager: 'lund' });
    expect((await stored()).profile.enterprise?.manager).not.to.deep.equal({ value: ben.id });
    expect((await save({ ...(await form()), manager: 'anna.berg' })).text).to.contain(
      'A person cannot be their own manager.',
    );
    await save({ ...(await form()), manager: '' });
    expect((await stored()).profile.enterprise).to.equal(undefined);
  });

  it('shows what a profile source owns as text, once with its name in a section, and changes everything else', async () => {
    const id = await manage(['title', 'manager', 'emails', 'userType', 'omitFromSearch']);
    await give({ title: 'Clerk', profile: { enterprise: { manager: { value: maya.id } } } });
    const page = (await client.get(path)).text;
    expect(page.split('From <bdi>JumpCloud</bdi>, which owns these fields')).to.have.lengthOf(4); // login, contact, work
    expect(page)
      .to.contain('Clerk')
      .and.to.contain('anna@acme.com (work)')
      .and.to.contain('<bdi>JumpCloud</bdi> can change this too.');
    expect(page).to.contain(`/settings/profile-sources/scim/${id}/attributes`);
    for (const name of ['userName', 'title', 'manager', 'emails.0.value'])
      expect(page, name).not.to.contain(`name="${name}"`);
    const entered = {
      title: 'Boss',
      manager: 'anna.berg',
      'emails.0.value': 'x@y.z',
      userName: 'x',
      userType: 'Non Intranet User',
    };
    const saved = await save({ ...(await form()), ...entered, omitFromSearch: 'on', bio: 'Likes trains.' });
    expect((await client.follow(saved)).text).to.contain('Saved: bio, user type, hide from search.');
    const user = await stored();
    expect([user.userName, user.title, user.email]).to.deep.equal(['anna.berg', 'Clerk', 'anna@acme.com']);
    expect(user.userType).to.equal('Non Intranet User');
    expect(user.profile.interact).to.deep.equal({ omitFromSearch: true, bio: 'Likes trains.' });
    expect(user.profile.enterprise).to.deep.equal({ manager: { value: maya.id } });
  });

  it('shows errors of the open fields of a managed person', async () => {
    await manage(['title', 'manager']);
    await give({ title: 'Clerk' });
    const refused = await save({ ...(await form()), timezone: 'Mars/North', title: '' });
    expect([refused.status, errorOf(refused.text, 'userName')]).to.deep.equal([422, '']);
    expect(errorOf(refused.text, 'timezone')).to.match(/^Enter a time zone/);
    expect(refused.text).to.contain('Clerk');
  });

  it('opens everything but the user name while the source is disabled', async () => {
    const id = await manage(['title']);
    await setSourceActive(anteroom.deps, id, false);
    await save({ ...(await form()), title: 'Boss', userName: 'x' });
    expect(await stored()).to.include({ title: 'Boss', userName: 'anna.berg' });
  });

  it('ignores hostile line counts and field names', async () => {
    const hostile = { 'emails.lines': '1e9', 'phoneNumbers.lines': '-4', 'addresses.lines': 'x', __proto__: 'y' };
    expect((await save({ ...(await form()), ...hostile })).status).to.equal(303);
  });

  it('reports a change by someone else, keeps the input, and saves it on request', async () => {
    const mine = fieldsOfForm((await client.get(path)).text, path);
    await client.post(path, { ...mine, department: 'Sales' });
    const stale = await client.post(path, { ...mine, department: 'IT' });
    expect(stale.status).to.equal(409);
    expect(stale.text).to.contain('This person was changed while you were editing').and.to.contain('Stored now: Sales');
    const again = await client.post(path, { ...mine, ...fieldsOfForm(stale.text, path) });
    expect((await client.follow(again)).text)
      .to.contain('Saved: department.')
      .and.to.contain('value="IT"');
  });

  it('asks Power Users to confirm before they give up their own access', async () => {
    await addPerson(anteroom.deps, { userName: 'other', userType: 'Power User' });
    const path = `/settings/people/${maya.id}`;
    const mine = { ...fieldsOfForm((await client.get(path)).text, path), userType: 'Intranet User' };
    const asked = await client.post(path, mine);
    expect(asked.status).to.equal(422);
    expect(asked.text).to.contain('This is you.').and.to.contain('name="givesUpPower"');
    expect((await client.post(path, { ...mine, givesUpPower: 'on' })).status).to.equal(303);
    expect((await client.get('/settings/people')).status).to.equal(403);
  });

  async function form(): Promise<Record<string, string>> {
    return fieldsOfForm((await client.get(path)).text, path);
  }

  function save(fields: Record<string, string>): Promise<Reply> {
    return client.post(path, fields);
  }

  async function stored(): Promise<User> {
    const user = await findUser(anteroom.deps.store.db, anna.id);
    if (!user) throw new Error('nobody');
    return user;
  }

  async function manage(added: string[]): Promise<string> {
    const source = await addSource(anteroom.deps, { name: 'JumpCloud' });
    if (!source.ok) throw new Error('no source');
    await changeOwnership(anteroom.deps, source.value.clientId, { added });
    await give({ sourceId: source.value.clientId });
    return source.value.clientId;
  }

  async function give(changes: Partial<User>): Promise<void> {
    const user = await stored();
    await updateUser(anteroom.deps.store.db, { ...user, ...changes }, user.version);
  }
});
