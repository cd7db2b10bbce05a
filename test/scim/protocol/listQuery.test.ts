import { expect } from 'chai';
import { ScimError } from '../../../src/scim/http/errors.ts';
import { readListQuery, searchParameters } from '../../../src/scim/protocol/listQuery.ts';

describe('scim/listQuery', () => {
  const read = (parameters: Record<string, string>) => readListQuery(new URLSearchParams(parameters));

  it('has defaults', () => {
    expect(read({})).to.deep.include({
      filter: undefined,
      sortBy: undefined,
      descending: false,
      count: 100,
      startIndex: 1,
      cursor: undefined,
    });
    expect(read({ sortBy: '', sortOrder: '', count: '', startIndex: '' })).to.deep.include({
      filter: undefined,
      sortBy: undefined,
      descending: false,
      count: 100,
      startIndex: 1,
    });
  });

  it('keeps count and startIndex within their limits', () => {
    expect(read({ count: '5000', startIndex: '7' })).to.include({ count: 1_000, startIndex: 7 });
    expect(read({ count: '-1', startIndex: '-4' })).to.include({ count: 0, startIndex: 1 });
    expect(read({ count: '0', startIndex: '0' })).to.include({ count: 0, startIndex: 1 });
  });

  it('reads a filter, a sort order and a cursor', () => {
    expect(read({ filter: 'a pr', sortBy: 'name.givenName', sortOrder: 'Descending', cursor: '' })).to.deep.include({
      filter: { kind: 'present', path: { name: 'a' } },
      sortBy: { name: 'name', sub: 'givenName' },
      descending: true,
      cursor: '',
    });
  });

  it('marks queries that a cursor must not be used for with different marks', () => {
    const marks = [{}, { filter: 'a pr' }, { sortBy: 'a' }, { sortOrder: 'descending' }].map(
      (query) => read(query as Record<string, string>).mark,
    );
    expect(new Set(marks)).to.have.property('size', 4);
    expect(read({ count: '5', cursor: 'x', attributes: 'y', sortOrder: 'ascending' }).mark).to.equal(read({}).mark);
  });

  it('refuses invalid parameters', () => {
    const refused: [Record<string, string>, string][] = [
      [{ count: 'x' }, 'invalidValue'],
      [{ count: '1.5' }, 'invalidValue'],
      [{ startIndex: 'x' }, 'invalidValue'],
      [{ sortOrder: 'up' }, 'invalidValue'],
      [{ filter: 'a' }, 'invalidFilter'],
      [{ filter: '' }, 'invalidFilter'],
      [{ filter: '  ' }, 'invalidFilter'],
      [{ sortBy: 'a b' }, 'invalidPath'],
      [{ cursor: '', count: '0' }, 'invalidCount'],
      [{ cursor: 'x', count: '-1' }, 'invalidCount'],
      [{ cursor: 'x', count: 'x' }, 'invalidCount'],
    ];
    for (const [parameters, scimType] of refused)
      expect(() => read(parameters), JSON.stringify(parameters))
        .to.throw(ScimError)
        .with.property('scimType', scimType);
  });

  describe('searchParameters', () => {
    it('reads the body of a .search in any case, with numbers and lists', () => {
      const body = {
        Filter: 'a pr',
        COUNT: 5,
        startIndex: '2',
        attributes: ['a', 'b,c', 7],
        excludedAttributes: 'd',
        sortBy: null,
      };
      expect(Object.fromEntries(searchParameters(body))).to.deep.equal({
        filter: 'a pr',
        count: '5',
        startIndex: '2',
        attributes: 'a,b,c',
        excludedAttributes: 'd',
      });
    });

    it('refuses anything else', () => {
      for (const body of [undefined, null, [], 'x'])
        expect(() => searchParameters(body))
          .to.throw(ScimError)
          .with.property('scimType', 'invalidSyntax');
      for (const body of [{ filter: {} }, { count: [5] }, { sortBy: true }])
        expect(() => searchParameters(body))
          .to.throw(ScimError)
          .with.property('scimType', 'invalidValue');
    });
  });
});
