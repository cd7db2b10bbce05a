import { expect } from 'chai';
import { setUpDomain } from '../../src/federation/domains.ts';
import { readNotifications } from '../../src/notifications/settings.ts';
import { listDomains } from '../../src/store/domains.ts';
import { insertSource } from '../../src/store/profileSources.ts';
import { mailCertificate, startMailServer } from '../notifications/support/mailServer.ts';
import { type Anteroom, addPerson } from '../support/anteroom.ts';
import { type Client, logInLocally, startAsPowerUser } from '../support/client.ts';
import { aSource } from '../support/rows.ts';

const PATH = '/settings/notifications';

describe('admin/notifications', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser());
  });

  it('saves the settings, sends a test mail, lists it, and never shows the password', async () => {
    const server = await startMailServer({ ...(await mailCertificate({ trusted: true })), auth: true });
    const fields = formOf(server.port);
    expect((await client.get(PATH)).text)
      .to.contain('No mails yet')
      .and.not.contain('Send a test mail');
    expect(await client.post(PATH, fields)).to.include({ status: 303, location: PATH });
    expect((await client.post(`${PATH}/test`)).location).to.equal(PATH);
    const page = (await client.get(PATH)).text;
    expect(page).to.contain('The test mail was sent.').and.contain('Anteroom: test of the notifications');
    expect(page).to.contain('A password is stored').and.not.contain('mail password');
    expect(page).to.contain('>it@acme.com\nops@acme.com</textarea>');
    expect(server.mails.map(({ to }) => to)).to.deep.equal([['it@acme.com', 'ops@acme.com']]);
  });

  it('shows what the mail server said, in plain words', async () => {
    const server = await startMailServer({ ...(await mailCertificate({ trusted: true })), auth: true });
    await client.post(PATH, { ...formOf(server.port), password: 'wrong' });
    await client.post(`${PATH}/test`);
    const page = (await client.get(PATH)).text;
    expect(page).to.contain('localhost refused the user name or the password.').and.contain('Not sent');
    expect((await client.get('/settings')).text).to.contain('Notifications could not be sent by e-mail');
  });

  it('shows each error at its field, keeps the input, and changes nothing', async () => {
    const wrong = { ...formOf(70_000), host: 'smtp://x', recipients: 'it', from: 'me' };
    const { status, text } = await client.post(PATH, wrong);
    expect(status).to.equal(422);
    for (const field of ['host', 'port', 'recipients', 'from']) expect(text).to.contain(`id="${field}-error"`);
    expect(text).to.contain('value="smtp://x"').and.contain('value="70000"').and.not.contain('mail password');
    expect((await readNotifications(anteroom.deps.store.db)).host).to.equal('');
  });

  it('is offered on the Control Panel while something needs attention and mails are off', async () => {
    const offer = 'Set up notifications';
    const [domain] = await listDomains(anteroom.deps.store.db);
    await setUpDomain(anteroom.deps, domain?.id ?? '');
    expect((await client.get('/settings')).text).not.to.contain(offer);
    await insertSource(anteroom.deps.store.db, aSource());
    expect((await client.get('/settings')).text)
      .to.contain(offer)
      .and.contain(`href="${PATH}"`);
    await client.post(PATH, formOf(587));
    expect((await client.get('/settings')).text).not.to.contain(offer);
  });

  it('is only for Power Users', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const other = await logInLocally(anteroom, 'anna.berg');
    expect((await other.get(PATH)).status).to.equal(403);
    expect((await other.post(`${PATH}/test`)).status).to.equal(403);
  });

  function formOf(port: number): Record<string, string> {
    return {
      ...{ active: 'on', host: 'localhost', port: String(port), security: 'starttls', user: 'anteroom' },
      ...{ password: 'mail password', from: 'intranet@acme.com', recipients: 'it@acme.com\r\nops@acme.com' },
    };
  }
});
