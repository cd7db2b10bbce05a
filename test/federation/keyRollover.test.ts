import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import {
  cancelNextKey,
  createNextKey,
  retireKey,
  switchBack,
  switchToNextKey,
} from '../../src/federation/domainKeys.ts';
import { findRollover, markGiven, missingIn, recordFetch } from '../../src/federation/keyRollover.ts';
import { removeProvider, setProviderEnabled } from '../../src/federation/providers.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { listMetadataFetches } from '../../src/store/metadataFetches.ts';
import { encryptAssertion } from '../saml/support/encrypt.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Connected, connect, deliver, goThroughProvider, visitor } from '../support/connect.ts';
import { anActivity } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';

const HOUR = 3_600_000;
const ASSERTION = /<(\w+:)?Assertion [\s\S]*<\/(\w+:)?Assertion>/;

/** What a provider read from our metadata: all certificates that requests may be signed with, and the one to encrypt for. */
type Known = { signing: string[]; encryption: string };

describe('federation/keyRollover', () => {
  withStores((open) => {
    let connected: Connected;

    beforeEach(async () => {
      connected = await connect({ store: await open(), sso: { wantSignedRequests: 'on' } });
    });

    it('loses no login at any step, with old or new metadata at the provider', async () => {
      const { deps, domain, url } = connected;
      await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
      const landed = `${url}/profile`;
      const old = await readMetadata();
      expect(await logIn(old), 'before').to.equal(landed);
      await createNextKey(deps, domain);
      const both = await readMetadata();
      expect([both.signing.length, both.encryption === old.encryption]).to.deep.equal([2, false]);
      for (const known of [old, both]) expect(await logIn(known), 'next key published').to.equal(landed);
      await switchToNextKey(deps, domain);
      expect(await logIn(both), 'switched').to.equal(landed);
      expect(await logIn({ ...both, encryption: old.encryption }), 'encrypted for the old key').to.equal(landed);
      await switchBack(deps, domain);
      for (const known of [old, both]) expect(await logIn(known), 'switched back').to.equal(landed);
      await switchToNextKey(deps, domain);
      await retireKey(deps, domain);
      expect(await logIn(await readMetadata()), 'retired').to.equal(landed);
      expect(await logIn(both), 'retired, with the metadata before').to.equal(landed);
    });

    it('decrypts for a cancelled key until it is retired, and says the same about both keys that do not decrypt', async () => {
      const { deps, domain, url } = connected;
      await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
      await createNextKey(deps, domain);
      const both = await readMetadata();
      await cancelNextKey(deps, domain);
      expect(await logIn(both)).to.equal(`${url}/profile`);
      await retireKey(deps, domain);
      expect(await logIn(both)).to.contain('/saml/acs');
    });

    it('knows who fetched the metadata since the key was published, and who was given it', async () => {
      const { deps, domain, provider } = connected;
      expect(await findRollover(deps, domain.id)).to.deep.include({ step: 'none', second: undefined });
      await recordFetch(deps, domain.id, '203.0.113.7', provider.id);
      deps.clock.advance(HOUR);
      await createNextKey(deps, domain);
      const published = deps.now();
      expect(await state()).to.deep.equal({ step: 'published', since: published, missing: ['Cloud Directory'] });
      await recordFetch(deps, domain.id, '203.0.113.8'); // of an unknown provider
      expect(await state()).to.deep.include({ missing: ['Cloud Directory'] });
      expect((await findRollover(deps, domain.id))?.unknown).to.include({
        fetchedAt: published,
        fetchedFrom: '203.0.113.8',
      });
      await recordFetch(deps, domain.id, '203.0.113.7', provider.id);
      expect(await state()).to.deep.include({ missing: [] });
      expect((await findRollover(deps, domain.id))?.deliveries[0]).to.include({ fetchedFrom: '203.0.113.7' });
      deps.clock.advance(1);
      await switchToNextKey(deps, domain);
      expect(await state()).to.deep.equal({ step: 'switched', since: deps.now(), missing: [] });
    });

    it('counts a mark like a fetch, and takes it back', async () => {
      const { deps, domain, provider } = connected;
      await markGiven(deps, domain, provider.id, true);
      deps.clock.advance(1);
      await createNextKey(deps, domain);
      expect(await state(), 'given before the key').to.deep.include({ missing: ['Cloud Directory'] });
      await markGiven(deps, domain, provider.id, true);
      expect(await state()).to.deep.include({ missing: [] });
      await markGiven(deps, domain, provider.id, false);
      expect(await state()).to.deep.include({ missing: ['Cloud Directory'] });
    });

    it('only misses the providers that got a key which was cancelled', async () => {
      const { deps, domain, provider } = connected;
      await createNextKey(deps, domain);
      deps.clock.advance(1);
      await cancelNextKey(deps, domain);
      expect(await state()).to.deep.include({ step: 'cancelled', missing: [] });
      await retireKey(deps, domain);
      await createNextKey(deps, domain);
      await recordFetch(deps, domain.id, '203.0.113.7', provider.id);
      deps.clock.advance(1);
      await cancelNextKey(deps, domain);
      expect(await state()).to.deep.include({ missing: ['Cloud Directory'] });
      await recordFetch(deps, domain.id, '203.0.113.7', provider.id);
      expect(await state()).to.deep.include({ missing: [] });
    });

    it('writes once an hour for each URL, and once more after the keys changed', async () => {
      const { deps, domain, provider } = connected;
      const start = deps.now();
      const fetchedAt = async () => (await listMetadataFetches(deps.store.db, domain.id))[0]?.fetchedAt;
      for (const [minutes, recorded] of [
        [0, 0],
        [59, 0],
        [61, 61],
        [62, 61],
      ] as const) {
        deps.clock.at = start + minutes * 60_000;
        await Promise.all([1, 2].map(() => recordFetch(deps, domain.id, '203.0.113.7', provider.id)));
        expect(await fetchedAt(), `${minutes}`).to.equal(start + recorded * 60_000);
      }
      await createNextKey(deps, domain);
      deps.clock.advance(60_000);
      await recordFetch(deps, domain.id, '203.0.113.7', provider.id);
      expect(await fetchedAt()).to.equal(deps.now());
    });

    it('counts the logins of the last 30 days, and leaves out what is disabled or removed', async () => {
      const { deps, domain, provider } = connected;
      const login = { domainId: domain.id, providerId: provider.id, outcome: 'logged_in' as const };
      for (const at of [deps.now(), deps.now() - 31 * 24 * HOUR])
        await insertLoginActivity(deps.store.db, anActivity({ ...login, at }));
      await recordFetch(deps, domain.id, '203.0.113.7', provider.id);
      await createNextKey(deps, domain);
      expect((await findRollover(deps, domain.id))?.deliveries.map(({ logins }) => logins)).to.deep.equal([1]);
      await setProviderEnabled(deps, provider.id, false);
      expect((await findRollover(deps, domain.id))?.deliveries).to.deep.equal([]);
      await removeProvider(deps, provider.id);
      expect(await listMetadataFetches(deps.store.db, domain.id)).to.deep.equal([]);
    });

    it('records who fetched: a provider by its URL, an unknown one by the domain’s, but no person', async () => {
      const { deps, domain, provider, url } = connected;
      const paths = ['/saml/metadata', `/saml/metadata/${provider.id}`];
      const recorded = async () => {
        await deps.background.finished();
        return (await listMetadataFetches(deps.store.db, domain.id)).map(({ providerId }) => providerId).sort();
      };
      for (const path of paths) {
        await fetch(`${url}${path}`, { headers: { accept: 'text/html' } });
        await fetch(`${url}${path}?download`);
        await fetch(`${url}${path}`, { method: 'HEAD' });
      }
      expect(await recorded()).to.deep.equal([]);
      for (const path of paths) await fetch(`${url}${path}`);
      expect(await recorded()).to.deep.equal(['', provider.id].sort());
      const rows = await listMetadataFetches(deps.store.db, domain.id);
      for (const { fetchedFrom } of rows) expect(fetchedFrom, 'from where').to.match(/127\.0\.0\.1$/);
    });

    async function state() {
      const rollover = await findRollover(connected.deps, connected.domain.id);
      if (!rollover) throw new Error('The domain is not set up.');
      const { step, since } = rollover;
      return { step, since, missing: missingIn(rollover).map(({ provider }) => provider.name) };
    }

    /** Logs in through the stand-in provider, which has read our metadata: it verifies the request, and encrypts the assertion. */
    async function logIn({ signing, encryption }: Known): Promise<string> {
      const { cloud, provider } = connected;
      connected.deps.clock.advance(1);
      Object.assign(cloud.state.applications[0]?.sso ?? {}, { spCertificate: signing.join('\n') });
      const browser = visitor(connected);
      const page = await goThroughProvider(browser, `/saml/login/${provider.id}?return=/profile`, 'anna.berg');
      const response = Buffer.from(page.forms[0]?.fields.SAMLResponse ?? '', 'base64').toString();
      const [assertion = ''] = ASSERTION.exec(response) ?? [];
      const key = createPublicKey(encryption);
      const encrypted = response.replace(ASSERTION, () => encryptAssertion(assertion, { key }));
      return (await deliver(browser, page, { SAMLResponse: Buffer.from(encrypted).toString('base64') })).url;
    }

    async function readMetadata(): Promise<Known> {
      const xml = await (await fetch(`${connected.url}/saml/metadata/${connected.provider.id}`)).text();
      const certificates = (use: string) =>
        [...xml.matchAll(new RegExp(`use="${use}"[\\s\\S]*?X509Certificate>([^<]*)`, 'g'))].map(([, base64 = '']) =>
          new X509Certificate(Buffer.from(base64, 'base64')).toString(),
        );
      return { signing: certificates('signing'), encryption: certificates('encryption')[0] ?? '' };
    }
  });
});
