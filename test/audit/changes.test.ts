import { expect } from 'chai';
import { changesBetween, idChanges } from '../../src/audit/changes.ts';

describe('audit/changes', () => {
  it('lists what differs, with the values before and after', () => {
    const changes = changesBetween({ a: 1, b: [1, 2], c: null, d: 'x' }, { a: 1, b: [1, 3], c: 'new' });
    expect(changes).to.deep.equal([
      { name: 'b', before: [1, 2], after: [1, 3] },
      { name: 'c', after: 'new' },
      { name: 'd', before: 'x' },
    ]);
  });

  it('lists all values of what was created or deleted', () => {
    expect(changesBetween(undefined, { a: 1 })).to.deep.equal([{ name: 'a', after: 1 }]);
    expect(changesBetween({ a: 1 }, undefined)).to.deep.equal([{ name: 'a', before: 1 }]);
  });

  it('never keeps a secret', () => {
    const changes = changesBetween({ secret: 'old' }, { secret: 'new' }, ['secret']);
    expect(changes).to.deep.equal([{ name: 'secret', secret: true }]);
  });

  it('keeps the beginning of a long value, with its length and digest', () => {
    const [change] = changesBetween({}, { xml: 'é'.repeat(5_000) });
    expect(change?.after).to.include({ start: 'é'.repeat(4_000), length: 5_000 });
    expect(JSON.stringify(change)).to.match(/"sha256":"[0-9a-f]{64}"/);
  });
  it('splits lists of IDs into changes of at most 1,000', () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => `${index}`);
    expect(idChanges('members', {})).to.deep.equal([]);
    expect(idChanges('members', { added: ['a'], removed: ['b'] })).to.deep.equal([
      { name: 'members', added: ['a'], removed: ['b'] },
    ]);
    expect(idChanges('members', { added: ids, removed: ['b'] })).to.deep.equal([
      { name: 'members', removed: ['b'] },
      { name: 'members', added: ids.slice(0, 1_000) },
      { name: 'members', added: ids.slice(1_000) },
    ]);
  });
});
