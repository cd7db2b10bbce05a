import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { NotFound } from '../../src/errors.ts';
import { confirmImport, previewMetadata } from '../../src/federation/importMetadata.ts';
import { getProvider, removeProvider, setProviderEnabled } from '../../src/federation/providers.ts';
import { listProviders } from '../../src/store/identityProviders.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const xml = readFileSync(new URL('metadata/fixtures/keycloak.xml', import.meta.url), 'utf8');

describe('federation/identityProviders', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('leaves a provider disabled that was disabled while its metadata was imported again', async () => {
      const { id } = await confirmImport(deps, await preview());
      const again = await preview(id);
      await Promise.all([confirmImport(deps, again), setProviderEnabled(deps, id, false)]);
      expect(await getProvider(deps.store.db, id)).to.include({ enabled: false });
    });

    it('brings no provider back that was removed while its metadata was imported again', async () => {
      const { id } = await confirmImport(deps, await preview());
      const again = await preview(id);
      const [imported] = await Promise.allSettled([confirmImport(deps, again), removeProvider(deps, id)]);
      expect(await listProviders(deps.store.db)).to.deep.equal([]);
      if (imported.status === 'rejected') expect(imported.reason).to.be.instanceOf(NotFound);
    });

    async function preview(providerId?: string): Promise<string> {
      const made = await previewMetadata(deps, { xml }, providerId);
      if (!made.ok) throw new Error(JSON.stringify(made.errors));
      return made.value.id;
    }
  });
});
