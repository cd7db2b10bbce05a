import { expect } from 'chai';
import { isoTime, list, table } from '../../src/cli/print.ts';

describe('cli/print', () => {
  it('prints times in ISO 8601', () => {
    expect(isoTime(0)).to.equal('1970-01-01T00:00:00.000Z');
    expect([isoTime(null), isoTime(undefined)]).to.deep.equal([null, null]);
  });

  it('aligns the columns of a table below their titles, without control characters', () => {
    const rows = [
      { NAME: 'anna', X: 'a\u202Eb', N: 1 },
      { NAME: 'bartholomew', X: null, N: 20 },
    ];
    expect(table(rows, 'None.')).to.equal('NAME         X    N\nanna         a\u{fffd}b  1\nbartholomew       20');
    expect(table([], 'None.')).to.equal('None.');
  });

  it('aligns the values of a list, and leaves out those that are undefined', () => {
    const text = list([
      ['ID', '1\n2'],
      ['A long name', undefined],
      ['Token', 3],
      ['URL', null],
    ]);
    expect(text).to.equal('ID     1\u{fffd}2\nToken  3\nURL');
  });
});
