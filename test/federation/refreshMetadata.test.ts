import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { confirmImport, previewMetadata } from '../../src/federation/importMetadata.ts';
import { rollBack, versionsOf } from '../../src/federation/metadataVersions.ts';
import { changeProvider, getProvider, providerInputOf, setProviderEnabled } from '../../src/federation/providers.ts';
import { refreshDue, refreshEarly, refreshMetadata } from '../../src/federation/refreshMetadata.ts';
import { nextAttemptAt, nextRefreshAt } from '../../src/federation/refreshSchedule.ts';
import { approveWaiting, refreshStateOf, rejectWaiting } from '../../src/federation/waitingMetadata.ts';
import { checkProviders } from '../../src/health/providers.ts';
import type { IdentityProvider, ProviderSettings } from '../../src/store/identityProviders.ts';
import { providerNext } from '../saml/support/keys.ts';
import { certificateOf, signMetadata } from '../saml/support/signedMetadata.ts';
import { serve } from '../support/listen.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { federationOf } from './metadata/federation.ts';
import { fixture } from './metadata/fixtures.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const old = fixture('okta');
const [, nextCertificate = ''] = /<X509Certificate>([^<]+)/.exec(fixture('google').replaceAll('ds:', '')) ?? [];
const [descriptor = ''] = /<md:KeyDescriptor[\s\S]*?<\/md:KeyDescriptor>/.exec(old) ?? [];
const next = descriptor.replace(/(X509Certificate>)[^<]+/, `$1${nextCertificate}`);
const both = old.replace(descriptor, descriptor + next);
const onlyNext = old.replace(descriptor, next);
const moved = old.replaceAll('/sso/saml"', '/sso/saml2"');

