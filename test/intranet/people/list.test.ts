import { expect } from 'chai';
import { setActive } from '../../../src/people/users.ts';
import type { Profile } from '../../../src/store/profile.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { updateUser } from '../../support/rows.ts';

describe('intranet/people', () => {
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

  it('requires a login, then returns to the search', async () => {
    const answer = await fetch(`${anteroom.url}/people?q=ben`, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    });
    expect(answer.headers.get('location')).to.equal('/login?return=%2Fpeople%3Fq%3Dben');
  });

  it('finds people by words and by department', async () => {
    expect((await client.get('/people')).text).to.contain('2 people');
    expect((await client.get('/people?q=cler')).text)
      .to.contain('1 person')
      .and.to.contain(`/people/${ben.id}`);
    expect((await client.get('/people?department=Sales')).text)
      .to.contain(`/people/${anna.id}`)
      .and.not.to.contain(ben.id);
    expect((await client.get('/people?q=zzz')).text).to.contain('No matches');
  });

  it('omits people who are hidden from search or deactivated', async () => {
    await give(anteroom, ben, { interact: { omitFromSearch: true } });
    expect((await client.get('/people?q=ben')).text).to.contain('No matches');
    expect((await client.get(`/people/${ben.id}`)).status).to.equal(200);
    await setActive(anteroom.deps, ben.id, false);
    expect((await client.get(`/people/${ben.id}`)).status).to.equal(404);
  });

  it('shows a profile with manager and reports, without private attributes', async () => {
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

  it('lists all reports of a manager, without hidden or deactivated people', async () => {
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

  it('shows photos in the directory, but loads none from other servers', async () => {
    await give(anteroom, ben, { photos: [{ value: 'https://photos.example/ben.jpg' }] });
    expect((await client.get(`/people/${ben.id}`)).text).not.to.contain('<img');
    await give(anteroom, ben, { photos: [{ value: 'data:image/png;base64,iVBORw0KGgo=' }] });
    expect((await client.get(`/people/${ben.id}`)).text).to.contain('<img class="avatar');
  });

  it('returns 404 for an invalid identifier', async () => {
    for (const id of ['%00', 'nobody', '..%2f..']) expect((await client.get(`/people/${id}`)).status).to.equal(404);
  });
});

async function give({ deps }: Anteroom, { id }: User, profile: Profile): Promise<void> {
  const user = await findUser(deps.store.db, id);
  if (user) await updateUser(deps.store.db, { ...user, profile, version: user.version + 1 }, user.version);
}
