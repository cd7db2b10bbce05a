import { expect } from 'chai';
import { changeOwnership } from '../../src/sources/ownership.ts';
import { addSource } from '../../src/sources/profileSources.ts';
import { findUser, type User } from '../../src/store/users.ts';
import { errorOf, fieldsOfForm } from '../admin/support/formFields.ts';
import { type Anteroom, addPerson, startAnteroom } from '../support/anteroom.ts';
import { type Client, logInLocally } from '../support/client.ts';
import { updateUser } from '../support/rows.ts';

const PATH = '/profile/edit';
const PNG = Buffer.from('iVBORw0KGgo=', 'base64');

describe('intranet/editProfile', () => {
  let anteroom: Anteroom;
  let client: Client;
  let anna: User;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    anna = await addPerson(anteroom.deps, { userName: 'anna.berg', title: 'Clerk', email: 'anna@acme.com' });
    client = await logInLocally(anteroom, 'anna.berg');
  });

  it('saves what a person may change of their own entry, and nothing else', async () => {
    const form = await fields();
    expect(Object.keys(form)).to.include.members(['bio', 'timezone', 'pronouns', 'linkedInId', 'phoneNumbers.0.value']);
    expect(Object.keys(form)).not.to.include.members(['title']);
    const hostile = {
      title: 'Boss',
      userName: 'root',
      userType: 'Power User',
      'emails.0.value': 'x@y.z',
      manager: 'x',
      active: '',
    };
    const saved = await client.post(PATH, {
      ...form,
      ...hostile,
      bio: 'Likes trains.',
      'phoneNumbers.0.value': '+49 30 1',
    });
    expect([saved.status, saved.location]).to.deep.equal([303, '/profile']);
    expect((await client.follow(saved)).text)
      .to.contain('Likes trains.')
      .and.to.contain('Saved.');
    const { profile, ...user } = await stored();
    expect(user).to.include({
      title: 'Clerk',
      userName: 'anna.berg',
      userType: 'Intranet User',
      email: 'anna@acme.com',
      active: true,
    });
    expect(profile).to.deep.equal({
      ...anna.profile,
      interact: { bio: 'Likes trains.' },
      phoneNumbers: [{ value: '+49 30 1', type: 'work' }],
    });
    expect((await client.follow(await client.post(PATH, await fields()))).text).to.contain('No changes to save.');
  });

  it('shows what a profile source owns as text, with its name once in a section, and does not change it', async () => {
    await manage(['bio', 'timezone']);
    await give({ profile: { ...anna.profile, interact: { bio: 'From HR' } } });
    const page = (await client.get(PATH)).text;
    expect(page.split('From <bdi>JumpCloud</bdi>, which owns these fields')).to.have.lengthOf(2);
    expect(page).to.contain('From HR').and.not.to.contain('name="bio"');
    await client.post(PATH, { ...(await fields()), bio: 'Mine', pronouns: 'she/her' });
    expect((await stored()).profile.interact).to.deep.equal({ bio: 'From HR', pronouns: 'she/her' });
  });

  it('shows errors at their fields, and keeps the input', async () => {
    const refused = await client.post(PATH, { ...(await fields()), timezone: 'Mars/North', bio: 'Mine' });
    expect(refused.status).to.equal(422);
    expect(errorOf(refused.text, 'timezone')).to.match(/^Enter a time zone/);
    expect(refused.text).to.contain('value="Mars/North"').and.to.contain('>Mine</textarea>');
  });

  it('reports a change by someone else, and saves on request', async () => {
    const mine = { ...(await fields()), bio: 'Mine' };
    await client.post(PATH, { ...(await fields()), bio: 'Other' });
    const stale = await client.post(PATH, mine);
    expect(stale.status).to.equal(409);
    expect(stale.text).to.contain('was changed while you were editing').and.to.contain('Stored now: Other');
    await client.post(PATH, { ...mine, ...fieldsOfForm(stale.text, PATH) });
    expect((await stored()).profile.interact?.bio).to.equal('Mine');
  });

  it('stores an uploaded picture, keeps it and removes it', async () => {
    const upload = async (file: Uint8Array<ArrayBuffer>) =>
      client.upload(PATH, { ...(await fields()), 'photo.file': new Blob([file]) });
    await upload(new Uint8Array(PNG));
    const value = `data:image/png;base64,${PNG.toString('base64')}`;
    expect((await stored()).profile.photos).to.deep.equal([{ type: 'photo', value }]);
    expect((await client.get(PATH)).text).to.contain(`src="${value}"`);
    await client.post(PATH, { ...(await fields()), bio: 'x' });
    expect((await stored()).profile.photos).to.deep.equal([{ type: 'photo', value }]);
    expect(errorOf((await upload(new TextEncoder().encode('<svg onload=alert(1)>'))).text, 'photo')).to.match(
      /^Use a PNG/,
    );
    await client.post(PATH, { ...(await fields()), 'photo.remove': 'on' });
    expect((await stored()).profile.photos).to.equal(undefined);
  });

  const fields = async () => fieldsOfForm((await client.get(PATH)).text, PATH);
  const stored = async (): Promise<User> => (await findUser(anteroom.deps.store.db, anna.id)) ?? anna;
  async function manage(added: string[]): Promise<void> {
    const source = await addSource(anteroom.deps, { name: 'JumpCloud' });
    if (!source.ok) throw new Error('no source');
    await changeOwnership(anteroom.deps, source.value.clientId, { added });
    await give({ sourceId: source.value.clientId });
  }
  async function give(changes: Partial<User>): Promise<void> {
    const user = await stored();
    await updateUser(anteroom.deps.store.db, { ...user, ...changes }, user.version);
  }
});
