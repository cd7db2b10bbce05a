import { expect } from 'chai';
import { confirmImport, previewMetadata } from '../../../src/federation/importMetadata.ts';
import { rollBack, versionsOf } from '../../../src/federation/metadataVersions.ts';
import { getProvider } from '../../../src/federation/providers.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { importOkta, openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/version', () => {
  let settings: SamlSettings;
  let id: string;
  let path: string;
  let versionId: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    id = await importOkta(settings);
    path = `${settings.providers}/${id}/versions`;
    const { deps } = settings;
    const preview = await previewMetadata(deps, { xml: fixture('okta').replaceAll('/sso/saml"', '/sso/b"') }, id);
    deps.clock.advance(1);
    await confirmImport(deps, preview.ok ? preview.value.id : '');
    versionId = (await versionsOf(deps, await getProvider(deps.store.db, id)))[1]?.id ?? '';
  });

  it('lists versions, compares one with the one in use, and rolls back to it', async () => {
    const { client, deps } = settings;
    const edit = await client.get(`${settings.providers}/${id}`);
    expect(edit.text).to.contain(`href="${path}"`);
    const list = await client.get(path);
    for (const text of [
      'Imported by <bdi>the command line</bdi>',
      'In use',
      'URL added',
      'The last 20 versions are kept',
      versionId,
    ])
      expect(list.text).to.contain(text);
    const page = await client.get(`${path}/${versionId}`);
    expect(page.text).to.contain('URL removed').and.contain('/sso/b').and.contain('Roll back</button>');
    const saved = await client.post(`${path}/${versionId}`);
    expect((await client.follow(saved)).text).to.contain('was rolled back');
    expect((await getProvider(deps.store.db, id)).facts.singleSignOn[0]?.location).to.match(/\/sso\/saml$/);
    expect((await client.get(path)).text).to.contain('Rolled back by <bdi>maya.koch</bdi>');
  });

  it('says so if the version is in use by then, and does not know a version of another provider', async () => {
    const { client, deps, providers } = settings;
    await rollBack(deps, id, versionId, '');
    const late = await client.post(`${path}/${versionId}`);
    expect([late.status, late.text.includes('in use already')]).to.deep.equal([409, true]);
    for (const unknown of [
      `${path}/nothing`,
      `${providers}/nothing/versions`,
      `${providers}/nothing/versions/${versionId}`,
    ])
      expect((await client.get(unknown)).status, unknown).to.equal(404);
  });
});
