import { expect } from 'chai';
import { createJob, LEASE_MS, pauseJob } from '../../src/jobs/jobs.ts';
import { testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/jobs', () => {
  it('lists jobs with their state, and those whose process has ended as interrupted', async () => {
    const deps = await testDeps();
    const list = async () => (await runCli(deps, ['job', 'list'])).printed;
    const states = async () =>
      (await jsonOf(deps, ['job', 'list'])).map(
        (job: { title: string; state: string }) => `${job.title}: ${job.state}`,
      );
    expect(await list()).to.equal('There are no jobs.');
    const { id } = await createJob(deps, { kind: 'import', input: {}, total: 3 }, 'Maya');
    await pauseJob(deps, id);
    deps.clock.advance(1_000);
    await createJob(deps, { kind: 'deactivate', input: {}, items: ['a', 'b'] }, 'the command line');
    expect(await states()).to.deep.equal(['Deactivate 2 people: running', 'Import people from a CSV file: paused']);
    deps.clock.advance(LEASE_MS);
    expect((await states())[0]).to.equal('Deactivate 2 people: interrupted');
    expect((await list()).split('\n')[1]).to.match(
      /^Deactivate 2 people {2,}interrupted {2,}0 of 2 {2,}the command line {2,}2026-03-02T09:00:01\.000Z$/,
    );
  });
});
