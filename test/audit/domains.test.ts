import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { addDomain } from '../../src/federation/domains.ts';
import { setProviderEnabled } from '../../src/federation/providers.ts';
import { findDomain, listDomainKeys, listDomains } from '../../src/store/domains.ts';
import { importOkta, openSamlSettings, type SamlSettings } from '../admin/saml/support/samlSettings.ts';
import { runCli } from '../cli/support/runCli.ts';
import { withStores } from '../support/stores.ts';
import { expectNotRecorded, type Recorded, recordedDuring } from './support/recorded.ts';

const BERLIN = 'https://berlin.acme.com';
const MAYA = 'person maya.koch 127.0.0.1';

describe('audit of domains', () => {
  withStores((open) => {
    let settings: SamlSettings;
    let here: string; // the target of the first domain

    beforeEach(async () => {
      settings = await openSamlSettings({ store: await open() });
      here = `domain ${settings.url}`;
    });

    it('records a domain that is added, set up, changed and removed, with its key', async () => {
      const { client, deps } = settings;
      const target = `domain ${BERLIN}`;
      const added = await during(() => client.post('/settings/security/saml/domains/new', { url: BERLIN }));
      expect(added).to.have.lengthOf(1);
      expect(added[0]).to.deep.include({ action: 'domain.created', who: MAYA, target });
      expect(added[0]?.changes).to.deep.include({ name: 'url', after: BERLIN });

      const id = (await listDomains(deps.store.db)).find(({ url }) => url === BERLIN)?.id ?? '';
      const path = `/settings/security/saml/domains/${id}`;
      const saved = await during(() => client.post(path, { ownEntityId: 'urn:acme', ownAcsPath: '/sso/acs' }));
      const sha256 = await fingerprint(id, 'current');
      expect(saved).to.deep.equal([
        {
          ...{ action: 'domain.updated', who: MAYA, target },
          changes: [
            { name: 'spEntityId', after: 'urn:acme' },
            { name: 'acsPath', after: '/sso/acs' },
          ],
        },
        { action: 'key.created', who: MAYA, target, changes: [{ name: 'currentKey', after: sha256 }] },
      ]);

      const removed = await during(() => client.post(`${path}/removal`, { typed: 'berlin.acme.com' }));
      expect(await findDomain(deps.store.db, id)).to.equal(undefined);
      expect(removed.map(({ action, who }) => [action, who])).to.deep.equal([
        ['domain.deleted', MAYA],
        ['key.deleted', MAYA],
      ]);
      expect(removed[0]?.changes).to.deep.include({ name: 'acsPath', before: '/sso/acs' });
      expect(removed[1]?.changes).to.deep.equal([{ name: 'currentKey', before: sha256 }]);
    });

    it('records the Default Provider, Auto Login and why it is off', async () => {
      const { client, deps, domain, domainId } = settings;
      const provider = await importOkta(settings);
      const name = { name: 'defaultProvider', after: 'www.okta.com' };
      expect(await during(() => client.post(`${domain}/default-provider`, { provider }))).to.deep.equal([
        { action: 'domain.updated', who: MAYA, target: here, changes: [name] },
      ]);
      const on = () => client.post(`${domain}/auto-login`, { autoLogin: 'on', confirmed: 'on' });
      expect(await changesDuring(on)).to.deep.equal([{ name: 'autoLogin', before: false, after: true }]);
      expect(await changesDuring(() => client.post(`${domain}/auto-login/pause`))).to.deep.equal([
        { name: 'autoLogin', before: true, after: false },
        { name: 'autoLoginPaused', before: false, after: true },
      ]);
      const resume = () => runCli(deps, ['domain', 'set', settings.url, '--auto-login', 'on']);
      expect(await during(resume)).to.deep.equal([
        {
          ...{ action: 'domain.updated', who: 'commandLine root', target: here },
          changes: [
            { name: 'autoLogin', before: false, after: true },
            { name: 'autoLoginPaused', before: true, after: false },
          ],
        },
      ]);
      await setProviderEnabled(deps, provider, false);
      const removal = () => client.post(`${settings.providers}/${provider}/removal`, { typed: 'www.okta.com' });
      const cleared = (await during(removal)).filter(({ action }) => action === 'domain.updated');
      expect(cleared.map(({ changes }) => changes)).to.deep.equal([
        [
          { name: 'defaultProvider', before: 'www.okta.com' },
          { name: 'autoLogin', before: true, after: false },
        ],
      ]);
      expect(await findDomain(deps.store.db, domainId)).to.include({ autoLogin: false, defaultProviderId: null });
    });

    it('records the Log-In screen and the limits of sessions', async () => {
      const { client, deps, domain, domainId } = settings;
      expect(await during(() => client.post(`${domain}/log-in-screen`, { emailFirst: 'on' }))).to.deep.equal([
        {
          ...{ action: 'domain.updated', who: MAYA, target: here },
          changes: [{ name: 'emailFirst', before: false, after: true }],
        },
      ]);
      const limits = () =>
        client.post(`/settings/security/sessions/limits/${domainId}`, { idleMinutes: '30', longestMinutes: '' });
      expect(await changesDuring(limits)).to.deep.equal([{ name: 'idleMinutes', after: 30 }]);
      const longer = () => runCli(deps, ['session', 'limits', settings.url, '--idle-minutes', '60']);
      expect(await changesDuring(longer)).to.deep.equal([{ name: 'idleMinutes', before: 30, after: 60 }]);
    });

    it('records each step of a key by fingerprints, and who was given the metadata by hand', async () => {
      const { client, deps, domain, domainId, url } = settings;
      const provider = await importOkta(settings);
      const first = await fingerprint(domainId, 'current');
      const created = await during(() => client.post(`${domain}/keys/next`));
      const second = await fingerprint(domainId, 'next');
      expect(created).to.deep.equal([
        { action: 'key.created', who: MAYA, target: here, changes: [{ name: 'nextKey', after: second }] },
      ]);
      expect(await during(() => client.post(`${domain}/keys/deliveries`, { provider, given: 'on' }))).to.deep.equal([
        {
          ...{ action: 'domain.updated', who: MAYA, target: here },
          changes: [{ name: 'metadataGivenTo', added: ['www.okta.com'] }],
        },
      ]);
      const switched = [
        { name: 'nextKey', before: second },
        { name: 'currentKey', before: first, after: second },
        { name: 'oldKey', after: first },
      ];
      const cli = (...words: string[]) => runCli(deps, ['domain', 'keys', ...words, '--force']);
      const recorded = await during(() => cli('switch', url));
      expect(recorded[0]).to.include({ action: 'key.changed', who: 'commandLine root', target: here });
      expect(recorded[0]?.changes).to.have.deep.members(switched);
      expect(await changesDuring(() => client.post(`${domain}/keys/return`))).to.have.lengthOf(3);
      expect(await changesDuring(() => client.post(`${domain}/keys/cancellation`))).to.have.deep.members([
        { name: 'nextKey', before: second },
        { name: 'cancelledKey', after: second },
      ]);
      expect(await during(() => cli('retire', url))).to.deep.equal([
        {
          ...{ action: 'key.deleted', who: 'commandLine root', target: here },
          changes: [{ name: 'cancelledKey', before: second }],
        },
      ]);
      const keys = await listDomainKeys(deps.store.db, domainId);
      await expectNotRecorded(deps, [...keys.map(({ privateKeySealed }) => privateKeySealed), 'PRIVATE KEY']);
    });

    it('names the server for the domain of the first start', async () => {
      const recorded = await during(() => addDomain(settings.deps, BERLIN));
      expect(recorded.map(({ who }) => who)).to.deep.equal(['server Anteroom']);
    });

    function during(work: () => Promise<unknown>): Promise<Recorded[]> {
      return recordedDuring(settings.deps, work);
    }

    async function changesDuring(work: () => Promise<unknown>): Promise<Recorded['changes']> {
      return (await during(work)).flatMap(({ changes }) => changes);
    }

    async function fingerprint(domainId: string, role: string): Promise<string> {
      const keys = await listDomainKeys(settings.deps.store.db, domainId);
      return new X509Certificate(keys.find((key) => key.role === role)?.certificate ?? '').fingerprint256;
    }
  });
});
