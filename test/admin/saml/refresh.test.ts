import { expect } from 'chai';
import { confirmImport, previewMetadata } from '../../../src/federation/importMetadata.ts';
import { getProvider } from '../../../src/federation/providers.ts';
import { findRefresh } from '../../../src/store/metadataRefreshes.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { serve } from '../../support/listen.ts';
import { fieldsOfForm } from '../support/formFields.ts';
import { openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

const old = fixture('okta');
const moved = old.replaceAll('/sso/saml"', '/sso/saml2"');

describe('admin/saml/refresh', () => {
  let settings: SamlSettings;
  let published: string;
  let id: string;
  let path: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    published = old;
    const url = await serve((_req, res) => void res.end(published));
    const preview = await previewMetadata(settings.deps, { url });
    ({ id } = await confirmImport(settings.deps, preview.ok ? preview.value.id : ''));
    path = `${settings.providers}/${id}`;
  });

  it('refreshes now, shows what waits, and approves it', async () => {
    expect(await textAfter('refresh'))
      .to.contain('has not changed')
      .and.not.contain('waits for approval');
    published = moved;
    const page = await textAfter('refresh');
    for (const text of [
      'Review them below',
      'Changed metadata waits for approval',
      'URL added',
      'saml2',
      'Reject</button>',
    ])
      expect(page).to.contain(text);
    expect((await settings.client.get('/settings/security/saml')).text).to.contain('waits for approval');
    const approved = await textAfter('approval', fieldsOfForm(page, `${path}/approval`));
    expect(approved).to.contain('is in use.').and.not.contain('waits for approval');
    const { facts } = await getProvider(settings.deps.store.db, id);
    expect(facts.singleSignOn[0]?.location).to.match(/saml2$/);
    expect((await settings.client.get(`${path}/versions`)).text).to.contain('Approved by <bdi>maya.koch</bdi>');
  });

  it('knows no provider that was removed', async () => {
    for (const step of ['refresh', 'approval', 'rejection'])
      expect((await settings.client.post(`${settings.providers}/removed/${step}`, {})).status, step).to.equal(404);
  });

  it('rejects what waits, once', async () => {
    published = moved;
    const page = await textAfter('refresh');
    const fields = fieldsOfForm(page, `${path}/rejection`);
    expect(await textAfter('rejection', fields))
      .to.contain('stays as it is')
      .and.not.contain('waits for approval');
    expect(await textAfter('rejection', fields)).to.contain('No metadata waits for approval.');
    expect(await textAfter('refresh')).to.contain('has not changed');
  });

  it('shows why a refresh failed, and that the last good copy stays', async () => {
    published = fixture('keycloak');
    const page = await textAfter('refresh');
    expect(page)
      .to.contain('The last refresh failed')
      .and.contain('another identity provider')
      .and.contain('stays in use')
      .and.not.contain('http-equiv="refresh"');
    expect((await settings.client.get('/settings/security/saml')).text).to.contain('could not be refreshed');
  });

  it('is a setting of the provider', async () => {
    const { client, deps } = settings;
    const page = await client.get(path);
    expect(page.text).not.to.contain('http-equiv="refresh"');
    const fields = fieldsOfForm(page.text, path);
    expect(fields.refresh).to.equal('review');
    expect((await client.post(path, { ...fields, refresh: 'often' })).status).to.equal(422);
    const saved = await client.post(path, { ...fields, refresh: 'off' });
    expect((await client.follow(saved)).text).to.contain('refresh of the metadata');
    expect((await getProvider(deps.store.db, id)).settings.refresh).to.equal('off');
    expect((await findRefresh(deps.store.db, id))?.checkedAt).to.equal(null);
  });

  it('is not offered without a URL', async () => {
    const { client, deps } = settings;
    const preview = await previewMetadata(deps, { xml: fixture('keycloak') });
    const other = await confirmImport(deps, preview.ok ? preview.value.id : '');
    const page = await client.get(`${settings.providers}/${other.id}`);
    expect(page.text).not.to.contain('Refresh now');
    expect((await client.post(`${settings.providers}/${other.id}/refresh`)).status).to.equal(409);
  });

  async function textAfter(action: string, fields: Record<string, string> = {}): Promise<string> {
    settings.deps.clock.advance(1);
    return (await settings.client.follow(await settings.client.post(`${path}/${action}`, fields))).text;
  }
});
