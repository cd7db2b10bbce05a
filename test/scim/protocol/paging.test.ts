import { expect } from 'chai';
import { withStores } from '../../support/stores.ts';
import { patch } from '../support/patch.ts';
import { type Body, openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/paging', () => {
  withStores((open) => {
    let scim: ScimServer;

    before(async () => {
      scim = await openScimServer(await open());
      for (const name of ['dora', 'Bert', 'anna', 'carl', 'Emil', 'frida', 'gina'])
        await scim.call('POST', '/Users', { userName: name, ...(name < 'b' ? { title: name } : {}) });
      const phones: Record<string, unknown[]> = {
        frida: [{ value: '9' }, { value: '2', primary: true, type: 'home' }],
        carl: [{ value: '3' }, { value: '1' }],
        dora: [{ value: '1', type: 'Work' }],
      };
      for (const [name, phoneNumbers] of Object.entries(phones)) {
        const [user] = (await scim.call('GET', `/Users?filter=userName eq "${name}"`)).body.Resources;
        await scim.call('PATCH', `/Users/${user?.id}`, patch({ op: 'add', value: { phoneNumbers } }));
      }
    });

    const list = async (query: string): Promise<Body> => (await scim.call('GET', `/Users?${query}`)).body;
    const names = async (query: string): Promise<string> =>
      (await list(query)).Resources.map(({ userName }) => userName).join(' ');

    it('returns pages by index', async () => {
      expect(await list('startIndex=3&count=2&sortBy=userName')).to.include({
        totalResults: 7,
        startIndex: 3,
        itemsPerPage: 2,
      });
      expect(await names('startIndex=3&count=2&sortBy=userName')).to.equal('carl dora');
      expect(await list('count=0')).to.deep.include({ totalResults: 7, itemsPerPage: 0, Resources: [] });
      expect(await list('startIndex=-4&count=-1')).to.include({ startIndex: 1, itemsPerPage: 0 });
      expect(await list('startIndex=20&count=5')).to.include({ startIndex: 20, totalResults: 7 });
      expect(await list('startIndex=6&count=5')).to.include({ itemsPerPage: 2, totalResults: 7 });
      expect(await list('count=2&filter=userName ge "e"')).to.include({ itemsPerPage: 2, totalResults: 3 });
    });

    it('sorts without regard to case, people without a value last', async () => {
      expect(await names('sortBy=userName')).to.equal('anna Bert carl dora Emil frida gina');
      expect(await names('sortBy=userName&sortOrder=descending')).to.equal('gina frida Emil dora carl Bert anna');
      expect(await names('sortBy=title&count=3')).to.equal('anna Bert Emil');
    });

    it('sorts by the primary or first of several values', async () => {
      expect(await names('sortBy=phoneNumbers&count=3')).to.equal('dora frida carl');
      const last = 'sortBy=phoneNumbers.value&sortOrder=descending&startIndex=5&count=3';
      expect(await names(last)).to.equal('carl frida dora');
      expect(await names('sortBy=phoneNumbers.type&count=2')).to.equal('frida dora');
    });

    it('refuses to sort by unknown and secret attributes, groups and members', async () => {
      for (const path of [
        '/Users?sortBy=nonsense',
        '/Users?sortBy=password',
        '/Users?sortBy=groups',
        '/Groups?sortBy=members',
      ])
        expect((await scim.call('GET', path)).body, path).to.include({ status: '400', scimType: 'invalidPath' });
    });

    for (const query of [
      '',
      '&sortBy=phoneNumbers',
      '&sortBy=userName',
      '&sortBy=title&sortOrder=descending',
      '&sortBy=meta.created',
      '&sortBy=active',
      '&filter=userName pr',
    ])
      it(`returns pages by cursor, forward and back${query}`, async () => {
        const ids = ({ Resources }: Body) => Resources.map(({ id }) => id);
        const all = ids(await list(`count=100${query}`));
        const wanted = [all.slice(0, 3), all.slice(3, 6), all.slice(6)];
        const page = (cursor: unknown) => list(`count=3&cursor=${cursor}${query}`);
        const first = await page('');
        const second = await page(first.nextCursor);
        const third = await page(second.nextCursor);
        expect([first, second, third].map(ids)).to.deep.equal(wanted);
        for (const body of [first, second, third]) {
          expect(body).to.include({ totalResults: 7 });
          expect(body).to.not.have.property('startIndex');
        }
        expect(first).to.not.have.property('previousCursor');
        expect(third).to.not.have.property('nextCursor');

        const back = await page(third.previousCursor);
        const start = await page(back.previousCursor);
        expect([back, start].map(ids)).to.deep.equal([wanted[1], wanted[0]]);
        expect(start).to.not.have.property('previousCursor');
        expect(ids(await page(back.nextCursor)), 'next after going back').to.deep.equal(wanted[2]);
        expect(ids(await page(start.nextCursor)), 'next on the first page').to.deep.equal(wanted[1]);
      });

    it('refuses malformed cursors and those of another query with invalidCursor', async () => {
      const { nextCursor } = await list('count=2&cursor=');
      const forged = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
      const [key, id, next, mark, createdAt] = JSON.parse(Buffer.from(String(nextCursor), 'base64url').toString());
      for (const path of [
        '/Users?cursor=nonsense',
        `/Users?cursor=${'x'.repeat(5_000)}`,
        `/Users?cursor=${nextCursor}&sortBy=title`,
        `/Users?cursor=${nextCursor}&filter=userName pr`,
        `/Groups?cursor=${nextCursor}`,
        `/Users?cursor=${forged(key, id, next, 'x', createdAt)}`,
        `/Users?cursor=${forged(key, id, 2, mark, createdAt)}`,
        `/Users?cursor=${forged(key, 7, next, mark, createdAt)}`,
        `/Users?cursor=${forged('a\0', id, next, mark, createdAt)}`,
        `/Users?cursor=${forged({}, id, next, mark, createdAt)}`,
        `/Users?cursor=${forged(key, id, next, mark, 'x')}`,
        `/Users?cursor=${Buffer.from('{}').toString('base64url')}`,
      ])
        expect((await scim.call('GET', path)).body, path).to.include({ status: '400', scimType: 'invalidCursor' });
    });

    it('refuses a cursor after an hour with expiredCursor', async () => {
      const { nextCursor } = await list('count=2&cursor=');
      scim.deps.clock.advance(60 * 60_000);
      expect(await list(`count=2&cursor=${nextCursor}`)).to.include({ itemsPerPage: 2 });
      scim.deps.clock.advance(1);
      expect(await list(`count=2&cursor=${nextCursor}`)).to.include({ status: '400', scimType: 'expiredCursor' });
    });
  });
});
