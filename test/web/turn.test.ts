import { expect } from 'chai';
import { together } from '../../src/web/turn.ts';

describe('together', () => {
  it('runs each step for all requests of a turn before the next step', async () => {
    const steps: string[] = [];
    const run = async (name: string) => {
      steps.push(`${name} 1`);
      await together();
      steps.push(`${name} 2`);
    };
    await Promise.all([run('a'), run('b')]);
    expect(steps).to.deep.equal(['a 1', 'b 1', 'a 2', 'b 2']);
  });
});
