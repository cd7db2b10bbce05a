import { expect } from 'chai';
import { createSetupLink } from '../../src/login/firstPowerUser.ts';
import { type Anteroom, startAnteroom, testPassword } from '../support/anteroom.ts';
import { openAtHost } from '../support/hostClient.ts';

const fields = {
  givenName: 'Maya',
  familyName: 'Koch',
  userName: 'maya.koch',
  email: 'maya@acme.example',
  password: testPassword,
};

describe('the setup page', () => {
  let anteroom: Anteroom;
  let path: string;
  let host: string;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    host = new URL(anteroom.url).host;
    path = new URL((await createSetupLink(anteroom.deps)) ?? '').pathname;
  });

  it('creates the first Power User, logs them in, and is no longer available', async () => {
    const browser = openAtHost(anteroom, host);
    const made = await browser.post(path, fields);
    expect([made.status, made.headers.location]).to.deep.equal([303, '/settings/security/saml']);
    expect((await browser.send('/profile')).text).to.contain('maya.koch');
    expect((await openAtHost(anteroom, host).send(path)).status).to.equal(404);
  });

  it('is named on the Log-In screen until there is a Power User', async () => {
    const browser = openAtHost(anteroom, host);
    expect((await browser.send('/login')).text).to.contain('There is no Power User yet.');
    await browser.post(path, fields);
    expect((await openAtHost(anteroom, host).send('/login')).text).not.to.contain('There is no Power User yet.');
  });

  it('shows the form again as typed, without the password', async () => {
    const browser = openAtHost(anteroom, host);
    const again = await browser.post(path, { ...fields, userName: '', password: 'short <">' });
    expect(again.status).to.equal(422);
    expect(again.text)
      .to.contain('value="maya@acme.example"')
      .and.contain('Enter a user name.')
      .and.not.contain('short');
    expect((await browser.post(path, fields)).status).to.equal(303);
  });

  it('only creates Power Users, and ignores other fields', async () => {
    const browser = openAtHost(anteroom, host);
    await browser.post(path, { ...fields, userType: 'Non Intranet User', active: 'false', id: 'x' });
    const row = await anteroom.deps.store.db
      .selectFrom('users')
      .select(['userType', 'active', 'id'])
      .executeTakeFirst();
    expect(row).to.include({ userType: 'Power User', active: 1 });
    expect(row?.id).not.to.equal('x');
  });

  it('is not found without the token, and never shows the token', async () => {
    const browser = openAtHost(anteroom, host);
    for (const other of ['/setup', '/setup/', `${path}x`, '/setup/undefined', '/setup/null'])
      expect((await browser.send(other)).status, other).to.equal(404);
    const page = await browser.send(path);
    expect(page.headers['referrer-policy']).to.equal('same-origin');
    expect(page.text).not.to.contain(path.split('/').at(-1));
  });
});
