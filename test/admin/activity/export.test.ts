import { expect } from 'chai';
import { insertLoginActivity, type NewLoginActivity } from '../../../src/store/loginActivity.ts';
import type { Anteroom } from '../../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { anActivity } from '../../support/rows.ts';

const PATH = '/settings/security/activity/export';

describe('the export of Login activity', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser());
  });

  it('is a CSV file that no spreadsheet runs, with the names behind IDs', async () => {
    await attempt({ asserted: '=HYPERLINK("http://evil.example")', reference: 'AAAA-0001', network: '10.0.0.1' });
    const response = await client.get(`${PATH}?format=csv`);
    expect(response.headers.get('content-type')).to.contain('text/csv');
    expect(response.headers.get('content-disposition')).to.contain('login-activity-2026-03-02.csv');
    const [header, first, second, ...rest] = response.text.trimEnd().split('\n');
    expect(header).to.match(/^\uFEFF?"at","id","reference","outcome"/);
    expect(first).to.contain(`"'=HYPERLINK(""http://evil.example"")"`).and.contain('"AAAA-0001"');
    expect(second).to.contain('"logged_in"').and.contain('"maya.koch","maya.koch"');
    expect(rest).to.deep.equal([]);
  });

  it('is one JSON object a line, filtered as the list', async () => {
    const checks = [1, { number: 17, expected: 'a', received: 'b' }];
    await attempt({ asserted: 'anna', reason: 'audience_mismatch', detail: { checks, tookMs: 8 } });
    await attempt({ asserted: 'ben' });
    const response = await client.get(`${PATH}?format=ndjson&reason=audience_mismatch`);
    const rows = response.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).to.have.lengthOf(1);
    expect(rows[0]).to.include({ asserted: 'anna', expected: 'a', received: 'b', tookMs: 8, waitedMs: null, times: 1 });
    expect((await client.get(`${PATH}?format=csv&q=AAAA-AAAA`)).text.trimEnd().split('\n')).to.have.lengthOf(1);
    expect((await client.get(`${PATH}?network=x`)).status).to.equal(422);
  });

  it('ends when its reader goes away', async () => {
    await anteroom.deps.store.db.transaction().execute(async (trx) => {
      for (let i = 0; i < 3_000; i += 1)
        await insertLoginActivity(trx, anActivity({ at: anteroom.deps.now() - i, asserted: 'x'.repeat(4_000) }));
    });
    const response = await client.start(`${PATH}?format=ndjson`);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).to.equal(false);
    await reader?.cancel();
    expect((await client.get('/settings/security/activity')).status).to.equal(200);
    expect(anteroom.deps.logged.filter(({ level }) => level >= 50)).to.deep.equal([]);
  });

  function attempt(values: Partial<NewLoginActivity>): Promise<void> {
    return insertLoginActivity(anteroom.deps.store.db, anActivity({ at: anteroom.deps.now() + 1, ...values }));
  }
});
