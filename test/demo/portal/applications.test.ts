import { get } from 'node:http';
import { expect } from 'chai';
import { createBrowser } from '../support/browser.ts';
import { addIntranet, saveSso, startTestProvider, type TestProvider } from '../support/portal.ts';

describe('the Admin Portal', () => {
  let provider: TestProvider;

  beforeEach(async () => {
    provider = await startTestProvider();
  });

  it('requires a login, then returns to the requested page', async () => {
    const browser = createBrowser(provider.url);
    const login = await browser.get('/admin/users?search=anna');
    expect(login.url).to.contain('/admin/login');
    const refused = await browser.submit(login, '/admin/login', { login: 'admin@cloud.example', password: 'no' });
    expect(refused.status).to.equal(422);
    const page = await browser.submit(refused, '/admin/login', {
      login: 'admin@cloud.example',
      password: 'cloud-admin',
    });
    expect(page.url).to.equal(`${provider.url}/admin/users?search=anna`);
  });

  it('adds an application as the article describes', async () => {
    const { admin } = provider;
    const search = await admin.get('/admin/applications/new?search=anteroom');
    expect(search.text).to.contain('value="anteroom"').and.not.to.contain('value="custom"');
    const form = await admin.get('/admin/applications/new?template=anteroom');
    const empty = await admin.submit(form, '/new/anteroom', { label: ' ', description: 'kept' });
    expect(empty.status).to.equal(422);
    expect(empty.text).to.contain('Enter a Display Label.').and.to.contain('value="kept"');
    const saved = await admin.submit(form, '/new/anteroom', { label: 'Acme Intranet', showInPortal: 'on' });
    expect(saved.text).to.contain('Configure Application').and.to.contain('Close');
    expect((await admin.get('/admin/applications?search=acme')).text).to.contain('Acme Intranet');
    expect((await admin.get('/admin/applications?search=nothing')).text).to.contain('No application matches');
  });

  it('requires YOUR_SUBDOMAIN to be replaced, and keeps the input', async () => {
    const form = await provider.admin.get('/admin/applications/new/anteroom');
    const saved = await provider.admin.submit(form, '/new/anteroom', { label: 'Intranet' });
    const id = /applications\/(\w+)\/saved/.exec(saved.url)?.[1] ?? '';
    const refused = await saveSso(provider.admin, id, {
      acsUrl: 'https://YOUR_SUBDOMAIN/saml/acs',
      groupAttribute: 'kept',
    });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Replace YOUR_SUBDOMAIN').and.to.contain('value="kept"');
    expect(provider.state.applications[0]?.sso.status).to.equal('new');
  });

  it('adds and removes attributes without storing them before Save', async () => {
    const id = await addIntranet(provider);
    const added = await saveSso(provider.admin, id, { action: 'add' });
    expect(added.text.match(/name="attributeName"/g)).to.have.length(3);
    const removed = await saveSso(provider.admin, id, { action: 'remove:0' });
    expect(removed.text.match(/name="attributeName"/g)).to.have.length(1);
    expect(provider.state.applications[0]?.sso.attributes).to.have.length(2);
  });

  it('deactivates SSO on Save, and activates it again', async () => {
    const id = await addIntranet(provider);
    const pressed = await saveSso(provider.admin, id, { action: 'deactivate' });
    expect(pressed.text).to.contain('deactivated when you save');
    expect(provider.state.applications[0]?.sso.status).to.equal('active');
    await provider.admin.submit(pressed, '/sso', { ...ssoFields, action: 'save' });
    expect((await fetch(`${provider.url}/saml2/${id}/metadata`)).status).to.equal(404);
    expect((await fetch(`${provider.url}/saml2/${id}`)).status).to.equal(400);
    await saveSso(provider.admin, id, { status: 'active' });
    expect((await fetch(`${provider.url}/saml2/${id}/metadata`)).status).to.equal(200);
  });

  it('deletes applications once their number was entered', async () => {
    const id = await addIntranet(provider);
    const page = await provider.admin.get(`/admin/applications/deletion?id=${id}`);
    const refused = await provider.admin.submit(page, '/deletion', { count: '2' });
    expect(refused.status).to.equal(422);
    expect(provider.state.applications).to.have.length(1);
    const done = await provider.admin.submit(page, '/deletion', { count: '1' });
    expect(done.text).to.contain('The application was deleted.');
    expect(provider.state.applications).to.deep.equal([]);
  });

  function statusFor(host: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      get(provider.url, { headers: { host } }, (response) => resolve(response.resume().statusCode));
    });
  }

  it('refuses a form without a CSRF token, and another host name', async () => {
    const id = await addIntranet(provider);
    const forged = await provider.admin.post('/admin/applications/deletion', { id, count: '1' });
    expect(forged.status).to.equal(403);
    expect(await statusFor('evil.test')).to.equal(421);
  });
});

const ssoFields = { spEntityId: 'http://intranet.test/saml/metadata', acsUrl: 'http://intranet.test/saml/acs' };
