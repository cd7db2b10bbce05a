import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { addDomain } from '../../../src/federation/domains.ts';
import { openSamlSettings, SAML } from './support/samlSettings.ts';

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

  it('warns of plain http', async () => {
    const { client, deps, domain } = await openSamlSettings();
    const added = await addDomain(deps, 'http://de.acme.com');
    const page = await client.get(`${SAML}/domains/${added.ok ? added.value.id : ''}`);
    expect(page.text).to.contain('This domain uses plain HTTP');
    expect((await client.get(domain)).text).not.to.contain('This domain uses plain HTTP');
  });
});
