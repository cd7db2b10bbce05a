import { expect } from 'chai';
import { insertProvider } from '../../../src/store/identityProviders.ts';
import { insertLoginActivity, type LoginActivity } from '../../../src/store/loginActivity.ts';
import type { Anteroom } from '../../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { anActivity, aProvider } from '../../support/rows.ts';

const PATH = '/settings/security/activity';

describe('Login activity', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser({ givenName: 'Maya' }));
  });

  it('lists each attempt with its reason, and filters by the query', async () => {
    await attempt({
      reference: '7F3K-Q2MD',
      outcome: 'refused',
      reason: 'person_unknown',
      asserted: '<anna>@acme.com',
    });
    await attempt({ outcome: 'logged_in', reason: null, asserted: 'ben@acme.com' });
    const all = await client.get(PATH);
    expect(all.text).to.contain('3 attempts').and.contain('&lt;anna&gt;@acme.com').and.contain('Maya');
    expect(all.text).to.contain('The person is not in the People Directory').and.contain('person_unknown');
    const refused = await client.get(`${PATH}?outcome=refused`);
    expect(refused.text).to.contain('1 attempt').and.not.contain('ben@acme.com');
    expect((await client.get(`${PATH}?q=7f3k-q2md`)).text)
      .to.contain('&lt;anna&gt;')
      .and.not.contain('ben@');
    expect((await client.get(`${PATH}?q=BEN`)).text)
      .to.contain('ben@acme.com')
      .and.not.contain('anna');
    expect((await client.get(`${PATH}?q=nobody`)).text).to.contain('No results');
  });

  it('keeps the filter from page to page', async () => {
    for (let index = 0; index < 51; index += 1) await attempt({ outcome: 'refused', reason: 'person_unknown' });
    const first = await client.get(`${PATH}?outcome=refused`);
    const [, next = ''] = /rel="next" href="([^"]*)"/.exec(first.text) ?? [];
    expect(first.text).to.contain('50 attempts on this page');
    expect(next).to.contain(`${PATH}?outcome=refused&amp;before=`);
    const second = await client.get(next.replaceAll('&amp;', '&'));
    expect(second.text).to.contain('1 attempt on this page').and.contain(`href="${PATH}?outcome=refused"`);
    expect(second.text).to.not.contain('rel="next"').and.not.contain('Logins a day');
    for (const before of ['-1', 'x', '%00', '0'])
      expect((await client.get(`${PATH}?before=${before}`)).status).to.equal(200);
  });

  it('filters by person, reason, provider, network and time, and keeps what was entered', async () => {
    const provider = aProvider({ name: 'Okta' });
    await insertProvider(anteroom.deps.store.db, provider, '<x/>');
    const at = Date.UTC(2026, 1, 20, 12);
    const here = { outcome: 'refused', reason: 'audience_mismatch', providerId: provider.id, network: '10.1.2.3', at };
    await attempt({ ...here, asserted: 'anna' });
    await attempt({ asserted: 'ben', outcome: 'refused', reason: 'person_unknown' });
    for (const query of [
      'reason=audience_mismatch',
      `provider=${provider.id}`,
      `q=${encodeURIComponent(provider.entityId)}`,
      'network=10.1.0.0%2F16',
      'from=2026-02-20&until=2026-02-20',
      'from=2026-02-20T12:00&until=2026-02-20T12:00',
    ]) {
      const { text } = await client.get(`${PATH}?${query}`);
      expect(text, query).to.contain('anna').and.contain('1 attempt<');
    }
    const maya = await client.get(`${PATH}?person=MAYA.koch&outcome=logged_in`);
    expect(maya.text).to.contain('1 attempt<').and.contain('value="MAYA.koch"').and.contain('Filters (2)');
    expect(maya.text).to.contain('<option value="logged_in" selected>').and.contain('<details class="mt-3" open>');
  });

  it('shows errors beside the filters, and searches nothing then', async () => {
    const typed =
      'person=nobody&provider=none&domain=none&network=10.0.0.0%2F99&from=x&until=2026-02-30&outcome=x&reason=%27';
    const { status, text } = await client.get(`${PATH}?${typed}`);
    expect(status).to.equal(422);
    for (const name of ['person', 'provider', 'domain', 'network', 'from', 'until', 'outcome', 'reason'])
      expect(text).to.contain(`id="${name}-error"`);
    expect(text).to.contain('value="10.0.0.0/99"').and.contain('Correct the filters').and.not.contain('Logins a day');
    const order = await client.get(`${PATH}?from=2026-03-02&until=2026-03-01`);
    expect(order.text).to.contain('The end must be after the start.');
  });

  it('counts the logins and refusals that the filter finds', async () => {
    const provider = aProvider({ name: 'Okta' });
    await insertProvider(anteroom.deps.store.db, provider, '<x/>');
    const login = { outcome: 'logged_in', reason: null, providerId: provider.id };
    for (const _ of [1, 2]) await attempt(login);
    await attempt({ outcome: 'refused', reason: 'person_unknown', network: '10.0.0.1' });
    const all = (await client.get(PATH)).text;
    expect(all).to.contain('Logins a day by provider, February 17 to March 2');
    expect(all).to.contain('<title>March 2: Okta 2, Local login 1</title>');
    expect(all).to.contain('<tr><th>March 2</th><td>2</td><td>1</td></tr>');
    expect(all).to.contain(`href="${PATH}?outcome=refused&amp;reason=person_unknown">The person is not in`);
    const some = (await client.get(`${PATH}?network=10.0.0.0%2F8`)).text;
    expect(some).to.contain('No logins in this period.').and.contain('The person is not in the People Directory</a>');
  });

  function attempt(values: Partial<LoginActivity>): Promise<void> {
    return insertLoginActivity(anteroom.deps.store.db, anActivity({ at: anteroom.deps.now(), ...values }));
  }
});