describe('federation/refreshMetadata', () => {
  withStores((open) => {
    let deps: TestDeps;
    let provider: IdentityProvider;
    let published: string | RequestListener;
    let requests: { etag: string | undefined }[];

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      await ensureFirstDomain(deps);
      published = old;
      requests = [];
      const url = await serve((req, res) => {
        requests.push({ etag: req.headers['if-none-match'] });
        if (typeof published === 'function') published(req, res);
        else res.end(published);
      });
      const preview = await previewMetadata(deps, { url });
      provider = await confirmImport(deps, preview.ok ? preview.value.id : '');
      requests = [];
      deps.clock.advance(DAY);
    });

    it('fetches what is due, not before, and sends what the server said about the last version', async () => {
      published = (req, res) => {
        res.setHeader('etag', '"one"');
        if (req.headers['if-none-match'] === '"one"') res.writeHead(304).end();
        else res.end(old);
      };
      await refreshDue(deps);
      await refreshDue(deps);
      deps.clock.advance(DAY - 1);
      await refreshDue(deps);
      expect(requests).to.deep.equal([{ etag: undefined }]);
      deps.clock.advance(1);
      await refreshDue(deps);
      expect(requests).to.deep.equal([{ etag: undefined }, { etag: '"one"' }]);
      const { refresh } = await refreshStateOf(deps, provider);
      expect(refresh).to.include({ checkedAt: deps.now(), nextAt: deps.now() + DAY, failures: 0, failure: null });
      expect(await versionsOf(deps, provider)).to.have.lengthOf(1);
    });

    it('is done by one of several servers', async () => {
      const second = { ...deps, metadataRefreshes: new Map() };
      await Promise.all([refreshDue(deps), refreshDue(second)]);
      expect(requests).to.have.lengthOf(1);
    });

    it('leaves out disabled providers, and those that are set to off', async () => {
      await change({ refresh: 'off' });
      await refreshDue(deps);
      deps.clock.advance(DAY);
      await change({ refresh: 'review' });
      await setProviderEnabled(deps, provider.id, false);
      await refreshDue(deps);
      expect(requests).to.deep.equal([]);
    });

    it('uses a new certificate beside the old one at once', async () => {
      published = both;
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'used' });
      expect(await subjects()).to.deep.equal(['CN=rivet, O=Okta', 'CN=Google, O=Google Inc.']);
      expect((await versionsOf(deps, provider))[0]).to.include({ origin: 'refresh', author: '', at: deps.now() });
      expect((await refreshStateOf(deps, provider)).waiting).to.equal(undefined);
    });

    it('uses a new certificate instead of the old one at once too, and lets the removal wait', async () => {
      published = onlyNext;
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'waiting' });
      expect(await subjects()).to.deep.equal(['CN=rivet, O=Okta', 'CN=Google, O=Google Inc.']);
      const { waiting } = await state();
      expect(waiting?.differences.map(({ kind }) => kind)).to.deep.equal(['removed']);
      const [item] = await attention('waits for approval');
      expect(item?.href).to.contain(provider.id);
      deps.clock.advance(1);
      await approveWaiting(deps, provider.id, 'Maya Koch', waiting?.digest ?? '');
      expect(await subjects()).to.deep.equal(['CN=Google, O=Google Inc.']);
      expect((await versionsOf(deps, provider))[0]).to.include({ origin: 'approval', author: 'Maya Koch' });
      expect(await attention('waits for approval')).to.deep.equal([]);
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'unchanged' });
    });

    it('lets another URL wait, and does not propose it again after it was rejected', async () => {
      published = moved;
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'waiting' });
      expect(JSON.stringify(await facts())).to.equal(JSON.stringify(provider.facts));
      const { waiting } = await state();
      expect(waiting?.differences).to.have.lengthOf(4);
      await rejectWaiting(deps, provider.id, waiting?.digest ?? '');
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'unchanged' });
      expect((await state()).waiting).to.equal(undefined);
      published = moved.replaceAll('/sso/saml2"', '/sso/saml3"');
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'waiting' });
    });

    it('approves only what was reviewed', async () => {
      published = moved;
      await refreshMetadata(deps, provider.id);
      const { waiting } = await state();
      published = moved.replaceAll('/sso/saml2"', '/sso/saml3"');
      await refreshMetadata(deps, provider.id);
      const late = await approveWaiting(deps, provider.id, '', waiting?.digest ?? '').catch((error) => error.message);
      expect(late).to.match(/something else meanwhile/);
      expect((await state()).waiting).not.to.equal(undefined);
      const none = await rejectWaiting(deps, provider.id, '').catch((error) => error.message);
      expect(none).to.match(/something else meanwhile/);
    });

    it('uses everything at once if the provider is set to automatic', async () => {
      await change({ refresh: 'automatic' });
      published = onlyNext.replaceAll('/sso/saml"', '/sso/saml2"');
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'used' });
      expect(await subjects()).to.deep.equal(['CN=Google, O=Google Inc.']);
      expect((await facts()).singleSignOn[0]?.location).to.match(/saml2$/);
    });

    it('does not bring back what was rolled back, until the provider publishes something else', async () => {
      published = both;
      await refreshMetadata(deps, provider.id);
      deps.clock.advance(1);
      const [, first] = await versionsOf(deps, provider);
      await rollBack(deps, provider.id, first?.id ?? '', '');
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'unchanged' });
      expect(await subjects()).to.deep.equal(['CN=rivet, O=Okta']);
      published = onlyNext;
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'waiting' });
    });

    const failures: [string, string | RequestListener, RegExp, number?][] = [
      ['another entity', fixture('keycloak'), /another identity provider/],
      [
        'a file of 1 GB',
        (_req, res) => res.writeHead(200, { 'content-length': '1000000000' }).write('<'),
        /larger than 1 MB/,
      ],
      ['an endless file', (_req, res) => endless(res), /larger than 1 MB/],
      ['a server that hangs', () => {}, /did not respond completely/, 50],
      ['a web page', '<html><title>Log in</title></html>', /web page/],
      ['a missing page', (_req, res) => res.writeHead(404).end(), /no metadata at this URL/],
      [
        'metadata that has expired',
        old.replace('<md:EntityDescriptor', '$& validUntil="2026-01-01T00:00:00Z"'),
        /expired on/,
      ],
    ];
    for (const [title, bad, sentence, timeoutMs] of failures)
      it(`keeps the last good copy after ${title}, says why, and tries again later`, async () => {
        published = bad;
        const outcome = await refreshMetadata(deps, provider.id, timeoutMs);
        expect(outcome.kind === 'failed' && outcome.message).to.match(sentence);
        expect(JSON.stringify(await facts())).to.equal(JSON.stringify(provider.facts));
        const { refresh } = await state();
        expect(refresh?.failure).to.match(sentence);
        expect(refresh?.failedAt).to.equal(deps.now());
        expect(refresh?.nextAt).to.be.within(deps.now() + HOUR, deps.now() + 2 * HOUR);
        expect((await attention('could not be refreshed'))[0]?.detail).to.match(sentence);
        published = old;
        await refreshMetadata(deps, provider.id);
        expect((await state()).refresh).to.include({ failures: 0, failure: null, failedAt: null });
        expect(await attention('could not be refreshed')).to.deep.equal([]);
      });

    it('is early at most once a minute, whatever happens', async () => {
      const early = () => refreshEarly(deps, provider);
      expect(await Promise.all([early(), early(), early()])).to.deep.equal([undefined, undefined, undefined]);
      expect(requests).to.have.lengthOf(1);
      deps.clock.advance(59_999);
      published = onlyNext;
      expect(await early()).to.equal(undefined);
      expect(requests).to.have.lengthOf(1);
      deps.clock.advance(1);
      const found = await Promise.all([early(), early(), early()]);
      expect(found.map((one) => one?.facts.certificates.length)).to.deep.equal([2, 2, 2]);
      expect(requests).to.have.lengthOf(2);
      // Another server that knows only the old certificate finds the new one without a fetch.
      expect((await early())?.facts.certificates).to.have.lengthOf(2);
      expect(requests).to.have.lengthOf(2);
    });

    it('is never early for a provider without a URL, or with refresh off', async () => {
      await change({ refresh: 'off' });
      for (const one of [await getProvider(deps.store.db, provider.id), { ...provider, metadataUrl: null }])
        expect(await refreshEarly(deps, one)).to.equal(undefined);
      expect(requests).to.deep.equal([]);
    });

    it('leaves the metadata of a federation to the background while a person waits', async () => {
      published = federationOf(600);
      expect(await refreshEarly(deps, provider)).to.equal(undefined);
      const { refresh } = await state();
      expect(refresh).to.include({ nextAt: deps.now(), failure: null, failures: 0 });
    });

    it('keeps the last good copy if the pinned certificate did not sign the new one, and uses what it signed', async () => {
      const etags = () => requests.map(({ etag }) => etag);
      published = (_req, res) => void res.setHeader('etag', '"one"').end(old);
      await refreshMetadata(deps, provider.id);
      await change({ metadataSigners: await certificateOf() });
      await refreshDue(deps);
      expect(etags(), 'the copy that was not verified is not asked about').to.deep.equal([undefined, undefined]);
      expect((await state()).refresh?.failure).to.match(/must be signed with the certificate that is pinned/);
      published = signMetadata(both, 'EntityDescriptor', { key: providerNext.privateKey });
      expect(await refreshMetadata(deps, provider.id)).to.have.property('kind', 'failed');
      published = signMetadata(both).replace('/sso/saml"', '/sso/evil"');
      expect(await refreshMetadata(deps, provider.id)).to.have.property('kind', 'failed');
      expect((await facts()).certificates).to.have.lengthOf(1);
      published = (req, res) => {
        if (req.headers['if-none-match'] === '"two"') res.writeHead(304).end();
        else res.setHeader('etag', '"two"').end(signMetadata(both));
      };
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'used' });
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'unchanged' });
      expect((await facts()).certificates).to.have.lengthOf(2);
    });

    it('forgets what waits for approval once a certificate is pinned, because nobody has verified it', async () => {
      published = old.replaceAll('/sso/saml"', '/sso/evil"');
      expect(await refreshMetadata(deps, provider.id)).to.deep.equal({ kind: 'waiting' });
      const { digest = '' } = (await state()).waiting ?? {};
      await change({ metadataSigners: await certificateOf() });
      expect((await state()).waiting).to.equal(undefined);
      const approved = approveWaiting(deps, provider.id, 'maya.koch', digest);
      expect(await approved.catch((error) => error.message)).to.equal('No metadata waits for approval.');
    });

    async function change(settings: Partial<ProviderSettings>): Promise<void> {
      const input = providerInputOf(await getProvider(deps.store.db, provider.id));
      await changeProvider(deps, provider.id, { ...input, ...settings });
    }

    async function facts() {
      return (await getProvider(deps.store.db, provider.id)).facts;
    }

    async function subjects(): Promise<string[]> {
      return (await facts()).certificates.map(({ subject }) => subject);
    }

    async function state() {
      return refreshStateOf(deps, await getProvider(deps.store.db, provider.id));
    }

    async function attention(text: string) {
      return (await checkProviders(deps)).filter((item) => item.text.includes(text));
    }
  });
});

