import { hash } from 'node:crypto';
import { expect } from 'chai';
import { actAs, providerActor } from '../../src/audit/actor.ts';
import { versionsOf } from '../../src/federation/metadataVersions.ts';
import { getProvider } from '../../src/federation/providers.ts';
import { refreshDue, refreshEarly } from '../../src/federation/refreshMetadata.ts';
import type { AuditChange } from '../../src/store/audit.ts';
import { listLogoDigests } from '../../src/store/providerLogos.ts';
import { openSamlSettings, type SamlSettings } from '../admin/saml/support/samlSettings.ts';
import { fieldsOfForm } from '../admin/support/formFields.ts';
import { runCli } from '../cli/support/runCli.ts';
import { fixture } from '../federation/metadata/fixtures.ts';
import { certificateOf } from '../saml/support/signedMetadata.ts';
import { logInLocally } from '../support/client.ts';
import { serve } from '../support/listen.ts';
import { withStores } from '../support/stores.ts';
import { expectNotRecorded, type Recorded, recordedDuring } from './support/recorded.ts';

const DAY = 86_400_000;
const MAYA = 'person maya.koch 127.0.0.1';
const target = 'provider www.okta.com';

const okta = fixture('okta');
const moved = okta.replaceAll('/sso/saml"', '/sso/saml2"');
const again = okta.replaceAll('/sso/saml"', '/sso/saml3"');

