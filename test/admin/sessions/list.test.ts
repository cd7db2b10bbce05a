import { expect } from 'chai';
import { findDomainByHost } from '../../../src/store/domains.ts';
import { insertProvider } from '../../../src/store/identityProviders.ts';
import { countSessions, writeSession } from '../../../src/store/sessions.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { aProvider, aSession } from '../../support/rows.ts';

const PATH = '/settings/security/sessions';
const provider = aProvider({ name: 'Cloud Directory' });

describe('admin/sessions', () => {
  let anteroom: Anteroom;
  let client: Client;
  let anna: User;
  let ben: User;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    const { deps } = anteroom;
    await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
    anna = await addPerson(deps, { userName: 'anna.berg', displayName: 'Anna Berg' });
    ben = await addPerson(deps, { userName: 'ben.okafor', displayName: 'Ben Okafor' });
    await insertProvider(deps.store.db, provider, '');
    client = await logInLocally(anteroom);
    const shared = { network: '192.0.2.7', userAgent: '(X11; Linux x86_64) Firefox/145.0' };
    await writeSession(deps.store.db, aSession(anna.id, { id: 'a1', providerId: provider.id, ...shared }));
    await writeSession(deps.store.db, aSession(anna.id, { id: 'a2' }));
    await writeSession(deps.store.db, aSession(ben.id, { id: 'b1', providerId: provider.id }));
  });

  it('shows who is logged in, from where and how, and finds people and providers', async () => {
    const { text } = await client.get(PATH);
    for (const shown of ['Anna Berg', 'Ben Okafor', 'Firefox on Linux', '192.0.2.7', 'Cloud Directory', 'You, here'])
      expect(text).to.contain(shown);
    expect(text).to.contain('4 sessions');
    const found = async (query: string) => peopleIn((await client.get(`${PATH}?${query}`)).text);
    expect(await found('q=berg')).to.deep.equal(['Anna Berg', 'Anna Berg']);
    expect(await found(`q=okaf&provider=${provider.id}`)).to.deep.equal(['Ben Okafor']);
    expect(await found(`person=${anna.id}&provider=local`)).to.deep.equal(['Anna Berg']);
    expect(await found('domain=elsewhere')).to.deep.equal([]);
    expect((await client.get(`${PATH}?q=nobody`)).text).to.contain('Nobody who matches is logged in.');
    expect(await found('before=a2')).to.deep.equal(['Anna Berg']);
  });

  it('ends one session', async () => {
    const ended = await client.post(`${PATH}/end`, { id: 'a1', q: 'anna' });
    expect(ended.location).to.equal(`${PATH}?q=anna`);
    const page = (await client.follow(ended)).text;
    expect(page).to.contain('1 session was ended.');
    expect(peopleIn(page)).to.deep.equal(['Anna Berg']);
    const again = await client.follow(await client.post(`${PATH}/end`, { id: 'a1' }));
    expect(again.text).to.contain('There was no such session any more.');
  });

  it('ends all sessions of a search after a confirmation that names them, but not the own one', async () => {
    const asked = (await client.get(`${PATH}/end?provider=${provider.id}`)).text;
    expect(asked).to.contain('<strong>2 sessions</strong> of <bdi>Ben Okafor</bdi>, <bdi>Anna Berg</bdi> will end.');
    await client.post(`${PATH}/end`, { provider: provider.id });
    expect(await open()).to.equal(2);
    const all = await client.follow(await client.post(`${PATH}/end`, {}));
    expect(all.text).to.contain('1 session was ended.');
    expect(await open()).to.equal(1);
    expect((await client.get(`${PATH}/end`)).text).to.contain('No session matches, except perhaps your own');
  });

  it('saves the limits of a domain, and shows an error beside its field', async () => {
    const domain = await findDomainByHost(anteroom.deps.store.db, new URL(anteroom.url).host);
    const path = `${PATH}/limits/${domain?.id}`;
    expect((await client.get(PATH)).text).to.contain(path);
    const refused = await client.post(path, { idleMinutes: 'soon', longestMinutes: '600' });
    expect([refused.status, refused.text.includes('id="idleMinutes-error"')]).to.deep.equal([422, true]);
    expect(refused.text).to.contain('value="soon"').and.contain('value="600"');
    const saved = await client.follow(await client.post(path, { idleMinutes: '30', longestMinutes: '600' }));
    expect(saved.text).to.contain('Saved the limits of').and.contain('value="30"');
    expect((await client.get('/profile')).text).to.contain('or after 30 minutes of inactivity');
  });

  it('is only for Power Users', async () => {
    const employee = await logInLocally(anteroom, 'anna.berg');
    expect((await employee.get(PATH)).status).to.equal(403);
    expect((await employee.post(`${PATH}/end`, { id: 'b1' })).status).to.equal(403);
  });

  function open(): Promise<number> {
    return countSessions(anteroom.deps.store.db, {}, anteroom.deps.now(), 99);
  }
});

function peopleIn(page: string): string[] {
  const rows = page.matchAll(/<a href="\/settings\/people\/[^"]+">([^<]+)<\/a>/g);
  return [...rows].map(([, name = '']) => name).filter((name) => !name.startsWith('maya'));
}
