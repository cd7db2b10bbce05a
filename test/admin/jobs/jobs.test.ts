import { expect } from 'chai';
import { addJob, stopJob } from '../../../src/jobs/jobs.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { untilDone } from '../support/untilDone.ts';

const JOBS = '/settings/jobs';

describe('admin/jobs', () => {
  let anteroom: Anteroom;
  let client: Client;
  let people: User[];

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' });
    people = [];
    for (const userName of ['anna.berg', 'ben.tal']) people.push(await addPerson(anteroom.deps, { userName }));
    client = await logInLocally(anteroom);
  });

  it('is listed, can be left and come back to, stopped and gone on with', async () => {
    expect((await client.get(JOBS)).text).to.contain('Nothing yet');
    const path = await added();
    const page = (await client.get(path)).text;
    expect(page).to.contain('0 of 2 people').and.to.contain('data-refresh').and.to.contain('value="0"');
    expect(page).to.contain('<noscript><meta http-equiv="refresh" content="2"></noscript>');
    expect((await client.get('/settings/people')).text)
      .to.contain(`href="${path}"`)
      .and.to.contain('0 of 2 so far');
    const stopped = await client.follow(await client.post(`${path}/stop`));
    expect(stopped.text).to.contain('What is done stays done.').and.not.to.contain('refresh');
    expect((await client.get(JOBS)).text)
      .to.contain('Deactivate 2 people')
      .and.to.contain('Stopped');
    const done = await untilDone(client, await client.post(`${path}/continuation`));
    expect(done.text).to.contain('2 people are deactivated.');
  });

  it('takes a deactivation back', async () => {
    const path = await added();
    await stopJob(anteroom.deps, path.slice(JOBS.length + 1));
    await client.post(`${path}/continuation`);
    const page = await client.get(path);
    expect(page.text).to.contain('Undo: activate these 2 again');
    const undone = await untilDone(client, await client.post(`${path}/undo`));
    expect(undone.text).to.contain('2 people are activated.').and.not.to.contain('Undo');
  });

  it('is for Power Users, and not found where there is none', async () => {
    const path = await added();
    const theirs = await logInLocally(anteroom, 'anna.berg');
    expect((await theirs.get(path)).status).to.equal(403);
    expect((await theirs.post(`${path}/stop`)).status).to.equal(403);
    expect((await client.get(`${JOBS}/none`)).status).to.equal(404);
    expect((await client.post(`${path}/continuation`)).status).to.equal(409);
    expect((await client.post(`${JOBS}/none/stop`)).status).to.equal(404);
  });

  /** A job that nobody has begun with. */
  async function added(): Promise<string> {
    const items = people.map(({ id }) => id);
    return `${JOBS}/${(await addJob(anteroom.deps, { kind: 'deactivate', input: {}, items }, 'Maya')).id}`;
  }
});
