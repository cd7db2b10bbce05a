import { expect } from 'chai';
import { runCommand } from '../../src/cli/run.ts';
import { createJob, LEASE_MS, pauseJob } from '../../src/jobs/jobs.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('cli/jobs', () => {
  async function run(deps: TestDeps, ...args: string[]): Promise<string> {
    const printed: string[] = [];
    const open = async () => ({ ...deps, store: { ...deps.store, close: async () => {} } });
    const out = (text: string) => void printed.push(text);
    const code = await runCommand(args, { open, out, err: out, input: async () => Buffer.of() });
    expect(code, printed.join('\n')).to.equal(0);
    return printed.join('\n');
  }

  it('lists jobs with their state, and those whose process has ended as interrupted', async () => {
    const deps = await testDeps();
    expect(await run(deps, 'job', 'list')).to.equal('There are no jobs.');
    const paused = await createJob(deps, { kind: 'import', input: {}, total: 3 }, 'Maya');
    await pauseJob(deps, paused.id);
    deps.clock.advance(1_000);
    await createJob(deps, { kind: 'deactivate', input: {}, items: ['a', 'b'] }, 'the command line');
    const states = async () =>
      (JSON.parse(await run(deps, 'job', 'list', '--json')) as { title: string; state: string }[]).map(
        ({ title, state }) => `${title}: ${state}`,
      );
    expect(await states()).to.deep.equal(['Deactivate 2 people: running', 'Import people from a CSV file: paused']);
    deps.clock.advance(LEASE_MS);
    expect((await states())[0]).to.equal('Deactivate 2 people: interrupted');
    expect((await run(deps, 'job', 'list')).split('\n')[1]).to.match(
      /^Deactivate 2 people {2,}interrupted {2,}0 of 2 {2,}the command line {2,}2026-03-02T09:00:01\.000Z$/,
    );
  });
});
