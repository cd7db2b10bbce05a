import { expect } from 'chai';
import { countReceived, countSent, flushTraffic, SLOT_MS } from '../../src/federation/traffic.ts';
import { listTraffic } from '../../src/store/loginTraffic.ts';
import { withStores } from '../support/stores.ts';
import { testDeps, testStart } from '../support/testDeps.ts';

const route = { providerId: 'p', domainId: 'd' };

describe('federation/traffic', () => {
  withStores((open) => {
    it('adds up what several servers counted, by ten minutes', async () => {
      const store = await open();
      const [one, other] = [await testDeps({ store }), await testDeps({ store })];
      countSent(one, route, '203.0.113.5');
      countSent(one, route, '203.0.113.5');
      countReceived(one, route, 1_400);
      countReceived(one, route, 9_000); // one offset for each write is enough
      countSent(other, route, '198.51.100.9');
      countReceived(other, route, -2_600);
      countReceived(other, { ...route, domainId: 'other' }, undefined);
      one.clock.advance(SLOT_MS);
      countSent(one, route, '203.0.113.5');
      expect(await listTraffic(store.db, 0), 'nothing is written by counting').to.deep.equal([]);
      await flushTraffic(one);
      await flushTraffic(other);
      await flushTraffic(other);
      const rows = await listTraffic(store.db, 0);
      expect(rows).to.have.deep.members([
        { ...route, slot: testStart, sent: 3, received: 3, offsets: ' 1 -3', sentFrom: 'several' },
        { providerId: 'p', domainId: 'other', slot: testStart, sent: 0, received: 1, offsets: '', sentFrom: null },
        { ...route, slot: testStart + SLOT_MS, sent: 1, received: 0, offsets: '', sentFrom: '203.0.113.5' },
      ]);
      expect(await listTraffic(store.db, testStart + 1)).to.have.lengthOf(1);
    });
  });

  it('keeps what could not be written, with what is counted meanwhile', async () => {
    const deps = await testDeps();
    countSent(deps, route, '203.0.113.5');
    const broken = { ...deps, store: { ...deps.store, db: undefined as never } };
    const flushed = flushTraffic(broken);
    countReceived(deps, route, 2_000);
    await flushed;
    await flushTraffic(deps);
    const [row] = await listTraffic(deps.store.db, 0);
    expect(row).to.include({ sent: 1, received: 1, offsets: ' 2', sentFrom: '203.0.113.5' });
  });
});
