import { expect } from 'chai';
import { stringify } from 'csv-stringify/sync';
import { createImport, createJob } from '../../src/jobs/jobs.ts';
import { runJob } from '../../src/jobs/worker.ts';
import { csvHeaders, exportPeople } from '../../src/people/csv.ts';
import { readImport } from '../../src/people/importPeople.ts';
import { spreadsheet } from '../../src/people/spreadsheet.ts';
import { listJobItems } from '../../src/store/jobs.ts';
import { addAttributes, everyType } from '../support/customAttributes.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('people/csvReferences', () => {
  withStores((open) => {
    const opened = async () => {
      const deps = await testDeps({ store: await open() });
      await addAttributes(deps, ...everyType);
      return deps;
    };

    async function importCsv(deps: TestDeps, csv: string) {
      const read = await readImport(Buffer.from(csv), deps.attributes.list);
      if (!read.ok) throw new Error(JSON.stringify(read.errors));
      const preview = await runJob(deps, (await createJob(deps, read.value, 'the test')).id);
      const job = await runJob(deps, (await createImport(deps, preview.id, 'the test')).id);
      const all = { limit: 100, after: 0 };
      const items = await Promise.all(
        ['error', 'refused'].map((outcome) => listJobItems(deps.store.db, job.id, outcome, all)),
      );
      return { counts: preview.counts, reasons: items.flat().map(({ reason }) => reason) };
    }

    const exported = async (deps: TestDeps) =>
      stringify(await Array.fromAsync(exportPeople(deps, {})), {
        ...spreadsheet,
        columns: csvHeaders(deps.attributes.list),
      });

    it('exports values of each type, and imports them again into an empty directory', async () => {
      const deps = await opened();
      const cells = [
        'A-7, "x"',
        '"sailing\nchess"',
        '12.5',
        '"1\n-2"',
        '2026-03-31',
        '2026-03-31',
        'large',
        '"Small\nLarge"',
        'https://acme.example',
        'https://acme.example',
        'Boss',
        '"boss\nmaya"',
      ];
      cells[0] = '"A-7, ""x"""';
      const header = `userName,${everyType.map(({ name }) => name).join(',')}`;
      const first = await importCsv(deps, `${header}\nanna,${cells.join(',')}\nboss\nmaya,,,,,,,,,,,boss\n`);
      expect(first).to.deep.equal({ counts: { create: 3 }, reasons: [] });
      const text = await exported(deps);
      expect(text).to.include('"sailing\nchess"').and.include('"boss\nmaya"').and.include('"A-7, ""x"""');
      const other = await opened();
      expect(await importCsv(other, text)).to.deep.equal({ counts: { create: 3 }, reasons: [] });
      expect(await exported(other)).to.equal(text);
      expect((await importCsv(other, text)).counts).to.deep.equal({ same: 3 });
    });

    it('says which person is unknown, and refuses a circle of new people', async () => {
      const deps = await opened();
      expect((await importCsv(deps, 'userName,oneperson\nanna,nobody\n')).reasons).to.deep.equal([
        'oneperson “nobody”: No person with this user name is in the People Directory or the file.',
      ]);
      const circle = 'userName,oneperson\na,b\nb,a\n';
      expect((await importCsv(deps, circle)).reasons).to.deep.equal([
        'oneperson: a is not in the People Directory.',
        'oneperson: b is not in the People Directory.',
      ]);
      await importCsv(deps, 'userName\na\nb\n');
      expect(await importCsv(deps, circle)).to.deep.equal({ counts: { change: 2 }, reasons: [] });
    });

    it('names the column of a wrong value, and changes nothing for an empty cell', async () => {
      const deps = await opened();
      await importCsv(deps, 'userName,onenumber,onetext\nanna,5,A\n');
      expect((await importCsv(deps, 'userName,manynumber\nanna,"1\nx"\n')).reasons).to.deep.equal([
        'manynumber: “x”: Enter a number such as 12 or -3.5, with at most 15 digits.',
      ]);
      await importCsv(deps, 'userName,onenumber,onetext\nanna,,B\n');
      const [anna] = await Array.fromAsync(exportPeople(deps, {}));
      expect(anna).to.include({ onenumber: '5', onetext: 'B' });
    });
  });
});
