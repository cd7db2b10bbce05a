import { expect } from 'chai';
import fc from 'fast-check';
import { isoTime } from '../../../src/scim/protocol/time.ts';

describe('scim/time', () => {
  it('writes what Date does, for times near each other and far apart', () => {
    const near = fc.integer({ min: Date.UTC(2026, 2, 2), max: Date.UTC(2026, 2, 2, 0, 3) });
    const far = fc.integer({ min: Date.UTC(1, 0), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
    fc.assert(
      fc.property(fc.array(fc.oneof(near, far), { minLength: 1, maxLength: 20 }), (times) => {
        expect(times.map(isoTime)).to.deep.equal(times.map((at) => new Date(at).toISOString()));
      }),
      { seed: 20261201 },
    );
  });

  it('throws what Date throws, and goes on', () => {
    expect(() => isoTime(Number.NaN)).to.throw(RangeError);
    expect(isoTime(0)).to.equal('1970-01-01T00:00:00.000Z');
  });
});
