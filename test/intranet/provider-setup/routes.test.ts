import { expect } from 'chai';
import { revokeProviderSetup } from '../../../src/federation/providerSetups/links.ts';
import { listProviderSetups } from '../../../src/store/providerSetups.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { type ALink, aLink, row } from '../../federation/providerSetups/support/aLink.ts';
import { type Anteroom, startAnteroom } from '../../support/anteroom.ts';
import { type Client, openClient } from '../../support/client.ts';
import { openAtHost } from '../../support/hostClient.ts';
import { serve } from '../../support/listen.ts';

const START = '/provider-setup';

describe('the pages of a provider setup link', () => {
  let anteroom: Anteroom;
  let a: ALink;
  let visitor: Client;
  let path: string;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    a = await aLink(anteroom.deps);
    visitor = openClient(anteroom);
    path = `${START}/${a.id}`;
  });

  it('are the same for everyone until Start is clicked, which only works once', async () => {
    const page = await visitor.get(START);
    expect(page.text).to.contain('Set up single sign-on').and.not.contain('Kim').and.not.contain('Maya');
    expect(page.headers.get('referrer-policy')).to.equal('same-origin');
    const empty = await visitor.post(START, { link: ' ' });
    expect([empty.status, empty.text.includes('paste it here')]).to.deep.equal([422, true]);
    const started = await visitor.post(START, { link: a.link });
    expect(started.location).to.equal(path);
    const cookie = started.headers.get('set-cookie') ?? '';
    expect(cookie).to.match(/^anteroom-setup-[\w-]+=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
    expect((await visitor.post(START, { link: a.link })).location, 'in the same browser').to.equal(path);
    const other = await openClient(anteroom).post(START, { link: a.link });
    expect([other.status, other.text.includes('in use in another browser')]).to.deep.equal([403, true]);
  });

  it('have a cookie for https alone at an https domain', async () => {
    const { deps } = anteroom;
    const { db } = deps.store;
    await db.updateTable('domains').set({ url: 'https://intranet.acme.com' }).execute();
    const browser = openAtHost(anteroom, 'intranet.acme.com');
    const started = await browser.post(START, { link: a.link });
    expect(started.cookies[0]).to.match(/^__Host-anteroom-setup-[^;]+; .*Path=\/; .*Secure; SameSite=Lax/);
    expect((await browser.send(path)).headers.location).to.equal(`${path}/values`);
  });

  it('say what happened to a link that cannot be used', async () => {
    const unknown = await visitor.post(START, { link: `${a.link}x` });
    expect([unknown.status, unknown.text.includes('This link is not known')]).to.deep.equal([404, true]);
    expect((await visitor.get(`${START}/${a.id}/values`)).status, 'without the cookie').to.equal(403);
    expect((await visitor.get(`${START}/nothing/values`)).status).to.equal(404);
    await visitor.post(START, { link: a.link });
    anteroom.deps.clock.advance(7 * 86_400_000);
    const expired = await visitor.get(`${path}/metadata`);
    expect([expired.status, expired.text.includes('This link has expired')]).to.deep.equal([410, true]);
    anteroom.deps.clock.advance(-1);
    await revokeProviderSetup(anteroom.deps, a.id, 'Maya Koch');
    const revoked = await visitor.post(`${path}/send`, { message: '' });
    expect([revoked.status, revoked.text.includes('This link was revoked')]).to.deep.equal([410, true]);
    expect(revoked.text).not.to.contain('Maya');
  });

  it('lead from the values to what was sent, and say nothing about the intranet', async () => {
    await visitor.post(START, { link: a.link });
    expect((await visitor.get(path)).location).to.equal(`${path}/values`);
    expect((await visitor.get(`${path}/values`)).text).not.to.contain('Next: metadata');
    await visitor.post(`${path}/values`, { guide: 'okta' });
    const values = await visitor.get(`${path}/values`);
    expect(values.text).to.contain('Audience URI (SP Entity ID)').and.contain(`value="${anteroom.url}/saml/acs"`);
    expect((await visitor.get(`${path}/certificate`)).text).to.match(/^-----BEGIN CERTIFICATE/);
    expect((await visitor.get(`${path}/test`)).location, 'nothing to test yet').to.equal(`${path}/metadata`);
    expect((await visitor.get(`${path}/send`)).location).to.equal(`${path}/metadata`);
    const url = await serve((_request, response) => response.end(fixture('okta')));
    expect((await visitor.post(`${path}/metadata`, { way: 'url', url })).location).to.equal(`${path}/metadata`);
    const read = await visitor.get(`${path}/metadata`);
    expect(read.text).to.contain('What was read').and.contain(url).and.not.contain('Status</dt>');
    expect((await visitor.get(`${path}/send`)).text).to.contain('not tested');
    const long = await visitor.post(`${path}/send`, { message: 'x'.repeat(1_001) });
    expect([long.status, long.text.includes('x'.repeat(1_001))]).to.deep.equal([422, true]);
    await visitor.post(`${path}/send`, { message: 'Please enable it.' });
    const sent = await visitor.get(path);
    expect(sent.text).to.contain('<h1 class="h2">Sent</h1>');
    for (const page of ['metadata', 'test', 'send'])
      expect((await visitor.get(`${path}/${page}`)).location, page).to.equal(path);
    expect((await visitor.post(`${path}/send`, { message: 'Again' })).location).to.equal(path);
    expect(await row(anteroom.deps, a.id)).to.include({ message: 'Please enable it.' });
  });

  it('show metadata that cannot be used beside its field, and take a file of its size only from the visitor', async () => {
    const large = { way: 'file', file: new Blob([' '.repeat(500_000), fixture('okta')]) };
    expect((await visitor.upload(`${path}/metadata`, large)).status, 'without the cookie').to.equal(403);
    await visitor.post(START, { link: a.link });
    const bad = await visitor.post(`${path}/metadata`, { way: 'url', url: 'ftp://idp' });
    expect([bad.status, bad.text.includes('value="ftp://idp"'), bad.text.includes('url-error')]).to.deep.equal([
      422,
      true,
      true,
    ]);
    expect((await visitor.upload(`${path}/metadata`, { way: 'file' })).status).to.equal(422);
    expect((await visitor.upload(`${path}/metadata`, large)).status).to.equal(303);
    const tooLarge = { way: 'file', file: new Blob([' '.repeat(1_200_000)]) };
    expect((await visitor.upload(`${path}/metadata`, tooLarge)).status).to.equal(413);
    expect((await visitor.post(START, { link: 'x'.repeat(70_000) })).status).to.equal(413);
  });

  it('are limited for each network', async () => {
    const limited = await startAnteroom();
    for (let i = 0; i < 60; i += 1) await openClient(limited).get(START);
    expect((await openClient(limited).get(START)).status).to.equal(429);
  });

  it('leave neither the link nor the cookie in the log', async () => {
    const { deps } = anteroom;
    const token = a.link.split('#')[1] ?? '';
    await visitor.post(START, { link: `${a.link}x` });
    const started = await visitor.post(START, { link: a.link });
    await visitor.get(`${path}/nothing`);
    const [, secret = ''] = /=([\w-]{43})/.exec(started.headers.get('set-cookie') ?? '') ?? [];
    const logged = JSON.stringify(deps.logged);
    expect(logged).not.to.contain(token);
    expect(secret).to.have.length(43);
    expect(logged).not.to.contain(secret);
    expect(await listProviderSetups(deps.store.db)).to.have.lengthOf(1);
  });
});
