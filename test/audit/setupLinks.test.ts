import { expect } from 'chai';
import { setUpDomain } from '../../src/federation/domains.ts';
import { listProviderSetups } from '../../src/store/providerSetups.ts';
import { openSamlSettings, type SamlSettings } from '../admin/saml/support/samlSettings.ts';
import { runCli } from '../cli/support/runCli.ts';
import { fixture } from '../federation/metadata/fixtures.ts';
import { openClient } from '../support/client.ts';
import { withStores } from '../support/stores.ts';
import { expectNotRecorded, type Recorded, recordedDuring } from './support/recorded.ts';

const MAYA = 'person maya.koch 127.0.0.1';
const KIM = 'setupLink Kim at Contoso IT 127.0.0.1';
const target = 'setupLink Kim at Contoso IT';

describe('audit of provider setup links', () => {
  withStores((open) => {
    let settings: SamlSettings;

    beforeEach(async () => {
      settings = await openSamlSettings({ store: await open() });
      await setUpDomain(settings.deps, settings.domainId);
    });

    it('records who creates a link, what its visitor does and who decides, but not its token', async () => {
      const { client, deps, domain, url } = settings;
      const fields = { note: 'Kim at Contoso IT', days: '7', guide: 'okta' };
      let page = '';
      const created = await during(async () => {
        page = (await client.post(`${domain}/setup-links`, fields)).text;
      });
      expect(created).to.have.lengthOf(1);
      expect(created[0]).to.include({ action: 'setup_link.created', who: MAYA, target });
      expect(created[0]?.changes).to.deep.include.members([{ name: 'domain', after: url }]);

      const visitor = openClient(settings);
      const [, link = '', token = ''] = /(http[^"<]*#([\w-]{43}))/.exec(page) ?? [];
      const start = () => visitor.post('/provider-setup', { link });
      expect(await during(start)).to.deep.equal([used([{ name: 'state', before: 'open', after: 'started' }])]);
      expect(await during(start), 'again in the same browser').to.deep.equal([]);
      const [setup] = await listProviderSetups(deps.store.db);
      const path = `/provider-setup/${setup?.id}`;
      await visitor.upload(`${path}/metadata`, { way: 'file', file: new Blob([fixture('okta')]) });
      const sent = await during(() => visitor.post(`${path}/send`, { message: 'Please enable it.' }));
      expect(sent[0]).to.include({ action: 'setup_link.used', who: KIM, target });
      expect(sent[0]?.changes).to.deep.include.members([
        { name: 'state', before: 'started', after: 'arrived' },
        { name: 'message', after: 'Please enable it.' },
      ]);
      expect(JSON.stringify(sent)).to.contain('"name":"certificates"').and.not.contain('EntityDescriptor');

      const decided = `${domain}/setup-links/${setup?.id}`;
      const sentAt = String(deps.now());
      const reason = 'Use the other application.';
      expect(await during(() => client.post(`${decided}/refusal`, { sentAt, reason }))).to.deep.equal([
        changed(MAYA, [
          { name: 'state', before: 'arrived', after: 'declined' },
          { name: 'reason', after: reason },
        ]),
      ]);
      await visitor.post(`${path}/send`, { message: 'Again.' });
      const approved = await during(() => runCli(deps, ['setup-link', 'approve', setup?.id ?? '']));
      expect(approved.map(({ action, who }) => [action, who])).to.deep.equal([
        ['provider.created', 'commandLine root'],
        ['provider.updated', 'commandLine root'],
        ['setup_link.changed', 'commandLine root'],
      ]);
      expect(approved[2]?.changes).to.deep.equal([
        { name: 'state', before: 'arrived', after: 'approved' },
        { name: 'provider', after: 'www.okta.com' },
      ]);
      const { tokenHash, visitorHash } = await deps.store.db
        .selectFrom('providerSetups')
        .select(['tokenHash', 'visitorHash'])
        .executeTakeFirstOrThrow();
      await expectNotRecorded(deps, [token, tokenHash, visitorHash ?? '']);
    });

    it('records who revokes a link', async () => {
      const { client, deps, domain } = settings;
      await client.post(`${domain}/setup-links`, { note: 'Kim at Contoso IT', days: '7', guide: '' });
      const [setup] = await listProviderSetups(deps.store.db);
      const revoke = () => client.post(`${domain}/setup-links/${setup?.id}/revocation`);
      const changes = [{ name: 'state', before: 'open', after: 'revoked' }];
      expect(await during(revoke)).to.deep.equal([changed(MAYA, changes)]);
      expect(await during(revoke), 'again').to.deep.equal([]);
    });

    function during(work: () => Promise<unknown>): Promise<Recorded[]> {
      return recordedDuring(settings.deps, work);
    }
  });
});

function used(changes: Recorded['changes']): Recorded {
  return { action: 'setup_link.used', who: KIM, target, changes };
}

function changed(who: string, changes: Recorded['changes']): Recorded {
  return { action: 'setup_link.changed', who, target, changes };
}
