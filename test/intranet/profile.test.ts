import { expect } from 'chai';
import { addPerson, startAnteroom } from '../support/anteroom.ts';
import { type Client, logInLocally } from '../support/client.ts';

describe('intranet/profile', () => {
  it('shows a person their data and how they logged in', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'anna.berg', costCenter: 'CC-7', dateOfBirth: '1990-04-01' });
    const page = (await (await logInLocally(anteroom, 'anna.berg')).get('/profile')).text;
    expect(page).to.contain('CC-7').and.to.contain('1990-04-01').and.to.contain('User name and password');
  });

  it('exports all data about a person, 20 times a minute: each reads all logs', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, {});
    const client = await logInLocally(anteroom);
    const statuses: number[] = [];
    for (let n = 0; n < 21; n += 1) statuses.push((await client.get('/profile/data')).status);
    expect([statuses.filter((status) => status === 200).length, statuses.at(-1)]).to.deep.equal([20, 429]);
  });

  it('shows where a person is logged in, and logs them out there', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    await addPerson(anteroom.deps, { userName: 'ben.okafor' });
    const [here, there, elsewhere] = [await logIn('anna.berg'), await logIn('anna.berg'), await logIn('anna.berg')];
    const stranger = await logIn('ben.okafor');
    const page = (await here.get('/profile')).text;
    expect(page.match(/This browser/g)).to.have.length(1);
    const ids = [...page.matchAll(/name="id" value="([^"]+)"/g)].map(([, id = '']) => id);
    expect(ids).to.have.length(2);
    await stranger.post('/profile/sessions/end', { id: ids[0] ?? '' });
    expect(await loggedIn(here, there, elsewhere), 'not by someone else').to.deep.equal([true, true, true]);
    const ended = await here.follow(await here.post('/profile/sessions/end', { id: ids[0] ?? '' }));
    expect(ended.text).to.contain('You are logged out there.');
    expect((await loggedIn(there, elsewhere)).sort()).to.deep.equal([false, true]);
    await logIn('anna.berg');
    const all = await here.follow(await here.post('/profile/sessions/end'));
    expect(all.text).to.contain('You are logged out in 2 other browsers.').and.not.contain('Log out everywhere else');
    expect(await loggedIn(here, there, elsewhere, stranger)).to.deep.equal([true, false, false, true]);

    function logIn(name: string): Promise<Client> {
      return logInLocally(anteroom, name);
    }
    function loggedIn(...clients: Client[]): Promise<boolean[]> {
      return Promise.all(clients.map(async (client) => (await client.get('/profile')).status === 200));
    }
  });
});
