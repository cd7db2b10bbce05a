import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { insertGroup } from '../../src/store/groups.ts';
import {
  addCalls,
  countManaged,
  deleteSource,
  expireSourceTokens,
  findManagedUserIds,
  findSource,
  findSourceByTokenHash,
  insertSource,
  insertSourceToken,
  listCalls,
  listSources,
  listSourceTokens,
  type ProfileSource,
  updateSource,
} from '../../src/store/profileSources.ts';
import { aGroup, aSource, aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/profileSources', () => {
  withStores((open) => {
    let db: Db;
    let source: ProfileSource;

    beforeEach(async () => {
      ({ db } = await open());
      source = aSource({ networks: ['192.0.2.0/24'], readOnly: true, patchResponse: 'none' });
      await insertSource(db, source);
    });

    it('keeps sources, the oldest first', async () => {
      const older = aSource({ createdAt: testStart - 1 });
      await insertSource(db, older);
      expect(await findSource(db, source.id)).to.deep.equal(source);
      expect(await listSources(db)).to.deep.equal([older, source]);
    });

    it('updates a source, except for the time of its last request', async () => {
      await addCalls(db, source.id, { day: 0, calls: 1, failures: 0, at: testStart });
      await updateSource(db, { ...source, name: 'Okta', active: false });
      expect(await findSource(db, source.id)).to.deep.equal({
        ...source,
        name: 'Okta',
        active: false,
        lastCallAt: testStart,
      });
    });

    it('finds a source by the hash of its token, until it is deleted', async () => {
      await insertToken('hash', testStart + 1);
      expect(await findSourceByTokenHash(db, 'hash')).to.deep.equal({ source, expiresAt: testStart + 1 });
      expect(await findSourceByTokenHash(db, 'other')).to.equal(undefined);
      await deleteSource(db, source.id);
      expect(await findSourceByTokenHash(db, 'hash')).to.equal(undefined);
      expect(await listSources(db)).to.deep.equal([]);
    });

    it('makes all tokens of one source expire, and none later than before', async () => {
      const other = aSource();
      await insertSource(db, other);
      await insertToken('other', null, other.id);
      await insertToken('never', null);
      await insertToken('late', testStart + 20);
      await insertToken('soon', testStart + 5);
      await insertToken('expired', testStart);
      await expireSourceTokens(db, source.id, testStart + 10, testStart);
      expect(await expiries(source.id)).to.deep.equal({ never: 10, late: 10, soon: 5 });
      await expireSourceTokens(db, source.id, testStart, testStart);
      expect(await expiries(source.id)).to.deep.equal({});
      expect(await expiries(other.id)).to.deep.equal({ other: null });
    });

    it('counts and finds the people and groups that a source manages', async () => {
      const people = [aUser({ sourceId: source.id }), aUser({ sourceId: source.id, active: false }), aUser()];
      for (const person of people) await insertUser(db, person, null);
      await insertGroup(db, aGroup({ sourceId: source.id }));
      await insertGroup(db, aGroup());
      expect(await countManaged(db, source.id)).to.deep.equal({ people: 2, activePeople: 1, groups: 1 });
      expect(await countManaged(db, 'unknown')).to.deep.equal({ people: 0, activePeople: 0, groups: 0 });
      const ids = people.slice(0, 2).map(({ id }) => id);
      expect(await findManagedUserIds(db, source.id, 9)).to.have.members(ids);
      expect(await findManagedUserIds(db, source.id, 1)).to.have.lengthOf(1);
    });

    it('adds requests up by day, and ignores an unknown source', async () => {
      for (const day of [1, 3]) await addCalls(db, source.id, { day, calls: 2, failures: 1, at: testStart });
      await addCalls(db, source.id, { day: 3, calls: 5, failures: 0, at: testStart + 1 });
      await addCalls(db, 'unknown', { day: 3, calls: 1, failures: 0, at: testStart });
      expect(await listCalls(db, source.id, 2)).to.deep.equal([{ day: 3, calls: 7, failures: 1 }]);
      expect((await listCalls(db, source.id, 1)).map(({ day }) => day)).to.deep.equal([1, 3]);
      expect(await findSource(db, source.id)).to.include({ lastCallAt: testStart + 1 });
    });

    async function insertToken(hint: string, expiresAt: number | null, sourceId = source.id): Promise<void> {
      await insertSourceToken(db, { tokenHash: hint, sourceId, hint, createdAt: testStart, expiresAt });
    }

    /** When the tokens of a source expire, relative to the start of the test. */
    async function expiries(sourceId: string): Promise<Record<string, number | null>> {
      const tokens = await listSourceTokens(db, sourceId);
      return Object.fromEntries(
        tokens.map(({ hint, expiresAt }) => [hint, expiresAt === null ? null : expiresAt - testStart]),
      );
    }
  });
});
