import { expect } from 'chai';
import { Conflict, NotFound } from '../../src/errors.ts';
import { confirmImport, previewMetadata } from '../../src/federation/importMetadata.ts';
import { lineOf } from '../../src/federation/metadata/changes.ts';
import { getVersion, MAX_VERSIONS, rollBack, versionsOf } from '../../src/federation/metadataVersions.ts';
import { changeProvider, getProvider, providerInputOf, removeProvider } from '../../src/federation/providers.ts';
import type { IdentityProvider } from '../../src/store/identityProviders.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { fixture } from './metadata/fixtures.ts';

const first = fixture('okta');
const [, otherCertificate = ''] = /<X509Certificate>([^<]+)/.exec(fixture('google').replaceAll('ds:', '')) ?? [];
const second = first
  .replace(/(<ds:X509Certificate>)[^<]+/, `$1${otherCertificate}`)
  .replaceAll('/sso/saml"', '/sso/saml2"');

describe('federation/metadataVersions', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('keeps each version with its time, its author and what it changed', async () => {
      const provider = await imported(first, 'Maya Koch');
      deps.clock.advance(60_000);
      await imported(second);
      const [newest, oldest, ...others] = await versionsOf(deps, provider);
      expect(others).to.deep.equal([]);
      expect(newest).to.include({ origin: 'import', author: 'the command line', at: deps.now(), current: true });
      expect(oldest).to.include({ author: 'Maya Koch', at: deps.now() - 60_000, current: false, changed: undefined });
      expect(newest?.changed?.map((one) => lineOf(one).replace(/SHA-256 .*/, ''))).to.deep.equal([
        'Certificate added: CN=Google, O=Google Inc., expires 2036-01-01, ',
        'Certificate removed: CN=rivet, O=Okta, expires 2036-01-01, ',
        'URL added: HTTP-POST https://rivet.okta.com/app/rivet_intranet_1/exk9rivet42example697/sso/saml2',
        'URL added: HTTP-Redirect https://rivet.okta.com/app/rivet_intranet_1/exk9rivet42example697/sso/saml2',
        'URL removed: HTTP-POST https://rivet.okta.com/app/rivet_intranet_1/exk9rivet42example697/sso/saml',
        'URL removed: HTTP-Redirect https://rivet.okta.com/app/rivet_intranet_1/exk9rivet42example697/sso/saml',
      ]);
    });

    it('keeps no version of a document that says the same, but its later expiry', async () => {
      const provider = await imported(until(first, 60_000));
      await imported(until(first, 120_000));
      const versions = await versionsOf(deps, provider);
      expect(versions.map(({ facts }) => facts.validUntil)).to.deep.equal([deps.now() + 120_000]);
    });

    it('rolls back to a version, and keeps that as a version too', async () => {
      const provider = await imported(first);
      deps.clock.advance(1);
      const changed = await imported(second);
      const [, oldest] = await versionsOf(deps, provider);
      const { differences } = await getVersion(deps.store.db, changed, oldest?.id ?? '');
      expect(
        differences
          .map(({ kind }) => kind)
          .sort()
          .slice(0, 2),
      ).to.deep.equal(['added', 'added']);
      deps.clock.advance(1);
      const back = await rollBack(deps, provider.id, oldest?.id ?? '', 'Maya Koch');
      expect(back.id).to.equal(provider.id);
      const stored = await getProvider(deps.store.db, provider.id);
      expect(JSON.stringify(stored.facts)).to.equal(JSON.stringify(provider.facts));
      expect(stored.importedAt).to.equal(deps.now());
      const [newest, ...others] = await versionsOf(deps, provider);
      expect(newest).to.include({ origin: 'rollback', author: 'Maya Koch', current: true });
      expect(others).to.have.lengthOf(2);
      expect(await xmlOf(newest?.id)).to.equal(await xmlOf(oldest?.id));
    });

    it('refuses a version that is in use, that has expired, that is unknown, and one of another provider', async () => {
      const provider = await imported(until(first, 60_000));
      deps.clock.advance(1);
      await imported(second);
      const [newest, oldest] = await versionsOf(deps, provider);
      const other = await imported(fixture('keycloak'));
      deps.clock.advance(60_000);
      expect(await refusal(provider.id, newest?.id)).to.be.instanceOf(Conflict);
      expect(await refusal(provider.id, oldest?.id)).to.match(/has expired/);
      expect(await refusal(provider.id, 'nothing')).to.be.instanceOf(NotFound);
      expect(await refusal(other.id, oldest?.id)).to.be.instanceOf(NotFound);
    });

    it('keeps settings, and uses a binding that the version supports', async () => {
      const provider = await imported(first.replace(/<md:SingleSignOnService[^>]*HTTP-Redirect[^>]*\/>/, ''));
      deps.clock.advance(1);
      const changed = await imported(first);
      const input = { ...providerInputOf(changed), name: 'Acme', requestBinding: 'redirect' as const };
      await changeProvider(deps, provider.id, input);
      const [, oldest] = await versionsOf(deps, provider);
      await rollBack(deps, provider.id, oldest?.id ?? '', '');
      const back = await getProvider(deps.store.db, provider.id);
      expect([back.name, back.settings.requestBinding]).to.deep.equal(['Acme', 'post']);
    });

    it('keeps a number of versions of each provider, and none of a removed one', async () => {
      const provider = await imported(first);
      const other = await imported(fixture('keycloak'));
      for (let round = 0; round < MAX_VERSIONS; round++) {
        deps.clock.advance(1);
        await imported(round % 2 ? first : second);
      }
      expect(await versionsOf(deps, provider)).to.have.lengthOf(MAX_VERSIONS);
      expect(await versionsOf(deps, other)).to.have.lengthOf(1);
      await removeProvider(deps, provider.id);
      expect(await versionsOf(deps, provider)).to.deep.equal([]);
    });

    async function imported(xml: string, author?: string): Promise<IdentityProvider> {
      const preview = await previewMetadata(deps, { xml });
      if (!preview.ok) throw new Error(JSON.stringify(preview.errors));
      const { id, known } = preview.value;
      const target = { ...(known[0] ? { providerId: known[0].provider.id } : {}), domainIds: [] };
      return confirmImport(deps, id, target, { author });
    }

    function until(xml: string, milliseconds: number): string {
      const validUntil = new Date(deps.now() + milliseconds).toISOString();
      return xml.replace('<md:EntityDescriptor', `$& validUntil="${validUntil}"`);
    }

    function refusal(providerId: string, versionId = ''): Promise<unknown> {
      return rollBack(deps, providerId, versionId, '').catch((error: unknown) => error);
    }

    async function xmlOf(id = ''): Promise<string | undefined> {
      const found = deps.store.db.selectFrom('metadataVersions').select('metadataXml').where('id', '=', id);
      return (await found.executeTakeFirst())?.metadataXml;
    }
  });
});
