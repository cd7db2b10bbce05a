import { expect } from 'chai';
import fc from 'fast-check';
import { createIsoTime, createMeta } from '../../../src/scim/resources/meta.ts';
import { groupType } from '../../../src/scim/schema/schema.ts';

describe('scim/meta', () => {
  it('formats times as Date does, for times close together and far apart', () => {
    const close = fc.integer({ min: Date.UTC(2026, 2, 2), max: Date.UTC(2026, 2, 2, 0, 3) });
    const any = fc.integer({ min: Date.UTC(1, 0), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
    fc.assert(
      fc.property(fc.array(fc.oneof(close, any), { minLength: 1, maxLength: 20 }), (times) => {
        expect(times.map(createIsoTime())).to.deep.equal(times.map((at) => new Date(at).toISOString()));
      }),
      { seed: 20261201 },
    );
  });

  it('throws what Date throws, and still formats the next time', () => {
    const isoTime = createIsoTime();
    expect(() => isoTime(Number.NaN)).to.throw(RangeError);
    expect(isoTime(0)).to.equal('1970-01-01T00:00:00.000Z');
  });

  it('builds meta with the URL of the resource', () => {
    const meta = createMeta(groupType, 'https://acme.com/scim')({ id: 'g', createdAt: 0, modifiedAt: 1_000 }, 'W/"2"');
    expect(meta).to.deep.equal({
      resourceType: 'Group',
      created: '1970-01-01T00:00:00.000Z',
      lastModified: '1970-01-01T00:00:01.000Z',
      location: 'https://acme.com/scim/Groups/g',
      version: 'W/"2"',
    });
  });
});
