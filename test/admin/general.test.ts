import { expect } from 'chai';
import { initialSettings, readIntranetSettings } from '../../src/people/intranetSettings.ts';
import type { Anteroom } from '../support/anteroom.ts';
import { type Client, openClient, startAsPowerUser } from '../support/client.ts';
import { fieldsOfForm } from './support/formFields.ts';

const PATH = '/settings/general';

describe('admin/general', () => {
  let anteroom: Anteroom;
  let client: Client;
  let fields: Record<string, string>;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser());
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

  it('shows a picture as the mark on every page and in the tab, until it is removed', async () => {
    const picture = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
    const saved = await client.upload(PATH, { ...fields, 'mark.file': new Blob([picture]) });
    const page = await client.follow(saved);
    expect(page.text).to.contain('Saved: mark.');
    const address = /<img class="brand-mark" src="([^"]+)" alt="">/.exec(page.text)?.[1] ?? '';
    expect(page.text).to.contain(`<link rel="icon" href="${address}">`);
    const visitor = openClient(anteroom);
    expect((await visitor.get('/login')).text).to.contain(address);
    const served = await fetch(anteroom.url + address);
    expect([served.headers.get('content-type'), served.headers.get('cache-control')]).to.deep.equal([
      'image/png',
      'public, max-age=31536000, immutable',
    ]);
    expect(Buffer.from(await served.arrayBuffer())).to.deep.equal(picture);
    await client.post(PATH, { ...fields, name: 'Acme' });
    expect((await client.get(PATH)).text, 'another change keeps it').to.contain(address);
    await client.post(PATH, { ...fields, 'mark.remove': 'on' });
    expect((await client.get(PATH)).text).to.not.contain(address);
    expect((await visitor.get(address)).status).to.equal(404);
  });

  it('refuses a mark that is no picture or too large, and changes nothing', async () => {
    const upload = (file: Uint8Array<ArrayBuffer>) =>
      client.upload(PATH, { ...fields, name: 'Acme', 'mark.file': new Blob([file]) });
    const drawing = await upload(new TextEncoder().encode('<svg onload="alert(1)"/>'));
    expect([drawing.status, drawing.text.includes('Use a PNG, JPEG, GIF or WebP picture.')]).to.deep.equal([422, true]);
    const large = await upload(new Uint8Array(Buffer.concat([Buffer.from('GIF8'), Buffer.alloc(48 * 1024)])));
    expect([large.status, large.text.includes('at most 48 KB.')]).to.deep.equal([422, true]);
    expect(large.text).to.contain('value="Acme"');
    expect(await readIntranetSettings(anteroom.deps.store.db)).to.deep.equal(initialSettings);
  });

  it('refuses networks that lock the Power User out, and keeps the input', async () => {
    const response = await client.post(PATH, { ...fields, localLoginNetworks: '10.0.0.0/8' });
    expect(response.status).to.equal(422);
    expect(response.text).to.contain('so you would lock yourself out').and.contain('value="10.0.0.0/8"');
    expect((await readIntranetSettings(anteroom.deps.store.db)).localLoginNetworks).to.deep.equal([]);
  });

  it('shows each error beside its field', async () => {
    const typed = { name: '', helpAddress: 'nobody', accent: '#ffff00', localLoginNetworks: 'here', messageDays: 'x' };
    const response = await client.post(PATH, { ...fields, ...typed });
    expect(response.status).to.equal(422);
    for (const name of Object.keys(typed)) expect(response.text).to.contain(`id="${name}-error"`);
    expect(fieldsOfForm(response.text, PATH)).to.deep.include(typed);
  });
});
