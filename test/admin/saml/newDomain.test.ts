import { expect } from 'chai';
import { openSamlSettings, SAML } from './support/samlSettings.ts';

describe('admin/saml/newDomain', () => {
  it('adds a domain, or shows what is wrong and keeps the input', async () => {
    const { client, url: known } = await openSamlSettings();
    for (const [url, message] of [
      ['intranet', 'Enter scheme and host'],
      ['https://de.acme.com/path', 'Enter the URL without a path: https://de.acme.com'],
      ['https://a:b@de.acme.com', 'Leave user name and password out'],
      [known, 'This domain already exists.'],
    ] as const) {
      const refused = await client.post(`${SAML}/domains/new`, { url });
      expect(refused.status).to.equal(422);
      expect(refused.text).to.contain(message).and.contain(`value="${url}"`);
    }
    const added = await client.post(`${SAML}/domains/new`, { url: 'https://de.acme.com' });
    expect((await client.follow(added)).text).to.contain('https://de.acme.com was added. Next: Setup Domain.');
  });
});
