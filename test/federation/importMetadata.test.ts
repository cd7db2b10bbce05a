import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Conflict, NotFound } from '../../src/errors.ts';
import { confirmImport, getPreview, previewMetadata } from '../../src/federation/importMetadata.ts';
import { getCollection } from '../../src/federation/metadataCollections.ts';
import { mdqUrl } from '../../src/federation/metadataSource.ts';
import {
  changeProvider,
  getProvider,
  providerInputOf,
  removeProvider,
  setProviderEnabled,
} from '../../src/federation/providers.ts';
import { refreshMetadata } from '../../src/federation/refreshMetadata.ts';
import { listProviders } from '../../src/store/identityProviders.ts';
import { providerNext } from '../saml/support/keys.ts';
import { certificateOf, signMetadata } from '../saml/support/signedMetadata.ts';
import { serve } from '../support/listen.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { federationOf, memberId } from './metadata/federation.ts';

const xml = metadata('keycloak');

describe('federation/importMetadata', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('fetches a URL once, even if it is started twice at once', async () => {
      let requests = 0;
      const url = await serve((_request, response) => {
        requests += 1;
        response.end(xml);
      });
      const [one, two] = await Promise.all([previewMetadata(deps, { url }), previewMetadata(deps, { url })]);
      expect([one.ok, two.ok, requests, deps.metadataFetches.size]).to.deep.equal([true, true, 1, 0]);
      await previewMetadata(deps, { url });
      expect(requests).to.equal(2);
    });

    it('leaves a provider disabled if it is disabled while its metadata is imported again', async () => {
      const { id } = await confirmImport(deps, await preview());
      const again = await preview(id);
      await Promise.all([confirmImport(deps, again), setProviderEnabled(deps, id, false)]);
      expect(await getProvider(deps.store.db, id)).to.include({ enabled: false });
    });

    it('does not bring back a provider that is removed while its metadata is imported again', async () => {
      const { id } = await confirmImport(deps, await preview());
      const again = await preview(id);
      const [imported] = await Promise.allSettled([confirmImport(deps, again), removeProvider(deps, id)]);
      expect(await listProviders(deps.store.db)).to.deep.equal([]);
      if (imported.status === 'rejected') expect(imported.reason).to.be.instanceOf(NotFound);
    });

    it('imports a new provider with its name, a binding that it supports, and the last place among the buttons', async () => {
      const first = await confirmImport(deps, await preview());
      expect(first).to.include({ name: 'id.rivet.example', enabled: true, showButton: false, buttonOrder: 1 });
      const onlyPost = metadata('okta').replace(/<md:SingleSignOnService[^>]*HTTP-Redirect[^>]*\/>/, '');
      const second = await confirmImport(deps, await preview(undefined, onlyPost));
      expect(second).to.deep.include({ buttonOrder: 2, metadataUrl: null });
      expect(second.settings.requestBinding).to.equal('post');
    });

    it('keeps the settings of a known provider, and its binding as long as it is supported', async () => {
      const { id } = await confirmImport(deps, await preview());
      const input = {
        ...providerInputOf(await getProvider(deps.store.db, id)),
        name: 'Acme',
        requestBinding: 'post' as const,
      };
      await changeProvider(deps, id, { ...input, allowSha1: true });
      deps.clock.advance(1);
      const again = await confirmImport(deps, await preview());
      expect(again).to.deep.include({ id, name: 'Acme', importedAt: deps.now() });
      expect(again.settings).to.include({ allowSha1: true, requestBinding: 'post' });
      const onlyRedirect = xml.replace(/<[\w:]*SingleSignOnService[^>]*HTTP-POST[^>]*\/>/, '');
      const changed = await confirmImport(deps, await preview(id, onlyRedirect));
      expect(changed.settings.requestBinding).to.equal('redirect');
    });

    it('imports a preview once, and not after an hour', async () => {
      const used = await preview();
      await confirmImport(deps, used);
      expect(await confirmImport(deps, used).catch((error: unknown) => error)).to.be.instanceOf(NotFound);
      const old = await preview();
      deps.clock.advance(60 * 60_000);
      expect(await confirmImport(deps, old).catch((error: unknown) => error)).to.be.instanceOf(NotFound);
    });

    it('imports a preview once, even if it is confirmed twice at once', async () => {
      const id = await preview();
      const results = await Promise.allSettled([confirmImport(deps, id), confirmImport(deps, id)]);
      expect(results.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
      expect(await listProviders(deps.store.db)).to.have.lengthOf(1);
    });

    it('refuses a preview whose metadata has expired since', async () => {
      const validUntil = new Date(deps.now() + 60_000).toISOString();
      const id = await preview(
        undefined,
        metadata('okta').replace('<md:EntityDescriptor', `$& validUntil="${validUntil}"`),
      );
      deps.clock.advance(60_000);
      expect(await getPreview(deps, id).catch((error: unknown) => error)).to.be.instanceOf(Conflict);
    });

    it('returns the errors of a URL and of a document under their fields', async () => {
      const [byUrl, byXml] = [
        await previewMetadata(deps, { url: 'nothing' }),
        await previewMetadata(deps, { xml: '<a/>' }),
      ];
      expect(!byUrl.ok && Object.keys(byUrl.errors)).to.deep.equal(['url']);
      expect(!byXml.ok && Object.keys(byXml.errors)).to.deep.equal(['xml']);
    });

    it('refuses the metadata of another provider for an update', async () => {
      const { id } = await confirmImport(deps, await preview());
      const other = await previewMetadata(deps, { xml: metadata('okta') }, id);
      expect(!other.ok && other.errors.xml).to.match(/metadata of another identity provider/);
    });

    it('imports only what the pinned certificate of a provider has signed, whatever the preview was made with', async () => {
      const [pinned, other] = [await certificateOf(), await certificateOf(providerNext)];
      const signed = signMetadata(xml);
      const first = await previewMetadata(deps, { xml: signed }, undefined, { signers: pinned });
      const { id, settings } = await confirmImport(deps, first.ok ? first.value.id : '');
      expect(settings.metadataSigners).to.equal(pinned);
      const update = await previewMetadata(deps, { xml }, id);
      expect(!update.ok && update.errors.xml).to.match(/is not signed/);
      const target = { providerId: id, domainIds: [] };
      const unsigned = await confirmImport(deps, await preview(undefined, xml), target).catch((error) => error);
      expect(unsigned).to.be.instanceOf(Conflict);
      const byOther = signMetadata(xml, 'EntityDescriptor', { key: providerNext.privateKey });
      const made = await previewMetadata(deps, { xml: byOther }, undefined, { signers: other });
      const refused = await confirmImport(deps, made.ok ? made.value.id : '', target).catch((error) => error);
      expect(refused).to.be.instanceOf(Conflict);
      expect((await confirmImport(deps, await preview(undefined, signed), target)).id).to.equal(id);
      expect((await confirmImport(deps, await preview(id, signed))).id).to.equal(id);
    });

    for (const [title, count] of [
      ['small', 3],
      ['longer than the metadata of one provider may be', 400],
    ] as const)
      it(`lists a collection that is ${title}, imports one provider of it by its EntityID, and refreshes it`, async () => {
        let published = signMetadata(federationOf(count), 'EntitiesDescriptor');
        const url = await serve((_request, response) => void response.end(published));
        const signers = await certificateOf();
        const all = await previewMetadata(deps, { url }, undefined, { signers });
        expect(!all.ok && all.errors.url).to.equal(
          `This is a collection of ${count} identity providers. Select one of them.`,
        );
        const collection = await getCollection(deps, (!all.ok && all.collection) || '');
        expect(collection).to.deep.include({ source: { url }, signers });
        expect(collection.entities).to.have.lengthOf(count);
        const none = await previewMetadata(deps, { url }, undefined, { signers, entityId: 'urn:nobody' });
        expect(!none.ok && none.errors.url).to.match(/EntityID/);
        const one = await previewMetadata(deps, { url }, undefined, { signers, entityId: memberId(2) });
        if (!one.ok) throw new Error(JSON.stringify(one.errors));
        expect((await getPreview(deps, one.value.id)).metadata.name).to.equal('University 2');
        const { id, entityId, metadataUrl, settings } = await confirmImport(deps, one.value.id);
        expect({ entityId, metadataUrl }).to.deep.equal({ entityId: memberId(2), metadataUrl: url });
        expect(settings.metadataSigners).to.equal(signers);
        published = signMetadata(
          federationOf(count).replaceAll('idp2.example.org/app', 'idp2.example.org/new'),
          'EntitiesDescriptor',
        );
        expect(await refreshMetadata(deps, id)).to.deep.equal({ kind: 'waiting' });
        published = federationOf(count);
        expect(await refreshMetadata(deps, id)).to.have.property('kind', 'failed');
        published = signMetadata(
          federationOf(count).replaceAll(`"${memberId(2)}"`, '"urn:gone"'),
          'EntitiesDescriptor',
        );
        expect(await refreshMetadata(deps, id)).to.have.property('kind', 'failed');
      });

    it('imports from an MDQ server, which must return the entity that was asked for', async () => {
      const asked: string[] = [];
      const base = await serve((request, response) => {
        asked.push(request.url ?? '');
        response.end(xml);
      });
      const entityId = 'https://id.rivet.example/realms/rivet';
      const one = await previewMetadata(deps, { url: mdqUrl(`${base}/`, entityId) }, undefined, { entityId });
      expect(one.ok && one.value.metadata.entityId).to.equal(entityId);
      expect(asked).to.deep.equal([`/entities/${encodeURIComponent(entityId)}`]);
      const other = await previewMetadata(deps, { url: mdqUrl(base, 'urn:other') }, undefined, {
        entityId: 'urn:other',
      });
      expect(!other.ok && other.errors.url).to.match(/metadata of another identity provider/);
    });

    async function preview(providerId?: string, document = xml): Promise<string> {
      const made = await previewMetadata(deps, { xml: document }, providerId);
      if (!made.ok) throw new Error(JSON.stringify(made.errors));
      return made.value.id;
    }
  });
});

function metadata(provider: string): string {
  return readFileSync(new URL(`metadata/fixtures/${provider}.xml`, import.meta.url), 'utf8');
}
