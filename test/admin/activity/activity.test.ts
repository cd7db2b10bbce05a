import { expect } from 'chai';
import { differenceOf } from '../../../src/admin/activity/activity.ts';
import { listDomains } from '../../../src/store/domains.ts';
import { insertLoginActivity, type LoginActivity } from '../../../src/store/loginActivity.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { anActivity } from '../../support/rows.ts';

const PATH = '/settings/security/activity';

describe('admin/loginActivity', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' });
    client = await logInLocally(anteroom);
  });

  it('lists each attempt with its reason in words, searched and filtered in the address', async () => {
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
    expect((await client.get(`${PATH}?q=nobody`)).text).to.contain('Nothing matches');
  });

  it('keeps the filter from page to page', async () => {
    for (let index = 0; index < 51; index += 1) await attempt({ outcome: 'refused', reason: 'person_unknown' });
    const first = await client.get(`${PATH}?outcome=refused`);
    expect(first.text).to.contain('1 to 50 of 51 attempts').and.contain(`${PATH}?outcome=refused&amp;page=2`);
    const second = await client.get(`${PATH}?outcome=refused&page=2`);
    expect(second.text).to.contain('51 to 51 of 51 attempts').and.not.contain('page=3');
    for (const page of ['-1', 'x', '1e9', '0']) expect((await client.get(`${PATH}?page=${page}`)).status).to.equal(200);
  });

  it('says of a refusal what happened, what to do, where it stopped and what the person saw', async () => {
    const { url } = anteroom;
    const checks = [
      { name: 'Status', result: 'passed', detail: 'Success' },
      { name: 'Recipient', result: 'refused', expected: `${url}/saml/acs`, received: `${url}/saml/acs/` },
      { name: 'Audience', result: 'not_reached' },
    ];
    const domainId = (await listDomains(anteroom.deps.store.db))[0]?.id ?? null;
    await attempt({
      reference: '7F3K-Q2MD',
      outcome: 'refused',
      reason: 'recipient_mismatch',
      domainId,
      detail: { checks },
    });
    const { text } = await client.get(`${PATH}/7f3k-q2md`);
    expect(text).to.contain('Refused: the answer was meant for another address</h1>');
    expect(text).to.contain('stopped at 2 of 3').and.contain('saml/<mark>acs/</mark>').and.contain('not reached');
    expect(text).to.contain(`value="${url}/saml/acs" readonly`);
    expect(text).to.contain('What the person saw').and.contain('Reference: 7F3K-Q2MD');
  });

  it('shows an attempt whose provider and domain were removed, and one without checks', async () => {
    await attempt({
      reference: 'AAAA-0000',
      outcome: 'refused',
      reason: 'provider_disabled',
      providerId: 'x',
      domainId: 'y',
    });
    const login = anActivity({ at: anteroom.deps.now(), outcome: 'logged_in', reason: null, flow: 'local' });
    await insertLoginActivity(anteroom.deps.store.db, login);
    await attempt({ reference: 'AAAA-0002', outcome: 'refused', reason: 'a_code_of_tomorrow', detail: {} });
    const removed = await client.get(`${PATH}/AAAA-0000`);
    expect(removed.text).to.contain('Refused: the identity provider is switched off here').and.contain('>removed<');
    expect((await client.get(`${PATH}/${login.id}`)).text).to.contain('User name and password were right.');
    expect((await client.get(`${PATH}/AAAA-0002`)).text).to.contain('Refused: a_code_of_tomorrow');
  });

  it('has nothing at a reference or an ID that was never given', async () => {
    for (const reference of ['AAAA-AAAA', 'x', '%00', '7F3K%27--', '019aa000-0000-7000-8000-000000000000'])
      expect((await client.get(`${PATH}/${reference}`)).status, reference).to.equal(404);
  });

  function attempt(values: Partial<LoginActivity>): Promise<void> {
    return insertLoginActivity(anteroom.deps.store.db, anActivity({ at: anteroom.deps.now(), ...values }));
  }
});

describe('differenceOf', () => {
  const cases: [string, string, string][] = [
    ['https://a.com/saml/acs', 'https://a.com/saml/acs/', 'acs/'],
    ['https://a.com/saml/acs', 'https://a.com/saml/asc', 'asc'],
    ['https://a.com/saml/acs', 'http://a.com/saml/acs', 'http://a.com/saml/acs'],
    ['https://a.com/acs', 'https://a.com/acs', ''],
    ['https://a.com/acs', 'none', 'none'],
    ['', 'none', 'none'],
  ];
  for (const [expected, received, marked] of cases)
    it(`marks ${marked || 'nothing'} where ${received} is not ${expected || 'said'}`, () => {
      const { same, different } = differenceOf(expected, received);
      expect([different, same + different]).to.deep.equal([marked, received]);
    });
});
