import { expect } from 'chai';
import { removeUser, setActive } from '../../../src/people/users.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, logInLocally, startAsPowerUser } from '../../support/client.ts';
import { aUser, insertUser } from '../../support/rows.ts';

const LIST = '/settings/people';

describe('admin/people/list', () => {
  let anteroom: Anteroom;
  let maya: User;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, maya, client } = await startAsPowerUser({ givenName: 'Maya' }));
  });

  it('is only for Power Users', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const anna = await logInLocally(anteroom, 'anna.berg');
    expect((await anna.get(LIST)).status).to.equal(403);
    expect((await anna.get(`${LIST}/${maya.id}`)).status).to.equal(403);
    expect((await anna.post(`${LIST}/${maya.id}/deactivation`)).status).to.equal(403);
  });

  it('finds people by search, status and type, and counts them', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna', familyName: 'Berg' });
    await setActive(anteroom.deps, anna.id, false);
    expect((await client.get(LIST)).text).to.contain('2 people');
    expect(await namesOf(client, '?q=an+be')).to.deep.equal(['Anna Berg']);
    expect(await namesOf(client, '?active=yes')).to.deep.equal(['Maya']);
    expect(await namesOf(client, '?type=Power+User')).to.deep.equal(['Maya']);
    expect((await client.get(`${LIST}?q=zzz`)).text).to.contain('No matches');
    expect((await client.get(`${LIST}?q=${'%00'}x&after=nonsense&active=perhaps`)).status).to.equal(200);
  });

  it('pages forwards and back, and keeps the search', async () => {
    for (let index = 100; index < 155; index += 1)
      await insertUser(anteroom.deps.store.db, aUser({ userName: `person.${index}` }), null);
    const first = await client.get(`${LIST}?q=person`);
    expect(first.text).to.contain('50 of 55 people');
    const next = /rel="next" href="([^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(next).to.contain('q=person');
    const second = await client.get(next);
    expect(second.text).to.contain('person.154').and.not.to.contain('person.149');
    expect(second.text).to.contain('rel="prev"').and.not.to.contain('rel="next"');
    const previous = /rel="prev" href="([^"]+)"/.exec(second.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const back = await client.get(previous);
    expect(back.text).to.contain('person.149').and.not.to.contain('person.154');
    expect(back.text).to.contain('rel="next"').and.not.to.contain('rel="prev"');
  });

  it('sorts by the columns that say so, and keeps the order with a search', async () => {
    for (const userName of ['anna.berg', 'zora.tal']) await addPerson(anteroom.deps, { userName });
    const sorted = async (query: string) => (await client.get(LIST + query)).text;
    expect(await namesOf(client, '')).to.deep.equal(['anna.berg', 'Maya', 'zora.tal']);
    expect(await sorted('')).to.match(/aria-sort="ascending"><a [^>]*href="\/settings\/people\?sort=-name"/);
    expect(await namesOf(client, '?sort=-name')).to.deep.equal(['zora.tal', 'Maya', 'anna.berg']);
    expect(await sorted('?sort=-name')).to.match(/aria-sort="descending"><a [^>]*href="\/settings\/people\?sort=name"/);
    expect(await namesOf(client, '?sort=-userName')).to.deep.equal(['zora.tal', 'Maya', 'anna.berg']);
    const found = await sorted('?q=a&sort=-changed');
    expect(found).to.contain('href="/settings/people?q=a&amp;sort=name"');
    expect(found).to.contain('<input type="hidden" name="sort" value="-changed">');
    expect(found).to.contain('href="/settings/people?q=a&amp;sort=changed"');
    expect(await sorted('?sort=passwordHash'))
      .to.contain('aria-sort="ascending"')
      .and.not.to.contain('passwordHash');
  });

  it('responds with 404 to unknown and malformed IDs', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    await removeUser(anteroom.deps, anna.id);
    for (const id of [anna.id, 'nobody', '%00', 'x'.repeat(5_000), '__proto__'])
      expect((await client.get(`${LIST}/${id}`)).status, id.slice(0, 40)).to.equal(404);
  });
});

/** The names in the list, in their order. */
async function namesOf(client: Client, query: string): Promise<string[]> {
  const { text } = await client.get(`${LIST}${query}`);
  return [...text.matchAll(/href="\/settings\/people\/[\w-]{36}">([^<]+)</g)].map((match) => match[1] ?? '');
}
