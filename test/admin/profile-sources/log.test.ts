import { expect } from 'chai';
import { newId } from '../../../src/identifier.ts';
import { insertScimLog, type ScimLogEntry } from '../../../src/store/scimLog.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';

const LOG = '/settings/profile-sources/log';

describe('admin/scimLog', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    client = await logInLocally(anteroom);
  });

  it('says that there is nothing yet', async () => {
    expect((await client.get(LOG)).text).to.contain('No requests yet');
  });

  it('narrows by source, event, outcome, words and day, and turns pages', async () => {
    await write({ event: 'user_create_provision', resourceName: 'anna.berg' });
    await write({ event: 'group_update_provision', resourceName: 'Sales', sourceId: 'other', sourceName: 'Okta' });
    await write({ status: 401, sourceId: null, sourceName: null, event: null, detail: 'The token is wrong.' });
    const shows = async (query: string) => {
      const { text } = await client.get(`${LOG}?${query}`);
      return [...text.matchAll(new RegExp(`href="${LOG}/([\\w-]{36})"`, 'g'))].length;
    };
    expect(await shows('')).to.equal(3);
    expect(await shows('event=user_create_provision')).to.equal(1);
    expect(await shows('source=other')).to.equal(1);
    expect(await shows('outcome=refused')).to.equal(1);
    expect(await shows('q=ANNA')).to.equal(1);
    expect(await shows('q=token')).to.equal(1);
    expect(await shows('from=2026-03-02&until=2026-03-02')).to.equal(3);
    expect(await shows('from=2026-03-03')).to.equal(0);
    expect(await shows('from=nonsense&outcome=perhaps&before=%00')).to.equal(3);
    for (let index = 0; index < 50; index += 1) await write({});
    const first = (await client.get(LOG)).text;
    const older = /rel="next" href="([^"]+)"/.exec(first)?.[1] ?? '';
    expect(older).to.match(/before=/);
    expect((await client.get(older)).text)
      .to.contain('3 requests')
      .and.to.contain('Newest');
  });

  it('says in a sentence why a call was refused before it was read', async () => {
    const id = await write({ status: 401, sourceId: null, sourceName: null, event: null, detail: 'wrong_token' });
    expect((await client.get(`${LOG}/${id}`)).text)
      .to.contain('No source has the token')
      .and.to.contain('mono">wrong_token<');
  });

  it('shows one request with what changed and its body, as text', async () => {
    const id = await write({
      changes: [{ attribute: 'title', before: 'Clerk', after: '<b>Boss</b>' }],
      body: '{"title":"<b>Boss</b>","password":"***"}',
    });
    const page = (await client.get(`${LOG}/${id}`)).text;
    expect(page).to.contain('Person changed').and.to.contain('user_update_provision');
    expect(page).to.contain('Clerk').and.to.contain('&lt;b&gt;Boss&lt;/b&gt;').and.not.to.contain('<b>Boss');
    expect((await client.get(`${LOG}/nothing`)).status).to.equal(404);
  });

  it('exports as CSV that no spreadsheet runs', async () => {
    await write({ resourceName: '=HYPERLINK("x")', changes: [{ attribute: 'a', after: 'b' }] });
    await write({ status: 404 });
    const csv = await client.get(`${LOG}/export?format=csv&outcome=worked`);
    expect(csv.headers.get('content-disposition')).to.equal('attachment; filename=scim-log-2026-03-02.csv');
    const lines = csv.text.trim().split('\n');
    expect(lines[0]).to.contain('time,source,event,method');
    expect(lines).to.have.length(2);
    expect(lines[1]).to.contain(`"'=HYPERLINK(""x"")"`);
  });

  it('exports as NDJSON, row by row', async () => {
    for (let index = 0; index < 1_200; index += 1) await write({ durationMs: index });
    const { text, headers } = await client.get(`${LOG}/export?format=ndjson`);
    expect(headers.get('content-type')).to.contain('application/x-ndjson');
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).to.have.length(1_200);
    expect(rows[0]).to.include({ time: '2026-03-02T09:00:01.199Z', source: 'JumpCloud', durationMs: 1_199 });
  });

  it('keeps the log for as many days as were entered', async () => {
    await write({});
    anteroom.deps.clock.advance(8 * 86_400_000);
    client = await logInLocally(anteroom);
    await write({});
    for (const days of ['0', 'x', '99999', ''])
      expect((await client.post(`${LOG}/retention`, { days })).text).to.contain('Enter a number of days');
    const saved = await client.post(`${LOG}/retention`, { days: '7' });
    const page = (await client.follow(saved)).text;
    expect(page).to.contain('the log is kept for 7 days').and.to.contain('value="7"').and.to.contain('1 request,');
  });

  async function write(changes: Partial<ScimLogEntry>): Promise<string> {
    const { deps } = anteroom;
    const id = newId(deps);
    const entry: ScimLogEntry = {
      id,
      at: deps.now(),
      sourceId: 'source',
      sourceName: 'JumpCloud',
      network: '203.0.113.9',
      method: 'PATCH',
      path: '/Users/1',
      status: 200,
      durationMs: 4,
      event: 'user_update_provision',
      resourceType: 'User',
      resourceId: 'person',
      resourceName: 'ben.tal',
      changes: [],
      detail: null,
      body: null,
      ...changes,
    };
    await insertScimLog(deps.store.db, [entry]);
    deps.clock.advance(1);
    return id;
  }
});
