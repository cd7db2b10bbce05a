import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { listDomains } from '../../../src/store/domains.ts';
import { listProviders } from '../../../src/store/identityProviders.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { whenDone } from '../../support/cleanup.ts';
import { type Client, logInLocally, openClient } from '../../support/client.ts';

const SAML = '/settings/security/saml';
const OKTA = 'http://www.okta.com/exk9rivet42example697';

describe('admin: setting single sign-on up', () => {
  let anteroom: Anteroom;
  let client: Client;
  let domain: string;
  let providers: string;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    client = await logInLocally(anteroom);
    domain = `${SAML}/domains/${(await listDomains(anteroom.deps.store.db))[0]?.id}`;
    providers = `${domain}/identity-providers`;
  });

  it('goes in the order of the article', async () => {
    expect((await client.get(SAML)).text)
      .to.contain('Setup Domain')
      .and.contain('Not set up yet');
    const details = await client.get(domain);
    for (const path of ['metadata', 'acs', 'slo']) expect(details.text).to.contain(`${anteroom.url}/saml/${path}"`);
    const saved = await client.post(domain);
    expect([saved.status, saved.location]).to.deep.equal([303, `${SAML}#${domain.split('/').at(-1)}`]);
    expect((await client.follow(saved)).text)
      .to.contain('is set up')
      .and.contain('Identity Providers');
    const imported = await importMetadata(await serve(fixture('okta')));
    expect((await client.follow(imported)).text).to.contain('was imported. Next: Edit it.');
    const id = await onlyProvider();
    const edited = await client.post(`${providers}/${id}`, { ...form, name: 'Okta', showButton: 'on' });
    expect(edited.location).to.equal(providers);
    expect((await client.follow(edited)).text).to.contain('Okta is saved: name, button on the Log-In screen.');
    const chosen = await client.post(`${domain}/default-provider`, { provider: id });
    expect((await client.follow(chosen)).text).to.contain('Default Provider</span>');
    const switched = await client.post(`${domain}/auto-login`, { autoLogin: 'on' });
    expect((await client.follow(switched)).text)
      .to.contain('is on.')
      .and.contain('Nobody has come in through Okta');
    const visit = await openClient(anteroom).get('/login');
    expect(visit.location).to.equal(`/saml/login/${id}?return=%2F`);
  });

  it('shows what was read before anything is stored', async () => {
    const address = await serve(fixture('okta'));
    const preview = await client.post(providers, { way: 'url', url: ` ${address} ` });
    expect(preview.status).to.equal(303);
    const page = await client.follow(preview);
    expect(page.text)
      .to.contain(OKTA)
      .and.contain('HTTP-POST')
      .and.contain('2036-01-01')
      .and.match(/([0-9A-F]{2}:){31}/);
    expect(await listProviders(anteroom.deps.store.db)).to.deep.equal([]);
  });

  it('takes a file and pasted XML as well', async () => {
    const file = new Blob([fixture('google')], { type: 'text/xml' });
    const uploaded = await client.upload(providers, { way: 'file', file });
    expect((await client.follow(uploaded)).text).to.contain('accounts.google.com');
    const pasted = await client.post(providers, { way: 'xml', xml: fixture('keycloak') });
    expect((await client.follow(pasted)).text).to.contain('id.rivet.example');
  });

  it('puts each fault beside its field, keeps the text, and changes nothing', async () => {
    const attempts: [Record<string, string>, string][] = [
      [{ way: 'url', url: '' }, 'Paste the metadata URL'],
      [{ way: 'url', url: 'no <address>' }, 'is not a URL'],
      [{ way: 'url', url: await serve('<!doctype html><p>Log in</p>') }, 'This is a web page'],
      [{ way: 'xml', xml: '<a>&<b>' }, 'not well-formed'],
      [{ way: 'xml', xml: '' }, 'Paste the metadata of'],
      [{ way: 'file' }, 'Choose the metadata file'],
    ];
    for (const [fields, sentence] of attempts) {
      const answer = await client.post(providers, fields);
      expect(answer.status, sentence).to.equal(422);
      expect(answer.text).to.contain(sentence).and.contain('aria-invalid="true"');
      const typed = fields.url ?? fields.xml ?? '';
      expect(answer.text).to.contain(escaped(typed));
    }
    expect(await listProviders(anteroom.deps.store.db)).to.deep.equal([]);
  });

  it('shows what an import changes of a known provider, and refuses another entity on its Edit screen', async () => {
    await importMetadata(await serve(fixture('okta')));
    const id = await onlyProvider();
    const okta = (certificate: string) => fixture('okta').replace(/(<ds:X509Certificate>)[^<]+/, `$1${certificate}`);
    const [, other = ''] = /<X509Certificate>([^<]+)/.exec(fixture('google').replaceAll('ds:', '')) ?? [];
    const preview = await client.post(providers, { way: 'xml', xml: okta(other) });
    const page = await client.follow(preview);
    expect(page.text).to.contain('Certificate added').and.contain('Certificate removed').and.contain('Update ');
    expect((await client.get(`${providers}/${id}`)).text).to.contain('CN=rivet, O=Okta');
    const stored = await client.post(preview.location ?? '');
    expect((await client.follow(stored)).text).to.contain('was updated from its metadata');
    expect((await client.get(`${providers}/${id}`)).text).not.to.contain('CN=rivet, O=Okta');
    const metadataUrl = await serve(fixture('google'));
    const refused = await client.post(`${providers}/${id}/metadata`, { metadataUrl });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('metadata of another identity provider').and.contain(metadataUrl);
  });

  it('lets nobody but Power Users in', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const anna = await logInLocally(anteroom, 'anna.berg');
    for (const path of ['/settings', SAML, domain, providers, '/settings/security/activity', '/settings/general']) {
      expect((await anna.get(path)).status, path).to.equal(403);
      expect((await openClient(anteroom).get(path)).location, path).to.contain('/login?return=');
    }
  });

  async function importMetadata(url: string) {
    const preview = await client.post(providers, { way: 'url', url });
    return client.post(preview.location ?? '');
  }

  async function onlyProvider(): Promise<string> {
    return (await listProviders(anteroom.deps.store.db))[0]?.id ?? '';
  }
});

/** The Edit screen as it is after an import. */
const form = {
  name: 'Okta',
  buttonOrder: '1',
  match: 'userNameOrEmail',
  matchAttribute: '',
  emailDomains: '',
  idpInitiated: 'on',
  nameIdPolicy: '',
  authnContexts: '',
  signRequests: 'on',
  requestBinding: 'redirect',
  clockSkewSeconds: '60',
};

/** Serves a text on a free port and gives its address. */
async function serve(text: string): Promise<string> {
  const server = createServer((_req, res) => res.end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenDone(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
