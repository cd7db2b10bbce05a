import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { importOkta, openSamlSettings } from './support/samlSettings.ts';

describe('admin/saml/guide', () => {
  it('shows the values of the domain under the names of a product', async () => {
    const { client, domain, url } = await openSamlSettings();
    const page = await client.get(`${domain}/guide?provider=okta`);
    expect(page.text).to.contain('Setup at Okta').and.contain('Audience URI (SP Entity ID)');
    expect(page.text)
      .to.contain(`value="${url}/saml/acs" readonly`)
      .and.contain(`value="${url}/saml/metadata" readonly`);
    expect(page.text).to.contain('q=audience_mismatch').and.contain('The domain has no certificate yet.');
    expect(page.text).not.to.contain(`${domain}/certificate`);
  });

  it('selects the product of an imported provider, with the EntityID that it knows', async () => {
    const settings = await openSamlSettings();
    const { client, domain, providers } = settings;
    expect((await client.get(`${domain}/guide`)).text).to.contain('Setup at your provider');
    const id = await importOkta(settings);
    const edit = await client.get(`${providers}/${id}`);
    const [, link = ''] = /href="([^"]+guide\?for=[^"]+)"/.exec(edit.text) ?? [];
    const page = await client.get(link);
    expect(page.text).to.contain('Setup at Okta').and.contain('which is imported already');
    expect(page.text).to.contain(`href="${domain}/certificate"`);
    expect((await client.get(`${domain}/guide?provider=nothing`)).text).to.contain('Setup at Okta');
    expect((await client.get(`${domain}/guide?provider=entra`)).text).not.to.contain('which is imported already');
  });

  it('is offered on Setup Domain, and with the places of metadata on Identity Providers', async () => {
    const { client, domain, providers } = await openSamlSettings();
    for (const path of [domain, providers])
      expect((await client.get(path)).text).to.contain(`${domain}/guide?provider=keycloak"`);
  });

  it('serves its drawings with a policy that allows their one style and nothing else', async () => {
    const { client, domain } = await openSamlSettings();
    const page = await client.get(`${domain}/guide?provider=okta`);
    const [, source = ''] = /src="([^"]+okta-1\.svg)"/.exec(page.text) ?? [];
    const drawing = await client.get(source);
    expect([drawing.status, drawing.headers.get('content-type')]).to.deep.equal([200, 'image/svg+xml']);
    const style = /<style>([^<]*)<\/style>/.exec(drawing.text)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(drawing.headers.get('content-security-policy')).to.equal(`default-src 'none'; style-src 'sha256-${digest}'`);
  });
});
