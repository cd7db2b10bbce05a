import { expect } from 'chai';
import { revokeProviderSetup } from '../../../src/federation/providerSetups/links.ts';
import { startSetupTest } from '../../../src/federation/providerSetups/testing.ts';
import {
  chooseGuide,
  findVisit,
  mayChange,
  propose,
  proposedMetadata,
  send,
  startVisit,
  tokenIn,
} from '../../../src/federation/providerSetups/visit.ts';
import { listProviders } from '../../../src/store/identityProviders.ts';
import { serve } from '../../support/listen.ts';
import { withStores } from '../../support/stores.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { fixture } from '../metadata/fixtures.ts';
import { aLink, arrive, open, provide, row } from './support/aLink.ts';

const WEEK_MS = 7 * 86_400_000;
const newBrowser = { from: '192.0.2.1', visitorOf: () => undefined };

describe('federation/providerSetups/visit', () => {
  withStores((openStore) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await openStore() });
    });

    it('belongs to the first browser that starts, which may start again', async () => {
      const a = await aLink(deps);
      const visitor = await open(deps, a);
      expect(await row(deps, a.id)).to.include({ startedFrom: '192.0.2.1', startedAt: deps.now() });
      expect(JSON.stringify(await row(deps, a.id))).not.to.contain(visitor);
      expect(await startVisit(deps, a.domain.id, a.link, newBrowser)).to.equal('elsewhere');
      const again = await startVisit(deps, a.domain.id, a.link, { from: '', visitorOf: () => visitor });
      expect(again).to.have.nested.property('setup.id', a.id);
      expect(again).not.to.have.property('visitor');
    });

    it('belongs to one of two browsers that start at once', async () => {
      const a = await aLink(deps);
      const both = await Promise.all([1, 2].map(() => startVisit(deps, a.domain.id, a.link, newBrowser)));
      expect(both.filter((one) => one === 'elsewhere')).to.have.lengthOf(1);
    });

    it('is not possible with another token, at another domain, after its end, or when it was revoked', async () => {
      const a = await aLink(deps);
      for (const entered of ['', 'x', `${a.link}x`, a.link.replace(/#.*/, `#${'A'.repeat(43)}`)])
        expect(await startVisit(deps, a.domain.id, entered, newBrowser), entered).to.equal('unknown');
      expect(await startVisit(deps, 'other', a.link, newBrowser)).to.equal('unknown');
      deps.clock.advance(WEEK_MS);
      expect(await startVisit(deps, a.domain.id, a.link, newBrowser)).to.equal('expired');
      const b = await aLink(deps);
      await revokeProviderSetup(deps, b.id, '');
      expect(await startVisit(deps, b.domain.id, b.link, newBrowser)).to.equal('revoked');
    });

    it('ends when the link expires or is revoked, and in another browser', async () => {
      const a = await aLink(deps);
      const visitor = await open(deps, a);
      expect(await findVisit(deps, a.domain.id, a.id, visitor)).to.have.property('id', a.id);
      expect(await findVisit(deps, a.domain.id, a.id, 'x')).to.equal('elsewhere');
      expect(await findVisit(deps, a.domain.id, a.id, undefined)).to.equal('elsewhere');
      expect(await findVisit(deps, 'other', a.id, visitor)).to.equal('unknown');
      deps.clock.advance(WEEK_MS);
      expect(await findVisit(deps, a.domain.id, a.id, visitor)).to.equal('expired');
      deps.clock.advance(-1);
      await revokeProviderSetup(deps, a.id, '');
      expect(await findVisit(deps, a.domain.id, a.id, visitor)).to.equal('revoked');
    });

    it('reads a token from a whole link', () => {
      const token = 'A_-4'.repeat(10).concat('xyz');
      expect(tokenIn(` https://a.com/provider-setup#${token}\n`)).to.equal(token);
      expect(tokenIn(token)).to.equal(token);
      expect(tokenIn(`https://a.com/${token}`)).to.equal(undefined);
    });

    it('proposes metadata, which changes nothing else, until it is sent', async () => {
      const a = await aLink(deps);
      await open(deps, a);
      expect(await propose(deps, await row(deps, a.id), { xml: '<x/>' })).to.have.nested.property('errors.xml');
      await provide(deps, a.id, fixture('okta'));
      expect((await row(deps, a.id)).guide, 'recognized').to.equal('okta');
      await provide(deps, a.id, fixture('keycloak'));
      await chooseGuide(deps, await row(deps, a.id), 'keycloak');
      await chooseGuide(deps, await row(deps, a.id), 'nothing');
      const setup = await row(deps, a.id);
      expect(proposedMetadata(setup, deps.now())?.entityId).to.contain('/realms/');
      expect(setup.guide).to.equal('keycloak');
      expect(await listProviders(deps.store.db)).to.deep.equal([]);
      await send(deps, setup, 'Hello', null);
      const late = await propose(deps, setup, { xml: fixture('okta') });
      expect(late.ok ? '' : late.errors.xml).to.equal('This was sent meanwhile, or the link was revoked.');
      expect(proposedMetadata(await row(deps, a.id), deps.now())?.entityId).to.contain('/realms/');
    });

    it('says nothing about what answers in a private network', async () => {
      const a = await aLink(deps);
      await open(deps, a);
      const urls = [
        await serve('SSH-2.0-internal'),
        await serve((_req, res) => void res.writeHead(401).end()),
        'http://127.0.0.1:1/',
        'http://169.254.169.254/',
      ];
      const errors = [];
      for (const url of urls) errors.push(await propose(deps, await row(deps, a.id), { url }));
      expect(new Set(errors.map((error) => JSON.stringify(error)))).to.have.property('size', 1);
      expect(errors[0]).to.have.nested.property('errors.url').that.contains('or upload the file');
      const file = await propose(deps, await row(deps, a.id), { xml: 'SSH-2.0-internal' });
      expect(file.ok ? '' : file.errors.xml).to.contain('This is not XML');
    });

    it('reads metadata and tests logins 60 times at most', async () => {
      const a = await aLink(deps);
      await open(deps, a);
      const setup = await row(deps, a.id);
      await provide(deps, a.id, fixture('okta'));
      for (let i = 1; i < 60; i += 1) await propose(deps, setup, { xml: '' });
      const more = await propose(deps, setup, { xml: fixture('okta') });
      expect(more.ok ? '' : more.errors.xml).to.contain('60 times through this link.');
      const test = startSetupTest(deps, a.domain, await row(deps, a.id));
      expect(await test.catch((error) => error.message)).to.contain('60 times through this link.');
    });

    it('sends once: after that, and after a revocation, nothing changes', async () => {
      const a = await aLink(deps);
      const sent = await arrive(deps, a);
      deps.clock.advance(1);
      await send(deps, sent, 'Again', null);
      expect(await row(deps, a.id)).to.include({ message: 'Hello', sentAt: deps.now() - 1 });
      expect(mayChange(sent, deps.now())).to.equal(false);
      const b = await aLink(deps);
      await open(deps, b);
      await provide(deps, b.id, fixture('okta'));
      const midway = await row(deps, b.id);
      await revokeProviderSetup(deps, b.id, '');
      await send(deps, midway, 'Hello', null);
      expect(await propose(deps, midway, { xml: fixture('okta') })).to.have.nested.property('errors.xml');
      expect(await row(deps, b.id)).to.include({ sentAt: null, metadataXml: null });
    });

    it('sends no test of other metadata: what was replaced meanwhile is not sent', async () => {
      const a = await aLink(deps);
      await open(deps, a);
      await provide(deps, a.id, fixture('okta'));
      const tested = await row(deps, a.id);
      await provide(deps, a.id, fixture('keycloak'));
      const sent = await send(deps, tested, '', 'the test of the first');
      expect(sent.ok ? '' : sent.errors['']).to.contain('The metadata was replaced meanwhile');
      expect(await row(deps, a.id)).to.include({ sentAt: null, testId: null });
    });

    it('sends nothing without metadata, and no message that is too long', async () => {
      const a = await aLink(deps);
      await open(deps, a);
      expect(await send(deps, await row(deps, a.id), '', null)).to.deep.equal({
        ok: false,
        errors: { '': 'Provide the metadata first.' },
      });
      await provide(deps, a.id, fixture('okta'));
      const long = await send(deps, await row(deps, a.id), 'x'.repeat(1_001), null);
      expect(long.ok ? {} : long.errors).to.have.property('message');
      expect(await row(deps, a.id)).to.include({ sentAt: null });
    });
  });
});
