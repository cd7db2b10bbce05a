import { expect } from 'chai';
import { addDomain } from '../../../src/federation/domains.ts';
import { listDomains } from '../../../src/store/domains.ts';
import { openSamlSettings, SAML, type SamlSettings, startSession } from './support/samlSettings.ts';

describe('admin/saml/removeDomain', () => {
  let settings: SamlSettings;

  beforeEach(async () => {
    settings = await openSamlSettings();
  });

  it('removes a domain when its host is typed, and ends the sessions there', async () => {
    const { client, deps } = settings;
    const added = await addDomain(deps, 'https://de.acme.com');
    const id = added.ok ? added.value.id : '';
    await startSession(settings, { domainId: id });
    const path = `${SAML}/domains/${id}/removal`;
    expect((await client.get(path)).text).to.contain('1 session will end immediately.');
    const wrong = await client.post(path, { typed: 'acme.com' });
    expect([wrong.status, wrong.text.includes('value="acme.com"')]).to.deep.equal([422, true]);
    const removed = await client.post(path, { typed: 'de.acme.com' });
    expect((await client.follow(removed)).text).to.contain('de.acme.com was removed.');
    expect(await listDomains(deps.store.db)).to.have.length(1);
    const left = await deps.store.db.selectFrom('sessions').select('id').where('domainId', '=', id).execute();
    expect(left).to.deep.equal([]);
  });

  it('does not remove the domain that the Power User is at', async () => {
    const { client, deps, domain, url } = settings;
    await addDomain(deps, 'https://de.acme.com');
    const refused = await client.post(`${domain}/removal`, { typed: new URL(url).host });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('You are using this domain now.').and.not.contain('Remove domain</button>');
    expect(await listDomains(deps.store.db)).to.have.length(2);
  });
});
