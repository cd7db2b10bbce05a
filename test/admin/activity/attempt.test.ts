import { expect } from 'chai';
import { differenceOf } from '../../../src/admin/activity/attempt.ts';
import { initialSettings, saveIntranetSettings } from '../../../src/people/intranetSettings.ts';
import { deriveSecrets } from '../../../src/secrets.ts';
import { listDomains } from '../../../src/store/domains.ts';
import { insertLoginActivity, type LoginActivity, type ShownCheck } from '../../../src/store/loginActivity.ts';
import { findLoginMessages, writeLoginMessages } from '../../../src/store/loginMessages.ts';
import type { MessageParts } from '../../saml/support/message.ts';
import { newestAttempt, respond, startSigning } from '../../saml/support/signingProvider.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, logInLocally, startAsPowerUser } from '../../support/client.ts';
import { anActivity } from '../../support/rows.ts';

const PATH = '/settings/security/activity';

describe('a login attempt', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser({ givenName: 'Maya' }));
  });

  it('shows a refusal: what happened, what to do, which check failed and what the person saw', async () => {
    const { url } = anteroom;
    const checks: ShownCheck[] = [
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
    expect(text).to.contain('Refused: the response was issued for a different address</h1>');
    expect(text).to.contain('failed at 2 of 3').and.contain('saml/<mark>acs/</mark>').and.contain('not reached');
    expect(text).to.contain(`value="${url}/saml/acs" readonly`);
    expect(text).to.contain('Message to the person').and.contain('Reference: 7F3K-Q2MD');
  });

  it('shows a response that was not needed without an alarm: what happened instead, and nothing to repair', async () => {
    const values = { reason: 'confirmation_expired', detail: {} };
    await attempt({ ...values, reference: 'AAAA-0003', outcome: 'started_again', flow: 'auto' });
    await attempt({ ...values, reference: 'AAAA-0004', outcome: 'continued', flow: 'again' });
    const startedAgain = (await client.get(`${PATH}/AAAA-0003`)).text;
    expect(startedAgain).to.contain('Started again: the response arrived too late</h1>').and.contain('Auto Login');
    expect(startedAgain).to.not.contain('Message to the person').and.not.contain('Compare the clocks');
    const continued = (await client.get(`${PATH}/AAAA-0004`)).text;
    expect(continued).to.contain('Already logged in: the response arrived too late</h1>').and.contain('started again');
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
    expect(removed.text).to.contain('Refused: the identity provider is disabled').and.contain('>removed<');
    expect((await client.get(`${PATH}/${login.id}`)).text).to.contain('User name and password were correct.');
    expect((await client.get(`${PATH}/AAAA-0002`)).text).to.contain('Refused: a_code_of_tomorrow');
  });

  it('returns 404 for an unknown reference or ID', async () => {
    for (const reference of ['AAAA-AAAA', 'x', '%00', '7F3K%27--', '019aa000-0000-7000-8000-000000000000'])
      expect((await client.get(`${PATH}/${reference}`)).status, reference).to.equal(404);
  });

  it('shows the messages with what each check read, as long as they are kept', async () => {
    const signing = await startSigning();
    const { deps } = signing;
    await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
    await addPerson(deps, { userName: 'ada', email: 'ada@acme.com' });
    const user = await logInLocally(signing);
    await respond(signing);
    const accepted = (await user.get(`${PATH}/${(await newestAttempt(signing)).id}`)).text;
    expect(accepted).to.match(/<tr id="check-17">[\s\S]*?href="#read-17-1">AudienceRestriction\/Audience</);
    expect(accepted).to.match(/\/saml\/metadata<\/span>\s*<a class="xml-check" id="read-17-1" href="#check-17"/);
    expect(accepted).to.contain('>samlp:AuthnRequest<').and.contain('at the provider');
    await saveIntranetSettings(deps, { ...initialSettings, messageDays: 0 });
    deps.clock.advance(1);
    await respond(signing);
    const newest = await newestAttempt(signing);
    expect((await user.get(`${PATH}/${newest.id}`)).text).to.contain('Messages of logins are not kept.');
    expect(await findLoginMessages(deps.store.db, newest.id)).to.equal(undefined);
  });

  it('is shown without messages that were sealed with a key that was replaced since', async () => {
    const activity = anActivity({ at: anteroom.deps.now() });
    await insertLoginActivity(anteroom.deps.store.db, activity);
    const before = deriveSecrets(Buffer.alloc(32, 2), anteroom.deps.randomBytes);
    await writeLoginMessages(anteroom.deps.store.db, activity.id, before.seal('{}'));
    const { status, text } = await client.get(`${PATH}/${activity.id}`);
    expect([status, text.includes('There are none of this one.')]).to.deep.equal([200, true]);
  });

  it('shows the messages of the refusal that its row shows', async () => {
    const signing = await startSigning();
    await addPerson(signing.deps, { userName: 'maya.koch', userType: 'Power User' });
    const user = await logInLocally(signing);
    for (const destination of ['https://one.example', 'https://two.example']) {
      const parts = ({ responseAttributes }: MessageParts) => ({
        responseAttributes: responseAttributes.replace(/Destination="[^"]*"/, `Destination="${destination}"`),
      });
      await respond(signing, { parts });
    }
    const { id, times } = await newestAttempt(signing);
    expect(times).to.equal(2);
    const { text } = await user.get(`${PATH}/${id}`);
    expect(text).to.contain('<mark class="xml-read xml-refused"><span class="xml-value">https://two.example<');
    expect(text).to.not.contain('https://one.example');
  });

  it('keeps its own messages if its row counts refusals of other people too', async () => {
    const signing = await startSigning();
    await addPerson(signing.deps, { userName: 'maya.koch', userType: 'Power User' });
    const user = await logInLocally(signing);
    for (let person = 1; person <= 21; person += 1)
      await respond(signing, {
        parts: ({ subject }: MessageParts) => ({ subject: subject.replace('ada@', `person.${person}@`) }),
      });
    const { id, times } = await newestAttempt(signing);
    expect(times).to.equal(2);
    expect((await user.get(`${PATH}/${id}`)).text)
      .to.contain('>person.20@acme.com<')
      .and.not.contain('person.21');
  });

  it('shows where a response is no XML', async () => {
    const signing = await startSigning();
    await addPerson(signing.deps, { userName: 'maya.koch', userType: 'Power User' });
    const user = await logInLocally(signing);
    await respond(signing, { xml: () => '<Response>\n<broken' });
    const { id } = await newestAttempt(signing);
    const { text } = await user.get(`${PATH}/${id}`);
    expect(text).to.contain('line 2, column 8').and.contain('&lt;broken');
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
    it(`marks ${marked || 'nothing'} in ${received} if ${expected || 'nothing'} was expected`, () => {
      const { same, different } = differenceOf(expected, received);
      expect([different, same + different]).to.deep.equal([marked, received]);
    });
});
