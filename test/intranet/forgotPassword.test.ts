import { expect } from 'chai';
import { createPasswordLink } from '../../src/login/passwordLinks.ts';
import { saveNotifications } from '../../src/notifications/settings.ts';
import { setActive } from '../../src/people/users.ts';
import { findUserByUserName } from '../../src/store/users.ts';
import { type MailServer, startMailServer } from '../notifications/support/mailServer.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { type Client, logInLocally, openClient } from '../support/client.ts';
import { aUser, insertUser } from '../support/rows.ts';

const PATH = '/forgot-password';
const password = 'a new one of twenty characters';

describe('intranet/forgotPassword', () => {
  let anteroom: Anteroom;
  let visitor: Client;
  let server: MailServer;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    server = await startMailServer({ hideSTARTTLS: true });
    await addPerson(anteroom.deps, { userName: 'maya.koch', email: 'maya@acme.com', userType: 'Power User' });
    visitor = openClient(anteroom);
  });

  it('is offered only if mails can be sent', async () => {
    expect((await visitor.get('/local-login')).text).to.not.contain(PATH);
    expect((await visitor.get(PATH)).status).to.equal(404);
    expect((await visitor.post(PATH, { userName: 'maya.koch' })).status, 'no promise of a mail').to.equal(404);
    await setUp();
    expect((await visitor.get('/local-login')).text).to.contain(`href="${PATH}"`);
    expect((await visitor.get(PATH)).status).to.equal(200);
  });

  it('mails a link, with which the person chooses a new password', async () => {
    await setUp();
    const asked = await visitor.post(PATH, { userName: 'Maya@ACME.com' });
    expect(asked.text).to.contain('Check your mailbox');
    await anteroom.deps.background.finished();
    const [mail] = server.mails;
    expect(mail?.to).to.deep.equal(['maya@acme.com']);
    const link = /http\S+(\/new-password\/[\w-]{43})/.exec(textOf(mail?.raw))?.[1] ?? '';
    expect((await visitor.post(link, { password, repeated: password })).status).to.equal(303);
    await visitor.post('/local-login', { userName: 'maya.koch', password, return: '/' });
    expect((await visitor.get('/')).status).to.equal(200);
  });

  it('does not replace the link that a Power User or the operator created', async () => {
    await setUp();
    const { deps } = anteroom;
    const maya = await findUserByUserName(deps.store.db, 'maya.koch');
    if (!maya) throw new Error('There is no Maya.');
    const link = new URL(await createPasswordLink(deps, maya, anteroom.url)).pathname;
    await visitor.post(PATH, { userName: 'maya.koch' });
    await deps.background.finished();
    const mailed = /http\S+(\/new-password\/[\w-]{43})/.exec(textOf(server.mails[0]?.raw))?.[1] ?? '';
    expect((await visitor.get(mailed)).status).to.equal(200);
    expect((await visitor.post(link, { password, repeated: password })).status).to.equal(303);
    expect((await visitor.get(mailed)).status, 'the password is new').to.equal(404);
  });

  it('says the same for everyone else, and mails them nothing', async () => {
    await setUp();
    const { deps } = anteroom;
    await insertUser(deps.store.db, aUser({ userName: 'saml.user', email: 'saml@acme.com' }), null);
    await addPerson(deps, { userName: 'no.mail', email: '' });
    const gone = await addPerson(deps, { userName: 'gone', email: 'gone@acme.com' });
    await setActive(deps, gone.id, false);
    await addPerson(deps, { userName: 'saml.only', email: 'only@acme.com', loginType: 'SAML' });
    const pages = new Set<string>();
    for (const userName of ['nobody', 'saml.user', 'no.mail', 'gone', 'saml.only'])
      pages.add((await visitor.post(PATH, { userName })).text.replaceAll(userName, '…'));
    await anteroom.deps.background.finished();
    expect([pages.size, server.mails.length]).to.deep.equal([1, 0]);
    expect((await visitor.post(PATH, { userName: ' ' })).status).to.equal(422);
  });

  it('sends a person at most three mails in 15 minutes', async () => {
    await setUp();
    const statuses = [];
    for (let asked = 0; asked < 4; asked++) statuses.push((await visitor.post(PATH, { userName: 'maya.koch' })).status);
    await anteroom.deps.background.finished();
    expect([statuses, server.mails.length]).to.deep.equal([[200, 200, 200, 429], 3]);
    anteroom.deps.clock.advance(15 * 60_000);
    expect((await visitor.post(PATH, { userName: 'maya.koch' })).status).to.equal(200);
    await anteroom.deps.background.finished();
  });

  it('is for at most 20 names in 15 minutes from one network', async () => {
    await setUp();
    for (let n = 0; n < 20; n++) expect((await visitor.post(PATH, { userName: `nobody.${n}` })).status).to.equal(200);
    expect((await visitor.post(PATH, { userName: 'maya.koch' })).status).to.equal(429);
    await anteroom.deps.background.finished();
  });

  it('mails that a Power User logged in with a password, if notifications are on', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    await setUp();
    await logInLocally(anteroom);
    await anteroom.deps.background.finished();
    expect(server.mails, 'notifications are off').to.have.length(0);
    await setUp(true);
    await logInLocally(anteroom, 'anna.berg');
    await logInLocally(anteroom);
    await anteroom.deps.background.finished();
    expect(server.mails.map(({ to }) => to)).to.deep.equal([['it@acme.com', 'maya@acme.com']]);
    expect(textOf(server.mails[0]?.raw)).to.contain('The Power User maya.koch logged in').and.not.contain(testPassword);
  });

  async function setUp(active = false): Promise<void> {
    const saved = await saveNotifications(anteroom.deps, {
      ...{ active, host: '127.0.0.1', port: server.port, security: 'none', user: '', password: '' },
      ...{ from: 'intranet@acme.com', recipients: ['it@acme.com'], providerIds: [] },
    });
    expect(saved.ok).to.equal(true);
  }
});

/** Undoes the line breaks and escapes of quoted-printable (RFC 2045 6.7). */
function textOf(raw = ''): string {
  return raw.replace(/=\r\n/g, '').replace(/=3D/g, '=');
}
