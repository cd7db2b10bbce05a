import { expect } from 'chai';
import { personAttributes } from '../../src/people/attributes.ts';
import { readCsv } from '../../src/people/readCsv.ts';

describe('people/readCsv', () => {
  for (const separator of [',', ';', '\t'])
    it(`reads a file with ${JSON.stringify(separator)} between the cells`, async () => {
      const lines = [
        ['User Name', 'shoe size', 'title'],
        ['anna.berg', '38', "'=1"],
        ['ben.tal', '', '"a\nb"'],
      ];
      const read = await readCsv(
        bytes(`\ufeff${lines.map((cells) => cells.join(separator)).join('\r\n')}\r\n\r\n`),
        personAttributes,
      );
      expect(read).to.deep.equal({
        ok: true,
        value: {
          ignored: ['shoe size'],
          rows: [
            { line: 2, cells: { userName: 'anna.berg', title: '=1' } },
            { line: 4, cells: { userName: 'ben.tal', title: 'a\nb' } },
          ],
        },
      });
    });

  it('keeps a line with too many cells, with the reason', async () => {
    const read = await readCsv(bytes('userName\nanna,x\n'), personAttributes);
    expect(read.ok && read.value.rows[0]?.error).to.equal('The line has more cells than the first line has columns.');
  });

  const refused: [string, Uint8Array, string][] = [
    ['an empty file', bytes(''), 'The file is empty.'],
    ['a file without userName', bytes('name,title\nx,y\n'), 'one of them must be userName'],
    ['a column twice', bytes('userName,User Name\nx,y\n'), 'The file has two columns userName.'],
    ['an open quotation mark', bytes('userName,title\n"x,y\n'), 'cannot be read'],
    ['bytes that are not UTF-8', new Uint8Array([0x75, 0xff, 0xfe]), 'not UTF-8 text'],
    ['a large file', new Uint8Array(101), 'larger than 0 MB'],
    ['too many lines', bytes('userName\na\nb\nc\n'), 'more than 2 people'],
  ];
  for (const [what, content, error] of refused)
    it(`refuses ${what}`, async () => {
      const read = await readCsv(content, personAttributes, { bytes: 100, rows: 2 });
      expect(read.ok ? '' : read.errors.file).to.contain(error);
    });
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
