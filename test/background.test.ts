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

  it('repeats work until it is stopping, and finishes the last time', async () => {
    const background = openBackground();
    const [third, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let times = 0;
    background.repeat(0, async () => {
      times += 1;
      if (times < 3) return;
      third.resolve();
      await held.promise;
    });
    await third.promise;
    background.stop();
    const finished = background.finished();
    held.resolve();
    await finished;
    await new Promise((resolve) => setTimeout(resolve, 0)); // a fourth time would be now
    expect(times).to.equal(3);
  });

  it('says when it is stopping', () => {
    const background = openBackground();
    expect(background.stopping.aborted).to.equal(false);
    background.stop();
    expect(background.stopping.aborted).to.equal(true);
  });
});
