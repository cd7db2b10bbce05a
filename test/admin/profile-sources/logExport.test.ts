import { expect } from 'chai';
import { type Sources, startForSources } from '../support/sources.ts';

const EXPORT = '/settings/profile-sources/log/export';

describe('admin/profile-sources/logExport', () => {
  let setup: Sources;

  beforeEach(async () => {
    setup = await startForSources();
  });

  it('exports the filtered log as CSV that a spreadsheet does not run', async () => {
    await setup.log({ resourceName: '=HYPERLINK("x")', changes: [{ attribute: 'a', after: 'b' }] });
    await setup.log({ status: 404 });
    const { text, headers } = await setup.client.get(`${EXPORT}?format=csv&outcome=succeeded`);
    expect(headers.get('content-disposition')).to.equal('attachment; filename=scim-log-2026-03-02.csv');
    const lines = text.trim().split('\n');
    expect(lines[0]).to.contain('"time","source","event","method"');
    expect(lines).to.have.length(2);
    expect(lines[1]).to.contain(`"'=HYPERLINK(""x"")"`);
  });

  it('exports any number of entries as NDJSON', async () => {
    for (let index = 0; index < 1_200; index += 1) await setup.log({ durationMs: index });
    const { text, headers } = await setup.client.get(`${EXPORT}?format=ndjson`);
    expect(headers.get('content-type')).to.contain('application/x-ndjson');
    const lines = text.trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line));
    expect(rows).to.have.length(1_200);
    expect(rows[0]).to.include({ time: '2026-03-02T09:00:01.199Z', source: 'JumpCloud', durationMs: 1_199 });
  });
});
