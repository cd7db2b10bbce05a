import { expect } from 'chai';
import { mainPhoto, mainValue, primaryEmail, withFormatted } from '../../src/people/contact.ts';

describe('people/contact', () => {
  it('prefers the primary value, then the one for work, then the first', () => {
    const [home, work, primary] = [
      { value: 'h', type: 'home' },
      { value: 'w', type: 'work' },
      { value: 'p', primary: true },
    ];
    expect(mainValue([home, work, primary])).to.equal(primary);
    expect(mainValue([home, work])).to.equal(work);
    expect(mainValue([home])).to.equal(home);
    expect(primaryEmail({ emails: [home, work] })).to.equal('w');
    expect(primaryEmail({})).to.equal(null);
  });

  it('prefers the primary photo, then the first', () => {
    const [first, primary] = [
      { value: '1', type: 'work' },
      { value: '2', primary: true },
    ];
    expect(mainPhoto({ photos: [first, primary] })).to.equal(primary);
    expect(mainPhoto({ photos: [first] })).to.equal(first);
  });

  it('writes the full address from its parts', () => {
    const parts = {
      type: 'work',
      streetAddress: '1 High St',
      postalCode: '2',
      locality: 'B',
      region: 'C',
      country: 'D',
    };
    expect(withFormatted([parts], undefined)).to.deep.equal([{ formatted: '1 High St\n2 B, C\nD', ...parts }]);
  });

  it('rewrites a full address whose parts changed, unless it was changed too', () => {
    const before = [{ formatted: 'A\nB', type: 'work', streetAddress: 'A', locality: 'B' }];
    const moved = [{ formatted: 'A\nB', type: 'work', streetAddress: 'A', locality: 'C' }];
    expect(withFormatted(moved, before)?.[0]?.formatted).to.equal('A\nC');
    const own = [{ formatted: 'At the sea', type: 'work', streetAddress: 'A', locality: 'C' }];
    expect(withFormatted(own, before)).to.deep.equal(own);
  });

  it('drops an address with nothing but a type', () => {
    expect(withFormatted([{ type: 'work' }], undefined)).to.equal(undefined);
    expect(withFormatted(undefined, undefined)).to.equal(undefined);
  });
});
