import { expect } from 'chai';
import { logInLocally } from '../../support/client.ts';
import { type Sources, startForSources } from '../support/sources.ts';

const LOG = '/settings/profile-sources/log';

describe('admin/profile-sources/log', () => {
  let setup: Sources;

  beforeEach(async () => {
    setup = await startForSources();
  });

  it('filters by source, event, outcome, text and day', async () => {
    const { client, log } = setup;
    expect((await client.get(LOG)).text).to.contain('No requests yet');
    await log({ event: 'user_create_provision', resourceName: 'anna.berg', resourceId: 'anna' });
    await log({ event: 'group_update_provision', resourceName: 'Sales', sourceId: 'other', sourceName: 'Okta' });
    await log({ status: 401, sourceId: null, sourceName: null, event: null, detail: 'The token is wrong.' });
    const shown = async (query: string) => {
      const { text } = await client.get(`${LOG}?${query}`);
      return [...text.matchAll(new RegExp(`href="${LOG}/([\\w-]{36})"`, 'g'))].length;
    };
    expect(await shown('')).to.equal(3);
    for (const query of ['event=user_create_provision', 'source=other', 'outcome=refused', 'q=ANNA', 'q=token'])
      expect(await shown(query), query).to.equal(1);
    expect(await shown('outcome=succeeded')).to.equal(2);
    expect(await shown('from=2026-03-02&until=2026-03-02')).to.equal(3);
    expect(await shown('from=2026-03-03')).to.equal(0);
    expect(await shown('until=2026-03-01')).to.equal(0);
    expect(await shown('from=nonsense&outcome=perhaps&before=%00')).to.equal(3);
    expect((await client.get(`${LOG}?resource=anna`)).text).to.contain('Showing requests for anna.berg only.');
    expect((await client.get(`${LOG}?q=zzz`)).text).to.contain('No matching requests');
  });

  it('shows what the rights of the source left out', async () => {
    const { client, log } = setup;
    await log({ detail: 'The password was not stored: this source may not set passwords.' });
    const list = (await client.get(`${LOG}?q=not+stored`)).text;
    expect(list).to.contain('The password was not stored').and.to.contain('1 request,');
  });

  it('shows 50 entries on a page', async () => {
    const { client, log } = setup;
    for (let index = 0; index < 53; index += 1) await log();
    const first = (await client.get(LOG)).text;
    expect(first).to.contain('50 requests, newest first').and.not.to.contain('>Newest<');
    const older = /rel="next" href="([^"]+)"/.exec(first)?.[1] ?? '';
    expect((await client.get(older)).text)
      .to.contain('3 requests')
      .and.to.contain('>Newest<');
  });

  it('deletes entries that are older than the number of days entered', async () => {
    const { anteroom, log } = setup;
    await log();
    anteroom.deps.clock.advance(8 * 86_400_000);
    await log();
    const client = await logInLocally(anteroom);
    const refused = await client.post(`${LOG}/retention`, { days: '0' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Enter a number of days');
    const page = (await client.follow(await client.post(`${LOG}/retention`, { days: '7' }))).text;
    expect(page).to.contain('the log is kept for 7 days').and.to.contain('value="7"').and.to.contain('1 request,');
  });
});
