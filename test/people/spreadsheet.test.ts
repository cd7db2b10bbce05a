import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { spreadsheet, withoutApostrophes } from '../../src/people/spreadsheet.ts';

describe('people/spreadsheet', () => {
  const text = (...cells: string[]) => stringify([cells], { ...spreadsheet, columns: cells.map((_, i) => `c${i}`) });
  const formula = /^["\s]*[=+\-@＝＋－＠]/;

  it('quotes every cell, also an empty one', () => {
    expect(text('a', '', 'b;c')).to.equal('"c0","c1","c2"\n"a","","b;c"\n');
  });

  it('leaves no cell that starts a formula, whatever separates the cells', () => {
    for (const cell of [
      '=1+1',
      '+1',
      '-1',
      '@a',
      '\t=1',
      '\r=1',
      'a;=1',
      'a; "=1',
      'a\t=1',
      'a\n=1',
      'a;\n;+1',
      'a;＝1',
    ])
      for (const separator of [/[,\r\n]/, /[;\r\n]/, /[\t\r\n]/]) {
        const cells = text('x', cell).split(separator);
        expect(
          cells.filter((one) => formula.test(one)),
          JSON.stringify(cell),
        ).to.deep.equal([]);
      }
  });

  it('returns to the same text when it is read', () => {
    const character = fc.constantFrom('a', ';', '\n', '=', '-', '@', '"', "'", ' ', '\t');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (inner) => {
        const cell = `a${inner}`;
        const [, row] = parse(text(cell));
        expect(withoutApostrophes(row?.[0] ?? '')).to.equal(cell);
      }),
    );
  });
});
