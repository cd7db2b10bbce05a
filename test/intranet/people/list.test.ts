import { expect } from 'chai';
import { setActive } from '../../../src/people/users.ts';
import type { Profile } from '../../../src/store/profile.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { aUser, insertUser, updateUser } from '../../support/rows.ts';

describe('intranet/people/list', () => {
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

  it('asks for a login and returns to the search', async () => {
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

  it('leaves out people who are hidden from search or deactivated', async () => {
    await give(anteroom, ben, { interact: { omitFromSearch: true } });
    expect((await client.get('/people?q=ben')).text).to.contain('No matches');
    expect((await client.get(`/people/${ben.id}`)).status).to.equal(200);
    await setActive(anteroom.deps, ben.id, false);
    expect((await client.get(`/people/${ben.id}`)).status).to.equal(404);
  });

  it('pages forwards and back, and keeps the search', async () => {
    for (let index = 100; index < 150; index += 1)
      await insertUser(anteroom.deps.store.db, aUser({ userName: `person.${index}` }), null);
    const link = (page: string, rel: string) =>
      new RegExp(`rel="${rel}" href="([^"]+)"`).exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const first = (await client.get('/people?q=person')).text;
    expect(first).to.contain('50 people found').and.to.contain('person.147').and.not.to.contain('person.148');
    const second = (await client.get(link(first, 'next'))).text;
    expect(second).to.contain('person.148').and.not.to.contain('rel="next"');
    const back = (await client.get(link(second, 'prev'))).text;
    expect(back).to.contain('person.147').and.not.to.contain('person.148').and.not.to.contain('rel="prev"');
    expect(link(back, 'next')).to.equal(link(first, 'next'));
  });
});

async function give({ deps }: Anteroom, { id }: User, profile: Profile): Promise<void> {
  const user = await findUser(deps.store.db, id);
  if (user) await updateUser(deps.store.db, { ...user, profile, version: user.version + 1 }, user.version);
}
