import { expect } from 'chai';
import { addGroup, addGroupToGroup, addPeopleToGroup } from '../../../src/people/groups.ts';
import { setActive } from '../../../src/people/users.ts';
import type { Profile } from '../../../src/store/profile.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { updateUser } from '../../support/rows.ts';

describe('intranet/people/person', () => {
  let anteroom: Anteroom;
  let anna: User;
  let ben: User;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna', department: 'Sales' });
    ben = await addPerson(anteroom.deps, { userName: 'ben.tal', givenName: 'Ben', department: 'IT', title: 'Clerk' });
    client = await logInLocally(anteroom, 'anna.berg');
  });

  it('shows a profile with manager and reports, and private attributes only to the person', async () => {
    await give(anteroom, ben, {
      phoneNumbers: [{ value: '+49 30 1234', type: 'work' }],
      enterprise: { manager: { value: anna.id }, costCenter: 'CC-7' },
      interact: { dateOfBirth: '1990-04-01', linkedInId: 'https://linkedin.example/ben', bio: 'I sell.' },
      profileUrl: 'javascript:alert(1)',
    });
    const page = (await client.get(`/people/${ben.id}`)).text;
    expect(page).to.contain('href="tel:+49301234"').and.to.contain('Phone (work)').and.to.contain('I sell.');
    expect(page).to.contain('href="https://linkedin.example/ben"').and.not.to.contain('href="javascript:');
    expect(page).to.contain(`href="/people/${anna.id}"`);
    expect(page).not.to.contain('1990-04-01').and.not.to.contain('CC-7');
    expect((await client.get(`/people/${anna.id}`)).text)
      .to.contain('Reports')
      .and.to.contain(`href="/people/${ben.id}"`);
    const own = await logInLocally(anteroom, 'ben.tal');
    expect((await own.get('/profile')).text)
      .to.contain('1990-04-01')
      .and.to.contain('CC-7');
  });

  it('lists the groups, and marks those that only contain another group of the person', async () => {
    const ids: string[] = [];
    for (const name of ['Everyone', 'Sales']) {
      const added = await addGroup(anteroom.deps, name);
      if (added.ok) ids.push(added.value.id);
    }
    const [everyone = '', sales = ''] = ids;
    await addPeopleToGroup(anteroom.deps, sales, [ben.id]);
    await addGroupToGroup(anteroom.deps, everyone, 'Sales');
    const page = (await client.get(`/people/${ben.id}`)).text;
    expect(page).to.match(/Sales<\/bdi>\s*<\/li>/);
    expect(page).to.match(/Everyone<\/bdi>\s*<span[^>]*>through another group</);
  });

  it('leads to all reports of a manager, except hidden and deactivated people', async () => {
    const enterprise = { manager: { value: anna.id } };
    for (let index = 0; index < 12; index += 1)
      await give(anteroom, await addPerson(anteroom.deps, { userName: `report.${index}` }), { enterprise });
    await give(anteroom, ben, { enterprise, interact: { omitFromSearch: true } });
    const page = (await client.get(`/people/${anna.id}`)).text;
    expect(page).to.contain('All reports: 12').and.not.to.contain(`/people/${ben.id}`);
    const all = (await client.get(`/people?manager=${anna.id}`)).text;
    expect(all)
      .to.contain('12 people found')
      .and.to.contain('Showing people who report to')
      .and.to.contain('report.11');
    await setActive(anteroom.deps, anna.id, false);
    const theirs = await logInLocally(anteroom, 'ben.tal');
    expect((await theirs.get(`/people?manager=${anna.id}`)).text).not.to.contain('Showing people who report to');
  });

  it('shows a photo that is stored in the directory, and loads none from elsewhere', async () => {
    await give(anteroom, ben, { photos: [{ value: 'https://photos.example/ben.jpg' }] });
    expect((await client.get(`/people/${ben.id}`)).text).not.to.contain('<img');
    await give(anteroom, ben, { photos: [{ value: 'data:image/png;base64,iVBORw0KGgo=' }] });
    expect((await client.get(`/people/${ben.id}`)).text).to.contain('<img class="avatar');
  });

  it('responds with 404 to malformed IDs', async () => {
    for (const id of ['%00', 'nobody', '..%2f..']) expect((await client.get(`/people/${id}`)).status).to.equal(404);
  });
});

async function give({ deps }: Anteroom, { id }: User, profile: Profile): Promise<void> {
  const user = await findUser(deps.store.db, id);
  if (user) await updateUser(deps.store.db, { ...user, profile, version: user.version + 1 }, user.version);
}
