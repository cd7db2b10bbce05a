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
    await log({ event: 'group_lookup_provision' });
    expect([
      await shown(''),
      await shown('event=no_lookups'),
      await shown('event=group_lookup_provision'),
    ]).to.deep.equal([4, 3, 1]);
    expect(await shown('outcome=succeeded')).to.equal(3);
    expect(await shown('from=2026-03-02&until=2026-03-02')).to.equal(4);
    expect(await shown('from=2026-03-03')).to.equal(0);
    expect(await shown('until=2026-03-01')).to.equal(0);
    expect(await shown('from=nonsense&outcome=perhaps&before=%00')).to.equal(4);
    expect((await client.get(`${LOG}?resource=anna`)).text)
      .to.contain('Showing requests for <bdi>anna.berg</bdi> only.')
      .and.contain('<summary>Filters</summary>');
    expect((await client.get(`${LOG}?resource=anna&event=no_lookups`)).text).to.contain(
      '<summary>Filters (1)</summary>',
    );
    expect((await client.get(`${LOG}?q=zzz`)).text).to.contain('No matching requests');
  });

  it('says what each kind of request was', async () => {
    const { client, log } = setup;
    const cases: [Parameters<typeof log>[0], string][] = [
      [{ event: 'group_lookup_provision', path: '/Groups' }, 'Group looked up'],
      [{ event: null, status: 401, path: '/Groups', detail: 'wrong_token' }, 'Refused: request without a valid token'],
      [{ event: null, status: 404, path: '/api/v2/scim/v1/Users' }, 'Refused: wrong path'],
      [{ event: null, status: 401, path: '/api/v2/scim/oauth/token' }, 'Refused: access token request'],
      [{ event: null, path: '/ServiceProviderConfig' }, 'Server description read'],
      [{ event: null, method: 'POST', path: '/Bulk' }, 'Bulk request'],
      [{ event: null, status: 501, method: 'GET', path: '/Me' }, 'Refused: GET request'],
    ];
    for (const [entry] of cases) await log(entry);
    const page = (await client.get(LOG)).text;
    for (const [, title] of cases) expect(page).to.contain(`>${title}</a>`);
  });

  it('shows what the rights of the source left out', async () => {
    const { client, log } = setup;
    await log({ detail: 'The password was not stored: this source may not set passwords.' });
    const list = (await client.get(`${LOG}?q=not+stored`)).text;
    expect(list).to.contain('The password was not stored').and.to.contain('1 request<');
  });

  it('shows 50 entries on a page', async () => {
    const { client, log } = setup;
    for (let index = 0; index < 53; index += 1) await log();
    const first = (await client.get(LOG)).text;
    expect(first).to.contain('50 requests on this page').and.not.to.contain('>Newest<');
    const older = /rel="next" href="([^"]+)"/.exec(first)?.[1] ?? '';
    expect((await client.get(older)).text)
      .to.contain('3 requests on this page')
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
    expect(page).to.contain('the log is kept for 7 days').and.to.contain('value="7"').and.to.contain('1 request<');
  });
});
