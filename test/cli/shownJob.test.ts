import { expect } from 'chai';
import { Refused } from '../../src/cli/command.ts';
import { finished } from '../../src/cli/shownJob.ts';
import type { Job } from '../../src/store/jobs.ts';

describe('cli/shownJob', () => {
  it('returns a job that is done, and refuses any other', () => {
    const job = { id: 'j1', state: 'done', failure: null, processed: 1_200, total: 2_000 } as Job;
    expect(finished(job)).to.equal(job);
    const resume = 'Completed changes are kept. Resume with: anteroom job resume j1';
    expect(() => finished({ ...job, state: 'paused' })).to.throw(Refused, `Paused after 1,200 of 2,000. ${resume}`);
    expect(() => finished({ ...job, state: 'running' })).to.throw(
      Refused,
      `Interrupted after 1,200 of 2,000. ${resume}`,
    );
    expect(() => finished({ ...job, state: 'failed', failure: 'No disk.' })).to.throw(Refused, 'No disk.');
  });
});
