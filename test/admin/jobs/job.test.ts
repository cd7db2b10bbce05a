import { expect } from 'chai';
import { createJob, getJob, LEASE_MS, pauseJob } from '../../../src/jobs/jobs.ts';
import { updateJob } from '../../../src/store/jobs.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { untilDone } from '../support/untilDone.ts';

const JOBS = '/settings/jobs';

describe('admin/jobs/job', () => {
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

  it('lists jobs, shows progress, pauses and resumes', async () => {
    expect((await client.get(JOBS)).text).to.contain('No jobs yet');
    const path = await added();
    const page = (await client.get(path)).text;
    expect(page).to.contain('0 of 2 people').and.to.contain('data-refresh').and.to.contain('value="0"');
    expect(page).to.contain('<noscript><meta http-equiv="refresh" content="2"></noscript>');
    expect((await client.get('/settings/people')).text)
      .to.contain(`href="${path}"`)
      .and.to.contain('0 of 2');
    const paused = await client.follow(await client.post(`${path}/pause`));
    expect(paused.text).to.contain('Completed changes are kept.').and.not.to.contain('refresh');
    expect((await client.get(JOBS)).text)
      .to.contain('Deactivate 2 people')
      .and.to.contain('Paused');
    const done = await untilDone(client, await client.post(`${path}/continuation`));
    expect(done.text).to.contain('2 people were deactivated.');
  });

  it('says that a job is interrupted, and what happens next', async () => {
    const { deps } = anteroom;
    const path = await added();
    deps.clock.advance(LEASE_MS);
    const page = (await client.get(path)).text;
    expect(page).to.contain('Interrupted').and.to.contain('resumes automatically').and.to.contain('data-refresh');
    const id = path.slice(JOBS.length + 1);
    await updateJob(deps.store.db, { ...(await getJob(deps, id)), state: 'queued' });
    expect((await client.get(path)).text)
      .to.contain('Start the change again.')
      .and.not.to.contain('/pause"');
  });

  it('undoes a deactivation', async () => {
    const path = await added();
    await pauseJob(anteroom.deps, path.slice(JOBS.length + 1));
    await client.post(`${path}/continuation`);
    const page = await client.get(path);
    expect(page.text).to.contain('Undo: reactivate 2 people').and.to.contain('anna.berg and ben.tal');
    const undone = await untilDone(client, await client.post(`${path}/undo`));
    expect(undone.text).to.contain('2 people were activated.').and.to.contain('Undo: deactivate 2 people');
  });

  it('is for Power Users only, and 404 for unknown jobs', async () => {
    const path = await added();
    const theirs = await logInLocally(anteroom, 'anna.berg');
    expect((await theirs.get(path)).status).to.equal(403);
    expect((await theirs.post(`${path}/pause`)).status).to.equal(403);
    expect((await client.get(`${JOBS}/none`)).status).to.equal(404);
    expect((await client.post(`${path}/continuation`)).status).to.equal(409);
    expect((await client.post(`${JOBS}/none/pause`)).status).to.equal(404);
  });

  /** The path of a job that has not started. */
  async function added(): Promise<string> {
    const items = people.map(({ id }) => id);
    return `${JOBS}/${(await createJob(anteroom.deps, { kind: 'deactivate', input: {}, items }, 'Maya')).id}`;
  }
});
