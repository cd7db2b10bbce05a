import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openBackground } from '../../src/background.ts';
import { createJob, LEASE_MS, pauseJob } from '../../src/jobs/jobs.ts';
import { addGroup } from '../../src/people/groups.ts';
import { readCount } from '../../src/store/directoryCounts.ts';
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
      /^Deactivate 2 people {2,}interrupted {2,}0 of 2 {2,}the command line {2,}2026-03-02T09:00:01\.000Z {2,}[0-9a-f-]{36}$/,
    );
  });

  it('continues an import where it was interrupted, and shows the progress', async () => {
    const deps = await testDeps();
    const file = join(mkdtempSync(join(tmpdir(), 'anteroom-test-')), 'people.csv');
    const names = Array.from({ length: 1_000 }, (_, index) => `person${index}@acme.com`);
    writeFileSync(file, ['userName', ...names].join('\n'));
    let background = openBackground();
    const interrupted = {
      ...deps,
      background: {
        ...background,
        get stopping() {
          return background.stopping;
        },
      },
    };
    const { db } = deps.store;
    const shown: string[] = [];
    const show = (line: string) => {
      shown.push(line);
      if (line.startsWith('Importing lines: 300')) background.stop();
    };
    const { complained } = await runCli(interrupted, ['people', 'import', file], '', show);
    const [, id = ''] =
      /Interrupted after 300 of 1,000\. Completed changes are kept\. Resume with: anteroom job resume (\S+)$/.exec(
        complained,
      ) ?? [];
    expect([shown.at(0), shown.at(-1)]).to.deep.equal([
      'Checking lines: 100 of 1,000 (10 %)',
      'Importing lines: 300 of 1,000 (30 %)',
    ]);
    background = openBackground();
    deps.clock.advance(LEASE_MS);
    shown.length = 0;
    const resumed = await runCli(interrupted, ['job', 'resume', id], '', show);
    expect(resumed.printed).to.equal('Import people from a CSV file: done. (create 1,000)');
    expect(shown[0]).to.match(/: 400 of 1,000/);
    expect(await readCount(db, 'users')).to.equal(1_000);
    expect((await runCli(deps, ['job', 'resume', id])).complained).to.equal('This job is done.');
  });

  it('replaces control characters in the progress', async () => {
    const deps = await testDeps();
    const added = await addGroup(deps, 'Sales\u202E');
    if (!added.ok) throw new Error('The group was refused');
    const input = { group: added.value.id, name: added.value.displayName };
    const items = Array.from({ length: 1_000 }, (_, index) => `nobody${index}`);
    const { id } = await createJob(deps, { kind: 'ungroup', input, items }, 'Maya Koch');
    deps.clock.advance(LEASE_MS);
    const shown: string[] = [];
    await runCli(deps, ['job', 'resume', id], '', (line) => shown.push(line));
    expect(shown[0]).to.equal('Remove 1,000 people from Sales\u{fffd}: 100 of 1,000 (10 %)');
  });
});
