import { expect } from 'chai';
import { getProvider, removeProvider } from '../../../src/federation/providers.ts';
import { findGroup, insertGroup } from '../../../src/store/groups.ts';
import { insertLoginActivity } from '../../../src/store/loginActivity.ts';
import { insertLoginTest, writeTestResult } from '../../../src/store/loginTests.ts';
import { addPerson } from '../../support/anteroom.ts';
import { logInLocally } from '../../support/client.ts';
import { aLoginTest, anActivity, aUser, insertUser } from '../../support/rows.ts';
import { importOkta, openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

const form = {
  lines: '3',
  create: 'on',
  'required.attribute': 'memberOf',
  'required.values': ' Intranet \r\nEditors\r\n\r\nIntranet',
  '0.from': 'mail',
  '0.to': 'email',
  '2.from': ' givenName ',
  '2.to': 'givenName',
};

describe('admin/saml/providerPeople', () => {
  let settings: SamlSettings;
  let id: string;
  let path: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    id = await importOkta(settings);
    path = `${settings.providers}/${id}/people`;
  });

  it('is off at first, and saves what is entered', async () => {
    const { client } = settings;
    expect((await client.get(`${settings.providers}/${id}`)).text).to.contain(`${path}"`);
    expect((await client.get(path)).text)
      .to.contain('Create people at their first login')
      .and.not.match(/name="(create|update)" checked/)
      .and.not.contain('alert-warning');
    const saved = await client.post(path, form);
    expect(saved.status).to.equal(303);
    expect(await stored()).to.deep.equal({
      create: true,
      update: false,
      userNameFrom: '',
      mapping: [
        { from: 'mail', to: 'email' },
        { from: 'givenName', to: 'givenName' },
      ],
      required: { attribute: 'memberOf', values: ['Intranet', 'Editors'] },
      powerUser: { attribute: '', values: [] },
      groupsFrom: '',
    });
    expect((await client.get(path)).text)
      .to.match(/name="create" checked/)
      .and.contain('Intranet\nEditors');
  });

  it('shows errors beside their fields and keeps what was typed', async () => {
    const cases: [Record<string, string>, string, string][] = [
      [{ 'required.values': '' }, 'required.values', 'Enter at least one value.'],
      [{ 'required.attribute': '' }, 'required.attribute', 'Enter the attribute that has these values.'],
      [{ 'powerUser.attribute': 'x' }, 'powerUser.values', 'Enter at least one value.'],
      [{ '0.to': 'userType' }, '0.to', 'Select where it goes.'],
      [{ '0.to': '' }, '0.to', 'Select where it goes.'],
      [{ '0.from': '' }, '0.from', 'Enter the name of an attribute'],
      [{ '2.to': 'email' }, '1.to', 'one of the values would be lost'],
      [{ '0.from': 'a\u0007' }, '0.from', 'Control characters'],
      [{ userNameFrom: 'x'.repeat(513) }, 'userNameFrom', 'Use at most 512 characters.'],
    ];
    for (const [changes, where, sentence] of cases) {
      const { status, text } = await settings.client.post(path, { ...form, ...changes });
      expect(
        [status, text.includes(`id="${where}-error">${sentence}`) || text.includes(sentence)],
        where,
      ).to.deep.equal([422, true]);
      expect(text, where).to.contain(`id="${where}-error"`).and.contain('givenName');
    }
    expect(await stored()).to.equal(undefined);
  });

  it('warns of rules that let everybody in, or nobody, and previews the person of the last Test login', async () => {
    const { client } = settings;
    await client.post(path, { ...form, 'required.attribute': '', 'required.values': '' });
    expect((await client.get(path)).text).to.contain('Everyone that the provider logs in becomes a person here.');
    await test({ mail: 'ada@acme.com', memberOf: 'Guests', givenName: 'Ada', title: '' });
    expect((await client.get(path)).text)
      .to.contain('ada@acme.com')
      .and.contain('Intranet User');
    await client.post(path, form);
    expect((await client.get(path)).text)
      .to.contain('The last Test login had memberOf Guests')
      .and.contain('Nobody: memberOf has none of the required values.');
    await client.post(path, { ...form, userNameFrom: 'uid', 'required.values': 'Guests' });
    expect((await client.get(path)).text)
      .to.contain('The last Test login had no uid')
      .and.contain('Nobody. The provider did not send uid.');
  });

  it('is named on the screen of the people that it created', async () => {
    const person = aUser({ userName: 'zed', creatorId: id });
    await insertUser(settings.deps.store.db, person, null);
    const { name } = await getProvider(settings.deps.store.db, id);
    expect((await settings.client.get(`/settings/people/${person.id}`)).text).to.contain(`created by ${name}`);
  });

  it('is named on the screens of its groups, which become ordinary ones when it is removed', async () => {
    const { client, deps } = settings;
    const group = {
      id: 'g1',
      displayName: 'Team',
      externalId: null,
      sourceId: id,
      version: 1,
      createdAt: 1,
      modifiedAt: 1,
    };
    await insertGroup(deps.store.db, group);
    const { name } = await getProvider(deps.store.db, id);
    expect((await client.get('/settings/groups/g1')).text).to.contain(`Managed by <bdi>${name}</bdi>`);
    expect((await client.get('/settings/groups')).text).to.contain(`${name}</td>`);
    await removeProvider(deps, id);
    expect((await findGroup(deps.store.db, 'g1'))?.sourceId).to.equal(null);
  });

  it('is for Power Users', async () => {
    await addPerson(settings.deps, { userName: 'anna.berg' });
    const anna = await logInLocally(settings, 'anna.berg');
    expect((await anna.get(path)).status).to.equal(403);
    expect((await anna.post(path, form)).status).to.equal(403);
  });

  async function stored() {
    return (await getProvider(settings.deps.store.db, id)).people;
  }

  /** Records a Test login with which the provider sent some attributes. */
  async function test(attributes: Record<string, string>): Promise<void> {
    const { db } = settings.deps.store;
    const domainId = settings.providers.split('/').at(-2) ?? '';
    const head = { issuer: undefined, issuedAt: undefined };
    const assertion = { ...head, nameId: 'ada', nameIdFormat: undefined, authnContext: undefined, verified: true };
    const sent = Object.entries(attributes);
    const arrived = {
      response: { ...head, inResponseTo: undefined, verified: true },
      assertion: { ...assertion, attributes: sent },
      certificates: [],
    };
    const row = anActivity({ flow: 'test', providerId: id, asserted: 'ada', detail: { checks: [], arrived } });
    await insertLoginActivity(db, row);
    const one = aLoginTest(domainId, { providerId: id });
    await insertLoginTest(db, one);
    await writeTestResult(db, one.id, row.id, []);
  }
});
