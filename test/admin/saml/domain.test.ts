import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { addDomain } from '../../../src/federation/domains.ts';
import { importOkta, openSamlSettings, SAML } from './support/samlSettings.ts';

describe('admin/saml/domain', () => {
  it('offers the certificate for download once the domain is set up', async () => {
    const { client, domain } = await openSamlSettings();
    expect((await client.get(`${domain}/certificate`)).location).to.equal(domain);
    expect((await client.get(domain)).text).to.contain('Saving creates the signing key');
    await client.post(domain);
    const page = await client.get(domain);
    const file = await client.get(`${domain}/certificate`);
    expect(file.headers.get('content-disposition')).to.equal('attachment; filename=localhost.pem');
    expect(page.text).to.contain(new X509Certificate(file.text).fingerprint256);
    const again = await client.post(domain);
    expect((await client.follow(again)).text).to.contain('was saved. Next: Identity Providers.');
    expect((await client.get(`${domain}/certificate`)).text).to.equal(file.text);
  });

  it('takes an EntityID and an ACS path of its own at the setup', async () => {
    const { client, domain, url } = await openSamlSettings();
    await client.post(domain, { ownEntityId: 'urn:old:product', ownAcsPath: '/sso/acs' });
    const page = await client.get(domain);
    expect(page.text).to.contain('value="urn:old:product" readonly').and.contain(`value="${url}/sso/acs" readonly`);
  });

  it('shows what a later change means before it is saved, and empties it again', async () => {
    const settings = await openSamlSettings();
    const { client, domain, url } = settings;
    await importOkta(settings);
    const own = { ownEntityId: 'urn:old', ownAcsPath: '' };
    const review = await client.post(domain, own);
    expect([review.status, review.text.includes('Nothing is saved yet')]).to.deep.equal([200, true]);
    expect(review.text)
      .to.contain(`${url}/saml/metadata</dd>`)
      .and.contain('urn:old</dd>')
      .and.contain('name="confirmed"');
    expect((await client.get(domain)).text).not.to.contain('urn:old');
    const saved = await client.post(domain, { ...own, confirmed: 'on' });
    expect((await client.follow(saved)).text).to.contain('enter the new values at your identity provider');
    expect((await client.get(domain)).text).to.contain('value="urn:old" readonly');
    await client.post(domain, { confirmed: 'on' });
    expect((await client.get(domain)).text).to.contain(`value="${url}/saml/metadata" readonly`);
  });

  it('shows the form again as it was typed, with the error beside the field', async () => {
    const { client, domain } = await openSamlSettings();
    const refused = await client.post(domain, { ownEntityId: 'two words', ownAcsPath: '/login' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('value="two words"').and.contain('The intranet uses /login itself.');
  });

  it('warns of plain http', async () => {
    const { client, deps, domain } = await openSamlSettings();
    const added = await addDomain(deps, 'http://de.acme.com');
    const page = await client.get(`${SAML}/domains/${added.ok ? added.value.id : ''}`);
    expect(page.text).to.contain('This domain uses plain HTTP');
    expect((await client.get(domain)).text).not.to.contain('This domain uses plain HTTP');
  });
});