describe('federation/refreshSchedule', () => {
  const now = Date.UTC(2026, 0, 1);

  it('follows cacheDuration and validUntil, hourly at most and daily at least', () => {
    const cases = [
      [undefined, undefined, DAY],
      [6 * HOUR, undefined, 6 * HOUR],
      [1_000, undefined, HOUR],
      [30 * DAY, undefined, DAY],
      [undefined, now + 8 * HOUR, 4 * HOUR],
      [6 * HOUR, now + 30 * DAY, 6 * HOUR],
      [undefined, now + 60_000, HOUR],
    ] as const;
    for (const [cacheMs, validUntil, expected] of cases)
      expect(nextRefreshAt(now, { cacheMs, validUntil }) - now, `${cacheMs} ${validUntil}`).to.equal(expected);
  });

  it('waits longer after each failure, and not exactly as long as others', () => {
    const after = (failures: number, byte: number) =>
      nextAttemptAt({ now: () => now, randomBytes: () => Buffer.from([byte]) }, failures) - now;
    expect([1, 2, 3, 9].map((failures) => after(failures, 0))).to.deep.equal([HOUR, 2 * HOUR, 4 * HOUR, DAY]);
    expect(after(1, 128)).to.equal(1.25 * HOUR);
  });
});

function endless(response: import('node:http').ServerResponse): void {
  response.on('error', () => {});
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
