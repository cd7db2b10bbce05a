import { expect } from 'chai';
import { insertLoginActivity, type LoginActivity } from '../../../src/store/loginActivity.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { anActivity } from '../../support/rows.ts';

const PATH = '/settings/security/activity';

describe('Login activity', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' });
    client = await logInLocally(anteroom);
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
    expect(first.text).to.contain('1 to 50 of 51 attempts').and.contain(`${PATH}?outcome=refused&amp;page=2`);
    const second = await client.get(`${PATH}?outcome=refused&page=2`);
    expect(second.text).to.contain('51 to 51 of 51 attempts').and.not.contain('page=3');
    for (const page of ['-1', 'x', '1e9', '0']) expect((await client.get(`${PATH}?page=${page}`)).status).to.equal(200);
  });

  function attempt(values: Partial<LoginActivity>): Promise<void> {
    return insertLoginActivity(anteroom.deps.store.db, anActivity({ at: anteroom.deps.now(), ...values }));
  }
});
