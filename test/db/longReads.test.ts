import { expect } from 'chai';
import { openLongReads, type Slice } from '../../src/db/longReads.ts';

describe('db/longReads', () => {
  it('gives each slice a turn of the event loop, and lets long reads take turns', async () => {
    const longRead = openLongReads();
    const order: string[] = [];
    const tick = () => order.push('turn');
    const read = (name: string) => async (slice: Slice) => {
      for (let i = 0; i < 3; i += 1)
        await slice(async () => {
          order.push(name);
          setImmediate(tick);
        });
      return name;
    };
    expect(await Promise.all([longRead(read('a')), longRead(read('b'))])).to.deep.equal(['a', 'b']);
    const slices = order.filter((what) => what !== 'turn');
    expect(slices).to.deep.equal(['a', 'b', 'a', 'b', 'a', 'b']);
    for (let i = 1; i < order.length; i += 1)
      expect(order[i] === 'turn' || order[i - 1] === 'turn', 'two slices in one turn').to.equal(true);
  });

  it('goes on after a slice that failed', async () => {
    const longRead = openLongReads();
    const failing = longRead((slice) => slice(() => Promise.reject(new Error('disk'))));
    const other = longRead((slice) => slice(async () => 'read'));
    expect(await failing.catch(({ message }) => message)).to.equal('disk');
    expect(await other).to.equal('read');
  });

  it('refuses more than 50 at once with 429', async () => {
    const longRead = openLongReads();
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = Array.from({ length: 50 }, () => longRead(() => promise));
    const refused = await longRead(async () => {}).catch((error: unknown) => error);
    expect(refused).to.include({ status: 429 });
    resolve();
    await Promise.all(running);
    expect(await longRead(async () => 'again')).to.equal('again');
  });
});
