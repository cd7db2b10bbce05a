import { expect } from 'chai';
import { listProviders } from '../../../src/store/identityProviders.ts';
import { federationOf, memberId } from '../../federation/metadata/federation.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { serve } from '../../support/listen.ts';
import { openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/collection', () => {
  let settings: SamlSettings;

  beforeEach(async () => {
    settings = await openSamlSettings();
  });

  it('searches a federation, and imports the provider that was selected', async () => {
    const { client, providers, deps } = settings;
    const collection = await client.post(providers, { way: 'url', url: await serve(federationOf(400)) });
    expect(collection.location).to.match(/\/identity-providers\/collections\/[\w-]+$/);
    const all = (await client.follow(collection)).text;
    expect(all).to.contain('a collection of 400 identity providers').and.contain('The first 50 of 400 are shown.');
    const found = await client.get(`${collection.location}?q=university+17`);
    expect(found.text).to.contain('University 17').and.contain(memberId(170)).and.not.contain('University 18');
    const none = await client.get(`${collection.location}?q=nothing+here`);
    expect(none.text).to.contain('No identity provider found');
    const wrong = await client.post(`${collection.location}`, { entityId: 'urn:nobody' });
    expect([wrong.status, wrong.text.includes('urn:nobody')]).to.deep.equal([422, true]);
    const preview = await client.post(`${collection.location}?q=17`, { entityId: memberId(17) });
    expect((await client.follow(preview)).text)
      .to.contain('University 17')
      .and.not.contain('University 18');
    await client.post(preview.location ?? '', { name: 'University 17' });
    expect((await listProviders(deps.store.db)).map(({ entityId }) => entityId)).to.deep.equal([memberId(17)]);
    expect((await client.get(`${providers}/collections/nothing`)).status).to.equal(404);
  });

  it('selects in an uploaded or pasted collection too', async () => {
    const { client, providers } = settings;
    const collection = await client.post(providers, { way: 'xml', xml: federationOf(3) });
    const preview = await client.post(`${collection.location}`, { entityId: memberId(3) });
    expect((await client.follow(preview)).text).to.contain('University 3');
  });

  it('asks an MDQ server, and keeps what was typed', async () => {
    const { client, providers } = settings;
    const entityId = 'http://www.okta.com/exk9rivet42example697';
    const mdq = await serve((request, response) => {
      if (request.url === `/entities/${encodeURIComponent(entityId)}`) response.end(fixture('okta'));
      else response.writeHead(404).end();
    });
    const missing = await client.post(providers, { way: 'mdq', mdq, entityId: '' });
    expect([missing.status, missing.text.includes(mdq)]).to.deep.equal([422, true]);
    const unknown = await client.post(providers, { way: 'mdq', mdq, entityId: 'urn:unknown' });
    expect(unknown.text).to.contain('value="urn:unknown"').and.contain('There is no metadata at this URL');
    const preview = await client.post(providers, { way: 'mdq', mdq, entityId });
    expect((await client.follow(preview)).text).to.contain(entityId);
  });
});
