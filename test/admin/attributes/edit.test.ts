import { expect } from 'chai';
import { personInputOf } from '../../../src/people/form.ts';
import { changePerson } from '../../../src/people/users.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { addAttributes, everyType } from '../../support/customAttributes.ts';
import { errorOf, fieldsOfForm } from '../support/formFields.ts';

const NEW = '/settings/attributes/new';

describe('admin/attributes', () => {
  let anteroom: Anteroom;
  let client: Client;
  let maya: User;

  beforeEach(async () => {
    ({ anteroom, maya, client } = await startAsPowerUser({ displayName: 'Maya Koch' }));
  });

  async function withValue(name: string, value: string) {
    const { list } = anteroom.deps.attributes;
    const input = { ...personInputOf(maya, list), [name]: value };
    const saved = await changePerson(anteroom.deps, maya.id, maya.version, input);
    if (!saved.ok) throw new Error(JSON.stringify(saved.errors));
    return saved.value;
  }

  it('adds an attribute, which is on the form of each person at once', async () => {
    expect((await client.get('/settings/attributes')).text).to.contain('No attributes of your own yet');
    const form = fieldsOfForm((await client.get(NEW)).text, NEW);
    const added = await client.post(NEW, { ...form, name: 'costCode', label: 'Cost code' });
    expect((await client.follow(added)).text)
      .to.contain('Added Cost code.')
      .and.to.contain('costCode');
    expect((await client.get('/settings/people/new')).text).to.contain('name="costCode"');
    expect((await client.get('/settings/people/import')).text).to.contain('costCode');
    expect((await client.get('/settings')).text).to.contain('href="/settings/attributes"');
  });

  it('keeps what was typed, with the errors beside the fields', async () => {
    const form = fieldsOfForm((await client.get(NEW)).text, NEW);
    const wrong = { ...form, name: 'title', label: 'Kept', choices: 'S\r\nM', several: 'on' };
    const refused = await client.post(NEW, wrong);
    expect(refused.status).to.equal(422);
    expect(errorOf(refused.text, 'name')).to.contain('title is the name of a standard attribute');
    expect(refused.text).to.contain('value="Kept"').and.to.contain('S\nM');
    const searchable = await client.post(NEW, { ...form, name: 'secret', label: 'S', searchable: 'on' });
    expect(errorOf(searchable.text, 'searchable')).to.contain('Only what everyone sees');
  });

  it('changes an attribute, and refuses what would lose values', async () => {
    const [attribute] = await addAttributes(anteroom.deps, { name: 'level', label: 'Level' });
    const path = `/settings/attributes/${attribute?.id}`;
    await withValue('level', 'high');
    const form = fieldsOfForm((await client.get(path)).text, path);
    const refused = await client.post(path, { ...form, type: 'number', label: 'Grade' });
    expect(errorOf(refused.text, 'type')).to.contain('The value of 1 person would be lost, such as “high”.');
    expect(refused.text).to.contain('value="Grade"').and.to.contain('value="level"');
    const saved = await client.post(path, { ...form, label: 'Grade', name: 'other' });
    expect((await client.follow(saved)).text)
      .to.contain('Saved Grade.')
      .and.to.contain('level');
    const searchable = await client.post(path, { ...form, searchable: 'on' });
    expect(searchable.location).to.match(/^\/settings\/jobs\//);
    expect((await client.follow(searchable)).text).to.contain('1 value was updated.');
    expect((await client.get('/people?q=high')).text).to.contain('Maya Koch');
  });

  it('asks before it removes values, and offers the export', async () => {
    const [attribute] = await addAttributes(anteroom.deps, { name: 'level', label: 'Level' });
    const path = `/settings/attributes/${attribute?.id}/removal`;
    await withValue('level', 'high');
    const page = await client.get(path);
    expect(page.text).to.contain('1 person has a value').and.to.contain('href="/settings/people/export"');
    const refused = await client.post(path, { typed: 'no' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Type level to remove it.');
    const removed = await client.post(path, { typed: 'level' });
    expect((await client.follow(removed)).text).to.contain('1 value was deleted.');
    expect((await findUser(anteroom.deps.store.db, maya.id))?.profile).to.deep.equal({});
    expect((await client.get(path)).status).to.equal(404);
    const [unused] = await addAttributes(anteroom.deps, { name: 'unused', label: 'Unused' });
    const gone = await client.post(`/settings/attributes/${unused?.id}/removal`, {});
    expect((await client.follow(gone)).text).to.contain('Removed Unused.');
  });

  it('saves values of each type on the form, and shows them on the profile to those who may see them', async () => {
    await addAttributes(
      anteroom.deps,
      ...everyType,
      { name: 'hidden', visibleTo: 'powerUsers' },
      { name: 'own', visibleTo: 'self' },
    );
    const anna = await addPerson(anteroom.deps, { userName: 'anna', displayName: 'Anna Berg' });
    const path = `/settings/people/${anna.id}`;
    const form = fieldsOfForm((await client.get(path)).text, path);
    const entered = {
      onetext: 'A-7',
      manytext: 'sailing\r\nchess',
      onenumber: '37.5',
      onechoice: 'Large',
      manychoice: 'Small\nLarge',
      onelink: 'https://acme.example/a',
      manylink: 'https://acme.example/b\r\nhttps://acme.example/c',
      oneperson: 'maya',
      manyperson: 'maya.koch\r\nanna',
      hidden: 'for power users',
      own: 'for me',
    };
    const saved = await client.post(path, { ...form, ...entered });
    expect((await client.follow(saved)).text).to.contain('Saved: onetext, manytext,');
    const again = fieldsOfForm((await client.get(path)).text, path);
    expect(again).to.include({ onetext: 'A-7', onenumber: '37.5', oneperson: 'maya.koch' });
    again.manychoice = 'Small\nLarge'; // boxes of one name
    expect((await client.follow(await client.post(path, again))).text).to.contain('No changes to save.');
    const profile = (await client.get(`/people/${anna.id}`)).text;
    expect(profile)
      .to.contain('A-7')
      .and.to.contain('sailing\nchess')
      .and.to.contain('37.5')
      .and.to.contain('Small\nLarge');
    expect(profile).to.contain(`href="/people/${maya.id}"`).and.to.contain('href="https://acme.example/c"');
    expect(profile).not.to.contain('for power users').and.not.to.contain('for me');
    const wrong = await client.post(path, {
      ...again,
      onenumber: 'x',
      manydate: '2026-01-01\r\n1.1.26',
      manyperson: 'nobody',
    });
    expect(wrong.status).to.equal(422);
    expect(errorOf(wrong.text, 'onenumber')).to.contain('Enter a number such as 12 or -3.5, with at most 15 digits.');
    expect(errorOf(wrong.text, 'manydate')).to.contain('“1.1.26”: Enter a date');
    expect(errorOf(wrong.text, 'manyperson')).to.contain('“nobody”: No person matches.');
    expect(wrong.text).to.contain('nobody</textarea>');
  });

  it('lets people change on their profile what is open to them, and nothing else', async () => {
    await addAttributes(
      anteroom.deps,
      { name: 'buddy', type: 'person', selfEditable: true },
      { name: 'shirt', type: 'choice', choices: ['S', 'M'], selfEditable: true, visibleTo: 'self' },
      { name: 'grade' },
    );
    const page = (await client.get('/profile/edit')).text;
    expect(page).to.contain('name="buddy"').and.to.contain('name="shirt"').and.not.to.contain('name="grade"');
    const form = fieldsOfForm(page, '/profile/edit');
    const unknown = await client.post('/profile/edit', { ...form, buddy: 'nobody' });
    expect(errorOf(unknown.text, 'buddy')).to.contain('No person matches.');
    await client.post('/profile/edit', { ...form, buddy: 'maya.koch', shirt: 'M', grade: '9' });
    const profile = (await client.get('/profile')).text;
    expect(profile).to.contain(`href="/people/${maya.id}"`).and.to.contain('M');
    expect(Object.values((await findUser(anteroom.deps.store.db, maya.id))?.profile.custom ?? {})).to.deep.equal([
      { value: maya.id },
      'M',
    ]);
  });
});
