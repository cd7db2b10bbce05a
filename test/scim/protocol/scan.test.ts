import { expect } from 'chai';
import { sql } from 'kysely';
import { parseFilter } from '../../../src/scim/protocol/filter.ts';
import { costOfFilter } from '../../../src/scim/protocol/filterCost.ts';
import { filterToSql } from '../../../src/scim/protocol/filterSql.ts';
import { lookupSql } from '../../../src/scim/protocol/lookup.ts';
import { scanMatches } from '../../../src/scim/protocol/scan.ts';
import { userType } from '../../../src/scim/schema/schema.ts';
import type { Match } from '../../../src/store/selection.ts';
import { withStores } from '../../support/stores.ts';
import { insertPeople } from '../support/insertPeople.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

const PEOPLE = 300;

/** A filter with many terms that match nobody. */
const terms = (count: number, path = 'nickName') =>
  Array.from({ length: count }, (_, i) => `${path} co "z${i}"`).join(' or ');

describe('scim/scan', () => {
  withStores((open) => {
    let scim: ScimServer;

    before(async () => {
      scim = await openScimServer(await open());
      await insertPeople(scim.deps.store.db, PEOPLE, { displayName: 'Zoë' });
    });

    const list = (filter: string, path = '/Users') =>
      scim.call('POST', `${path}/.search`, { filter, count: 1, sortBy: 'displayName' });

    /** Runs a scan, and returns its matches and the number of its slices. */
    const scan = async (filter: string, work: number, now = scim.deps.now) => {
      const { engine } = scim.deps.store;
      const parsed = parseFilter(filter);
      const test = filterToSql(userType, engine, parsed);
      if (typeof test === 'boolean') throw new Error('decided without a scan');
      const [cost, lookup] = [costOfFilter(userType, parsed), lookupSql(userType, parsed)];
      const found: Match[] = [];
      let slices = 0;
      const budget = { work };
      const input = { table: 'users' as const, condition: test, lookup, cost, sortKey: sql<null>`null` };
      for await (const matches of scanMatches({ ...scim.deps, now }, (part) => part(), input, budget)) {
        slices += 1;
        for (const match of matches) found.push(match);
      }
      return { found, slices, spent: work - budget.work };
    };

    it('reads all rows in slices, which are smaller the more a row costs', async () => {
      const cheap = await scan('displayName eq "zoë"', 1e6);
      const dear = await scan(`displayName eq "zoë" or ${terms(100)}`, 1e6);
      expect(cheap.found).to.have.lengthOf(PEOPLE);
      expect(dear.found).to.deep.equal(cheap.found);
      expect(cheap.slices).to.be.lessThan(4);
      expect(dear.slices).to.be.within(30, 60);
      expect(dear.spent).to.be.greaterThan(50 * cheap.spent);
    });

    it('reads only the rows that an index finds', async () => {
      const { found, slices, spent } = await scan(`emails.value eq "x" or userName eq "y" and (${terms(300)})`, 1e6);
      expect(found).to.deep.equal([]);
      expect(slices).to.equal(0);
      expect(spent).to.equal(0);
    });

    it('refuses a filter that costs more than the budget before it reads a row', async () => {
      const refused = await scan(terms(100), 1_000).catch((error: unknown) => error);
      expect(refused).to.include({ status: 400, scimType: 'tooMany' });
    });

    it('stops a filter that takes longer than its cost promised', async () => {
      let at = 0;
      const slowly = () => {
        at += 8_000;
        return at;
      };
      const refused = await scan(terms(100), 1e6, slowly).catch((error: unknown) => error);
      expect(refused).to.include({ status: 400, scimType: 'tooMany' });
    });

    it('serves other requests while a filter runs', async () => {
      const order: string[] = [];
      const filter = list(terms(400)).then(({ status }) => order.push(`filter ${status}`));
      await scim.call('GET', '/ServiceProviderConfig');
      for (let i = 0; i < 3; i += 1) order.push(`other ${(await scim.call('GET', '/Users?count=1')).status}`);
      await filter;
      expect(order).to.deep.equal(['other 200', 'other 200', 'other 200', 'filter 200']);
    });

    it('decides what is the same for everyone without reading a person', async () => {
      const { longRead } = scim.deps.store;
      scim.deps.store.longRead = () => Promise.reject(new Error('People were read'));
      try {
        for (const filter of [
          terms(300, 'schemas'),
          'meta.resourceType eq "Group"',
          'members.type eq "x"',
          'id pr and schemas co "z"',
        ]) {
          const path = filter.startsWith('members') ? '/Groups' : '/Users';
          const { status, body } = await list(filter, path);
          expect([status, body.totalResults], filter).to.deep.equal([200, 0]);
        }
        const everyone = await scim.call('GET', '/Users?count=2&filter=userName pr or schemas co "z"');
        expect(everyone.body).to.include({ totalResults: PEOPLE, itemsPerPage: 2 });
      } finally {
        scim.deps.store.longRead = longRead;
      }
    });
  });

  it('refuses filters of members and groups that would read too many memberships', async () => {
    const scim = await openScimServer();
    const members = (await insertPeople(scim.deps.store.db, 1_000)).map((value) => ({ value }));
    const group = await scim.call('POST', '/Groups', { displayName: 'All', members });
    const many = terms(30, 'display');
    for (const [path, filter, total] of [
      ['/Groups', `members[${many}]`, 'tooMany'],
      ['/Groups', `members[${terms(3, 'display')}]`, 0],
      ['/Groups', `members.value eq "${members[0]?.value}"`, 1],
      ['/Groups', `not (members.value eq "${members[0]?.value}")`, 0],
      ['/Users', `groups.value eq "${group.body.id}"`, 1_000],
      ['/Users', 'groups.display eq "all" and active eq false', 0],
    ] as const) {
      const { body } = await scim.call('POST', `${path}/.search`, { filter, count: 1 });
      expect(body.scimType ?? body.totalResults, filter).to.equal(total);
    }
  });
});
