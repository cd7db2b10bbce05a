import { expect } from 'chai';
import { namesOf } from '../../src/people/names.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';

describe('people/names', () => {
  withStores((open) => {
    it('names the first people and counts the others', async () => {
      const { db } = await open();
      const people = Array.from({ length: 7 }, (_, index) => aUser({ displayName: `P${index}` }));
      for (const person of people) await insertUser(db, person, null);
      const ids = people.map(({ id }) => id);
      expect(await namesOf(db, [])).to.equal('');
      expect(await namesOf(db, ids.slice(0, 1))).to.equal('P0');
      expect(await namesOf(db, ids.slice(0, 3))).to.equal('P0, P1 and P2');
      expect(await namesOf(db, ids)).to.equal('P0, P1, P2, P3, P4 and 2 more');
      expect(await namesOf(db, ids.slice(0, 5), 1_234)).to.equal('P0, P1, P2, P3, P4 and 1,229 more');
      expect(await namesOf(db, [...ids.slice(0, 1), 'deleted'])).to.equal('P0 and 1 more');
      expect(await namesOf(db, ['deleted'])).to.equal('1 person');
    });

    it('keeps each name in its own direction', async () => {
      const { db } = await open();
      const people = ['נועה לוי', 'Eve\u202e', 'Eve\u2069 \u202e'].map((displayName) => aUser({ displayName }));
      for (const person of people) await insertUser(db, person, null);
      const ids = people.map(({ id }) => id);
      expect(await namesOf(db, ids)).to.equal('\u2068נועה לוי\u2069, \u2068Eve\u202e\u2069 and \u2068Eve \u202e\u2069');
    });
  });
});
