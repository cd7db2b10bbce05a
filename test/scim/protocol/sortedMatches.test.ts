import { expect } from 'chai';
import { collectRange, compareMatches } from '../../../src/scim/protocol/sortedMatches.ts';
import type { Match } from '../../../src/store/selection.ts';

const match = (id: string, sortKey: Match['sortKey'] = null): Match => ({ id, sortKey });

/** Slices of three, in the order of the IDs. */
async function* slicesOf(matches: Match[]): AsyncIterable<Match[]> {
  for (let start = 0; start < matches.length; start += 3) yield matches.slice(start, start + 3);
}

describe('scim/sortedMatches', () => {
  const ids = 'abcdefghij'.split('');
  const all = () => true;
  const range = (limit: number, offset = 0, descending = false) => ({ descending, limit, offset });
  const idsOf = ({ matches }: { matches: Match[] }) => matches.map(({ id }) => id).join('');

  it('sorts text by code points as the databases do, numbers by size, and equal keys by ID', () => {
    const texts = ['', 'a', 'aa', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'];
    const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
    for (const one of texts)
      for (const other of texts)
        expect(Math.sign(compareMatches(match('x', one), match('x', other)))).to.equal(byBytes(one, other));
    expect(compareMatches(match('a', 10), match('b', 9))).to.be.greaterThan(0);
    expect(compareMatches(match('a', 9), match('b', 9))).to.be.lessThan(0);
  });

  it('returns a range of a list by ID, and counts all', async () => {
    const slices = () => slicesOf(ids.map((id) => match(id)));
    for (const [limit, offset] of [
      [3, 0],
      [4, 2],
      [2, 9],
      [5, 20],
      [0, 0],
    ] as const) {
      const found = await collectRange(slices(), false, range(limit, offset), all);
      expect(idsOf(found)).to.equal(ids.slice(offset, offset + limit).join(''));
      expect(found.total).to.equal(10);
    }
    expect(idsOf(await collectRange(slices(), false, range(3, 1, true), all))).to.equal('ihg');
    expect(idsOf(await collectRange(slices(), false, range(2, 1), ({ id }) => id > 'd'))).to.equal('fg');
  });

  it('returns a range of a sorted list', async () => {
    const sorted = ids.map((id, i) => match(id, ['x', 'm', 'a'][i % 3]));
    expect(idsOf(await collectRange(slicesOf(sorted), true, range(4, 2), all))).to.equal('ibeh');
    expect(idsOf(await collectRange(slicesOf(sorted), true, range(4, 2, true), all))).to.equal('dahe');
  });

  it('refuses a page that is too far into a long sorted list', async () => {
    async function* many(): AsyncIterable<Match[]> {
      for (let i = 0; i < 11; i += 1) yield Array.from({ length: 10_000 }, (_, j) => match(`${i}-${j}`, j));
    }
    expect((await collectRange(many(), true, range(5, 1_000), all)).total).to.equal(110_000);
    const refused = await collectRange(many(), true, range(5, 200_000), all).catch((error: unknown) => error);
    expect(refused).to.include({ status: 400, scimType: 'tooMany' });
  });
});