describe('audit of identity providers', () => {
  withStores((open) => {
    let settings: SamlSettings;
    let published: string;
    let url: string;

    beforeEach(async () => {
      settings = await openSamlSettings({ store: await open() });
      published = okta;
      url = await serve((_req, res) => void res.end(published));
    });

    it('records an import with what is in use of the metadata, never the document', async () => {
      const recorded = await during(importIt);
      const [created, assigned] = recorded;
      expect([created, assigned].map((one) => [one?.action, one?.who, one?.target])).to.deep.equal([
        ['provider.created', MAYA, target],
        ['provider.updated', MAYA, target],
      ]);
      const { facts, entityId, id } = await provider();
      const changes = Object.fromEntries((created?.changes ?? []).map(({ name, after }) => [name, after]));
      expect(changes).to.deep.include({
        ...{ entityId, enabled: true, name: 'www.okta.com', metadataUrl: url, refresh: 'review' },
        certificates: facts.certificates.map(({ sha256 }) => sha256),
        singleLogout: true, // the setting
        singleSignOnEndpoints: facts.singleSignOn.map(({ binding, location }) => ({ binding, location })),
        metadataSha256: hash('sha256', okta),
      });
      expect(assigned?.changes).to.deep.equal([{ name: 'domains', added: [settings.url], removed: [] }]);
      expect(JSON.stringify(recorded)).not.to.contain('EntityDescriptor');
      const removed = await during(() => runCli(settings.deps, ['idp', 'remove', id]));
      expect(removed[0]).to.include({ action: 'provider.deleted', who: 'commandLine root', target });
      expect(removed[0]?.changes).to.deep.include({ name: 'entityId', before: entityId });
    });

    it('records of a metadata URL no value of its query, only that it changed', async () => {
      url += '/metadata?tenant=tenant-of-acme&key=very-secret&bare-secret';
      const path = await imported();
      const [created] = (await settings.deps.store.db.selectFrom('auditEntries').select('whatJson').execute()).filter(
        ({ whatJson }) => whatJson?.includes('metadataUrl'),
      );
      expect(created?.whatJson)
        .to.contain('/metadata?tenant=…&key=…&…"')
        .and.contain('"metadataUrlSecrets","secret":true');
      const preview = await settings.client.post(`${path}/metadata`, { metadataUrl: url.replace('very', 'other') });
      const [changed] = await during(() => settings.client.post(preview.location ?? '', {}));
      expect(changed?.changes).to.deep.include({ name: 'metadataUrlSecrets', secret: true });
      expect(changed?.changes.map(({ name }) => name)).not.to.include('metadataUrl');
      await expectNotRecorded(settings.deps, ['very-secret', 'other-secret', 'bare-secret', 'tenant-of-acme']);
    });

    it('records settings by their names, of pinned certificates the fingerprints', async () => {
      const { client, deps } = settings;
      const path = await imported();
      const fields = fieldsOfForm((await client.get(path)).text, path);
      const certificate = await certificateOf();
      const changed = { ...fields, buttonOrder: '7', clockSkewSeconds: '90', metadataSigners: certificate };
      const [saved, ...more] = await during(() => client.post(path, changed));
      expect(more).to.deep.equal([]);
      expect(saved).to.include({ action: 'provider.updated', who: MAYA, target });
      expect(saved?.changes.map(({ name }) => name)).to.have.members([
        'buttonOrder',
        'clockSkewSeconds',
        'metadataSigners',
      ]);
      expect(saved?.changes).to.deep.include({ name: 'clockSkewSeconds', before: 60, after: 90 });
      expect(JSON.stringify(saved))
        .to.match(/"after":\["[0-9A-F]{2}:/)
        .and.not.contain('CERTIFICATE');
      expect(await changesDuring(() => client.post(`${path}/activation`, {}))).to.deep.equal([
        { name: 'enabled', before: true, after: false },
      ]);
      const { id } = await provider();
      expect(await during(() => runCli(deps, ['idp', 'set', id, 'name=Okta']))).to.deep.equal([
        {
          ...{ action: 'provider.updated', who: 'commandLine root', target: 'provider Okta' },
          changes: [{ name: 'name', before: 'www.okta.com', after: 'Okta' }],
        },
      ]);
    });

    it('records domains, the logo and the rules for people', async () => {
      const { client, deps } = settings;
      const path = await imported();
      const { id } = await provider();
      expect(await changesDuring(() => client.post(`${path}/domains`, {}))).to.deep.equal([
        { name: 'domains', added: [], removed: [settings.url] },
      ]);
      const logo = new Blob([Buffer.from('89504e470d0a1a0a0000000d', 'hex')]);
      const uploaded = await changesDuring(() => client.upload(`${path}/logo`, { logo }));
      const digest = (await listLogoDigests(deps.store.db)).get(id);
      expect(uploaded).to.deep.equal([{ name: 'logo', after: digest }]);
      expect(await changesDuring(() => runCli(deps, ['idp', 'logo', id, '--remove']))).to.deep.equal([
        { name: 'logo', before: digest },
      ]);
      expect(await changesDuring(() => client.post(`${path}/people`, { create: 'on' }))).to.deep.equal([
        { name: 'people.create', before: false, after: true },
      ]);
    });

    it('records metadata that is refreshed automatically as the work of the server', async () => {
      const { client, deps } = settings;
      const path = await imported();
      const fields = fieldsOfForm((await client.get(path)).text, path);
      await client.post(path, { ...fields, refresh: 'automatic' });
      deps.clock.advance(DAY);
      published = moved;
      const [due] = await during(() => refreshDue(deps));
      expect(due).to.include({ action: 'provider.metadata_changed', who: 'server Anteroom', target });
      expect(locations(due)).to.match(/"before":.*\/sso\/saml".*"after":.*\/sso\/saml2"/);
      expect(due?.changes).to.deep.include({ name: 'origin', after: 'refresh' });
      const digests = { before: hash('sha256', okta), after: hash('sha256', moved) };
      expect(due?.changes).to.deep.include({ name: 'metadataSha256', ...digests });
      deps.clock.advance(1); // versions are in the order of their times
      published = again;
      const login = providerActor(await provider(), '192.0.2.1');
      const [early] = await during(() => actAs(deps, login, async () => refreshEarly(deps, await provider())));
      expect(early).to.include({ action: 'provider.metadata_changed', who: 'server Anteroom' });
      deps.clock.advance(1);
      published = moved;
      const later = await logInLocally(settings);
      expect((await during(() => later.post(`${path}/refresh`)))[0]).to.include({ who: MAYA });
      expect(await during(() => later.post(`${path}/refresh`)), 'nothing new').to.deep.equal([]);
    });

    it('records who approves, declines and rolls back metadata', async () => {
      const { client, deps } = settings;
      const path = await imported();
      published = moved;
      expect(await during(() => client.post(`${path}/refresh`)), 'waits').to.deep.equal([]);
      const reject = fieldsOfForm((await client.get(path)).text, `${path}/rejection`);
      const [declined] = await during(() => client.post(`${path}/rejection`, reject));
      expect(declined).to.include({ action: 'provider.metadata_declined', who: MAYA, target });
      expect(locations(declined)).to.match(/"before":.*\/sso\/saml".*"after":.*\/sso\/saml2"/);
      deps.clock.advance(1);
      published = again;
      await client.post(`${path}/refresh`);
      const { id } = await provider();
      const [approved] = await during(() => runCli(deps, ['idp', 'approve', id]));
      expect(approved).to.include({ action: 'provider.metadata_changed', who: 'commandLine root', target });
      expect(approved?.changes).to.deep.include({ name: 'origin', after: 'approval' });
      const [, first] = await versionsOf(deps, await provider());
      const [back] = await during(() => client.post(`${path}/versions/${first?.id}`));
      expect(back).to.include({ action: 'provider.metadata_changed', who: MAYA, target });
      expect(back?.changes).to.deep.include({ name: 'origin', after: 'rollback' });
    });

    function during(work: () => Promise<unknown>): Promise<Recorded[]> {
      return recordedDuring(settings.deps, work);
    }

    async function changesDuring(work: () => Promise<unknown>): Promise<AuditChange[]> {
      return (await during(work)).flatMap(({ changes }) => changes);
    }

    /** Imports Okta on the screens. */
    async function importIt(): Promise<void> {
      const { client, providers } = settings;
      const preview = await client.post(providers, { way: 'url', url });
      await client.post(
        preview.location ?? '',
        fieldsOfForm((await client.follow(preview)).text, preview.location ?? ''),
      );
    }

    /** Returns the path of the provider once it is imported. */
    async function imported(): Promise<string> {
      await importIt();
      return `${settings.providers}/${(await provider()).id}`;
    }

    async function provider() {
      const [row] = await settings.deps.store.db.selectFrom('identityProviders').select('id').execute();
      return getProvider(settings.deps.store.db, row?.id ?? '');
    }

    function locations(recorded: Recorded | undefined): string {
      return JSON.stringify(recorded?.changes.find(({ name }) => name === 'singleSignOnEndpoints'));
    }
  });
});
