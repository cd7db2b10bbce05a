import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { Conflict, NotFound } from '../../src/errors.ts';
import { findSigningKey } from '../../src/federation/domainKeys.ts';
import {
  addDomain,
  consequencesOfRemoval,
  ensureFirstDomain,
  getDomain,
  removeDomain,
  saveOwnDetails,
  setAutoLogin,
  setDefaultProvider,
  setUpDomain,
} from '../../src/federation/domains.ts';
import { type Domain, listDomainKeys, listDomains } from '../../src/store/domains.ts';
import { insertProvider, listProvidersAt } from '../../src/store/identityProviders.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { writeProviderDomains } from '../../src/store/providerDomains.ts';
import { anActivity, aProvider } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('federation/domains', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('adds a domain by its origin, and refuses everything else', async () => {
      expect(await added(' HTTPS://Intranet.Acme.com:443/ ')).to.include({
        url: 'https://intranet.acme.com',
        setUpAt: null,
      });
      for (const url of [
        ...['intranet.acme.com', 'ftp://acme.com', 'https://', 'https://acme.com/path', 'https://acme.com/?a'],
        ...['https://acme.com/#a', 'https://u@acme.com', 'https://:p@acme.com', `https://${'a.'.repeat(130)}com`],
        ...['https://intranet.acme.com', 'http://intranet.acme.com'],
      ]) {
        const result = await addDomain(deps, url);
        expect(!result.ok && Object.keys(result.errors), url).to.deep.equal(['url']);
      }
      expect(await listDomains(deps.store.db)).to.have.length(1);
    });

    it('adds the domain of PUBLIC_URL once', async () => {
      const { publicUrl } = deps.config;
      expect([await ensureFirstDomain(deps), await ensureFirstDomain(deps)]).to.deep.equal([publicUrl, publicUrl]);
      const config = { ...deps.config, publicUrl: publicUrl.replace('http:', 'https:') };
      expect(await ensureFirstDomain({ ...deps, config }), 'the scheme changed').to.equal(publicUrl);
      expect((await listDomains(deps.store.db)).map(({ url }) => url)).to.deep.equal(['http://localhost:3000']);
    });

    it('saves what a domain has of its own, and empties it again', async () => {
      const { id } = await added('https://a.com');
      const own = { entityId: 'urn:old:product', acsPath: '/sso/acs' };
      expect((await saveOwnDetails(deps, id, own)).ok).to.equal(true);
      expect(await getDomain(deps.store.db, id)).to.include({ spEntityId: 'urn:old:product', acsPath: '/sso/acs' });
      expect((await saveOwnDetails(deps, id, { ...own, acsPath: '/login/acs' })).ok).to.equal(false);
      await saveOwnDetails(deps, id, { entityId: '', acsPath: '' });
      expect(await getDomain(deps.store.db, id)).to.include({ spEntityId: null, acsPath: null });
    });

    it('creates one key and a certificate of ten years for it, even if it is set up twice at once', async () => {
      const { id } = await added('https://intranet.acme.com');
      expect(await findSigningKey(deps, id)).to.equal(undefined);
      await Promise.all([setUpDomain(deps, id), setUpDomain(deps, id)]);
      await setUpDomain(deps, id);
      const [key, ...others] = await listDomainKeys(deps.store.db, id);
      expect(others).to.deep.equal([]);
      expect(key?.privateKeySealed).not.to.contain('PRIVATE KEY');
      const { privateKey = '', certificate = '' } = (await findSigningKey(deps, id)) ?? {};
      const parsed = new X509Certificate(certificate);
      expect(parsed.publicKey.equals(createPublicKey(privateKey))).to.equal(true);
      expect(parsed.subject).to.equal('CN=intranet.acme.com');
      expect(parsed.validToDate.toISOString()).to.equal('2036-03-02T09:00:00.000Z');
      expect(await getDomain(deps.store.db, id)).to.include({ setUpAt: deps.now() });
    });

    it('only turns Auto Login on with an enabled Default Provider', async () => {
      const { id } = await setUpDomain(deps, (await added('https://a.com')).id);
      const [enabled, disabled] = [aProvider({ entityId: 'a' }), aProvider({ entityId: 'b', enabled: false })];
      for (const provider of [enabled, disabled]) await insertProvider(deps.store.db, provider, '');
      expect(await failure(setDefaultProvider(deps, id, enabled.id))).to.be.instanceOf(Conflict);
      for (const provider of [enabled, disabled]) await writeProviderDomains(deps.store.db, provider, [id]);
      expect(await failure(setAutoLogin(deps, id, true))).to.be.instanceOf(Conflict);
      expect(await failure(setDefaultProvider(deps, id, disabled.id))).to.be.instanceOf(Conflict);
      expect(await failure(setDefaultProvider(deps, id, 'nothing'))).to.be.instanceOf(NotFound);
      expect(await failure(setDefaultProvider(deps, 'nothing', enabled.id))).to.be.instanceOf(NotFound);
      await setDefaultProvider(deps, id, enabled.id);
      await setAutoLogin(deps, id, true);
      expect(await getDomain(deps.store.db, id)).to.include({ defaultProviderId: enabled.id, autoLogin: true });
      await setDefaultProvider(deps, id, undefined);
      expect(await getDomain(deps.store.db, id)).to.include({ defaultProviderId: null, autoLogin: false });
    });

    it('does not turn Auto Login on before the setup', async () => {
      const [{ id }, provider] = [await added('https://a.com'), aProvider()];
      await insertProvider(deps.store.db, provider, '');
      await writeProviderDomains(deps.store.db, provider, [id]);
      await setDefaultProvider(deps, id, provider.id);
      expect(String(await failure(setAutoLogin(deps, id, true)))).to.contain('Click Setup Domain first');
    });

    it('gives the providers that were imported before it to the first domain, and none to the next', async () => {
      const provider = aProvider();
      await insertProvider(deps.store.db, provider, '');
      const [first, next] = [await added('https://a.com'), await added('https://b.com')];
      expect(await listProvidersAt(deps.store.db, first.id)).to.deep.equal([provider]);
      expect(await listProvidersAt(deps.store.db, next.id)).to.deep.equal([]);
    });

    it('counts the logins of the last 30 days before a removal', async () => {
      const { id: domainId } = await added('https://a.com');
      const at = deps.now();
      const login = { domainId, outcome: 'logged_in' as const };
      for (const values of [
        { ...login, at },
        { ...login, at: at - 31 * 86_400_000 },
        { domainId, at },
        { ...login, domainId: null, at },
      ])
        await insertLoginActivity(deps.store.db, anActivity(values));
      expect(await consequencesOfRemoval(deps, domainId)).to.deep.equal({ sessions: 0, logins: 1 });
    });

    it('removes a domain with its keys, but not the last one', async () => {
      const { id } = await setUpDomain(deps, (await added('https://a.com')).id);
      expect(await failure(removeDomain(deps, id))).to.be.instanceOf(Conflict);
      await added('https://b.com');
      await removeDomain(deps, id);
      expect(await listDomainKeys(deps.store.db, id)).to.deep.equal([]);
      expect(await failure(removeDomain(deps, id))).to.be.instanceOf(NotFound);
      expect((await listDomains(deps.store.db)).map(({ url }) => url)).to.deep.equal(['https://b.com']);
    });

    async function added(url: string): Promise<Domain> {
      const result = await addDomain(deps, url);
      if (!result.ok) throw new Error(JSON.stringify(result.errors));
      return result.value;
    }
  });
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
