import { expect } from 'chai';
import { readIntranetSettings } from '../../src/people/intranetSettings.ts';
import { type Anteroom, addPerson, startAnteroom } from '../support/anteroom.ts';
import { type Client, logInLocally } from '../support/client.ts';
import { fieldsOfForm } from './support/formFields.ts';

const PATH = '/settings/general';

describe('admin/general', () => {
  let anteroom: Anteroom;
  let client: Client;
  let fields: Record<string, string>;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    client = await logInLocally(anteroom);
    fields = fieldsOfForm((await client.get(PATH)).text, PATH);
  });

  it('saves the settings and lists what changed', async () => {
    const changes = { name: 'Acme & Co', helpAddress: 'help@acme.com', localLoginNetworks: '127.0.0.0/8, ::1' };
    const saved = await client.post(PATH, { ...fields, ...changes, accent: '#123456' });
    const page = await client.follow(saved);
    expect(page.text).to.contain('Saved: name, help address, accent, networks for local login.');
    expect(page.text).to.contain('<span>Acme &amp; Co</span>').and.contain('/theme.css?accent=123456');
    expect((await readIntranetSettings(anteroom.deps.store.db)).localLoginNetworks).to.deep.equal([
      '127.0.0.0/8',
      '::1',
    ]);
    const again = await client.post(PATH, fieldsOfForm(page.text, PATH));
    expect((await client.follow(again)).text).to.contain('No changes to save.');
  });

  it('refuses networks that lock the Power User out, and keeps the input', async () => {
    const response = await client.post(PATH, { ...fields, localLoginNetworks: '10.0.0.0/8' });
    expect(response.status).to.equal(422);
    expect(response.text).to.contain('so you would lock yourself out').and.contain('value="10.0.0.0/8"');
    expect((await readIntranetSettings(anteroom.deps.store.db)).localLoginNetworks).to.deep.equal([]);
  });

  it('shows each error beside its field', async () => {
    const typed = { name: '', helpAddress: 'nobody', accent: '#ffff00', localLoginNetworks: 'here' };
    const response = await client.post(PATH, { ...fields, ...typed });
    expect(response.status).to.equal(422);
    for (const name of Object.keys(typed)) expect(response.text).to.contain(`id="${name}-error"`);
    expect(fieldsOfForm(response.text, PATH)).to.deep.include(typed);
  });
});
