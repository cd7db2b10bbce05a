import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { createNextKey } from '../../../src/federation/domainKeys.ts';
import { getDomain } from '../../../src/federation/domains.ts';
import { findRollover, recordFetch } from '../../../src/federation/keyRollover.ts';
import { fieldsOfForm } from '../support/formFields.ts';
import { importOkta, openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/keys', () => {
  let settings: SamlSettings;
  let providerId: string;
  let keys: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    keys = `${settings.domain}/keys`;
  });

  it('leads to Setup Domain before there is a key', async () => {
    expect((await settings.client.get(keys)).location).to.equal(settings.domain);
    expect((await settings.client.get(`${keys}/switch`)).location).to.equal(keys);
  });

  describe('of a domain that is set up', () => {
    beforeEach(async () => {
      providerId = await importOkta(settings);
    });

    it('walks through the rollover, each step with one button', async () => {
      const { client, domain, deps } = settings;
      expect(await flashOf('next')).to.contain('The next key is published.');
      expect((await client.get(domain)).text).to.match(/The next key was published[\s\S]*0 of 1\s+provider has it/);
      expect((await client.get(keys)).text)
        .to.contain('Not known to have it')
        .and.contain('0 of 1 provider has it.');
      await recordFetch(deps, settings.domainId, '203.0.113.7', providerId);
      expect((await client.get(keys)).text)
        .to.contain('Up to date')
        .and.contain('1 of 1 provider has it.');
      expect((await client.get(`${keys}/switch`)).text).to.contain('No login is affected.');
      expect(await flashOf('switch')).to.contain('The next key signs now.');
      expect(await flashOf('return')).to.contain('The old key signs again.');
      await flashOf('switch');
      expect((await client.get(domain)).text).to.contain('There is an old key besides this one.');
      expect((await client.get(`${keys}/retirement`)).text).to.contain('This cannot be undone.');
      expect(await flashOf('retirement')).to.contain('The key was deleted.');
      expect((await findRollover(deps, settings.domainId))?.step).to.equal('none');
    });

    it('says in numbers who is affected, until a provider is marked as given by hand', async () => {
      const { client } = settings;
      await flashOf('next');
      const page = (await client.get(`${keys}/switch`)).text;
      expect(page).to.match(/1 of 1 provider is not known to have[\s\S]*0 logins[\s\S]*if it verifies login requests/);
      const marked = await client.follow(
        await client.post(`${keys}/deliveries`, { provider: providerId, given: 'on' }),
      );
      expect(marked.text).to.contain('is marked as given by hand.').and.contain('Not given');
      expect((await client.get(`${keys}/switch`)).text).to.contain('No login is affected.');
      await client.post(`${keys}/deliveries`, { provider: providerId });
      expect((await client.get(`${keys}/switch`)).text).to.contain('1 of 1 provider');
      expect((await client.post(`${keys}/deliveries`, { provider: 'nothing', given: 'on' })).status).to.equal(404);
    });

    it('cancels the next key, which then only waits to be retired', async () => {
      const { client } = settings;
      await flashOf('next');
      expect(await flashOf('cancellation')).to.contain('The next key is no longer published.');
      expect((await client.get(keys)).text)
        .to.contain('Retire the cancelled key')
        .and.not.contain('Create the next key');
      await flashOf('retirement');
      expect((await client.get(keys)).text).to.contain('Create the next key');
    });

    it('explains a step that another person took meanwhile', async () => {
      await flashOf('next');
      expect(await flashOf('next')).to.contain('There is a second key already.');
      expect(await flashOf('retirement')).to.contain('There is no old key to retire.');
    });

    it('changes only the key that the confirmation showed', async () => {
      const { client, deps, domainId } = settings;
      await flashOf('next');
      const confirmed = fieldsOfForm((await client.get(`${keys}/switch`)).text, `${keys}/switch`);
      for (const step of ['cancellation', 'retirement', 'next']) await flashOf(step);
      expect(await flashOf('switch', confirmed)).to.contain('were changed meanwhile');
      await flashOf('switch');
      const retired = fieldsOfForm((await client.get(`${keys}/retirement`)).text, `${keys}/retirement`);
      for (const step of ['retirement', 'next', 'switch']) await flashOf(step);
      expect(await flashOf('retirement', retired)).to.contain('were changed meanwhile');
      expect((await findRollover(deps, domainId))?.step).to.equal('switched');
    });

    it('offers each certificate for download', async () => {
      const { client, deps, domainId } = settings;
      await createNextKey(deps, await getDomain(deps.store.db, domainId));
      const rollover = await findRollover(deps, domainId);
      const file = await client.get(`${keys}/${rollover?.second?.id}/certificate`);
      expect(file.headers.get('content-disposition')).to.equal('attachment; filename=localhost-next.pem');
      expect((await client.get(keys)).text).to.contain(new X509Certificate(file.text).fingerprint256);
      expect((await client.get(`${keys}/nothing/certificate`)).status).to.equal(404);
    });
  });

  async function flashOf(step: string, fields: Record<string, string> = {}): Promise<string> {
    settings.deps.clock.advance(1);
    return (await settings.client.follow(await settings.client.post(`${keys}/${step}`, fields))).text;
  }
});
