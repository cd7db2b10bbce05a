import { expect } from 'chai';
import { openBackground } from '../src/background.ts';

describe('background', () => {
  it('is finished when all work is done, including work added meanwhile', async () => {
    const background = openBackground();
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const done: string[] = [];
    background.add(
      first.promise.then(() => {
        done.push('first');
        background.add(second.promise.then(() => void done.push('second')));
      }),
    );
    const finished = background.finished().then(() => void done.push('finished'));
    first.resolve();
    await first.promise;
    second.resolve();
    await finished;
    expect(done).to.deep.equal(['first', 'second', 'finished']);
    await background.finished();
  });

  it('says when it is stopping', () => {
    const background = openBackground();
    expect(background.stopping.aborted).to.equal(false);
    background.stop();
    expect(background.stopping.aborted).to.equal(true);
  });
});
