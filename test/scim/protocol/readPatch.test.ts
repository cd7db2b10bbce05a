import { expect } from 'chai';
import { readPatch } from '../../../src/scim/protocol/readPatch.ts';
import { groupType, userType } from '../../../src/scim/schema/schema.ts';

describe('scim/readPatch', () => {
  const times = <T>(count: number, create: (index: number) => T) => Array.from({ length: count }, (_, i) => create(i));
  const read = (operations: unknown[], type = userType) => readPatch(type, { Operations: operations });
  const refusalOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('accepts the removal of a thousand members one by one', () => {
    const path = (i: number) => `members[value eq "019ac7b2-5c7e-7000-8000-${String(i).padStart(12, '0')}"]`;
    const operations = times(1_000, (i) => ({ op: 'remove', path: path(i) }));
    expect(read(operations, groupType)).to.have.lengthOf(1_000);
  });

  it('refuses more paths, and longer ones, than any client sends', () => {
    const terms = times(60, (i) => `value co "z${i}"`).join(' or ');
    const names = Object.fromEntries(times(10_000, (i) => [`unknown${i}`, 0]));
    for (const operations of [
      times(1_000, () => ({ op: 'replace', path: `emails[${terms}].display`, value: 'x' })),
      [{ op: 'add', value: names }],
      [{ op: 'add', value: { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': names } }],
    ])
      expect(refusalOf(() => read(operations))).to.include({ status: 400, scimType: 'tooMany' });
  });
});
