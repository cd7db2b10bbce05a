import { expect } from 'chai';
import { sealEntries } from '../../src/audit/seal.ts';
import { setProviderEnabled } from '../../src/federation/providers.ts';
import { notify as notifyOnce } from '../../src/notifications/notify.ts';
import { type NotificationInput, saveNotifications } from '../../src/notifications/settings.ts';
import { setSourceActive } from '../../src/sources/profileSources.ts';
import { listCauses } from '../../src/store/healthCauses.ts';
import { type IdentityProvider, insertProvider } from '../../src/store/identityProviders.ts';
import { insertSource } from '../../src/store/profileSources.ts';
import { listMails } from '../../src/store/sentMails.ts';
import { aProvider, aSource } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { recordEvents } from '../webhooks/support/receiver.ts';
import { type MailServer, startMailServer } from './support/mailServer.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

describe('notifications/notify', () => {
  withStores((open) => {
    let deps: TestDeps;
    let server: MailServer;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      server = await startMailServer({ hideSTARTTLS: true });
    });

    it('does nothing until it is set up', async () => {
      await insertSource(deps.store.db, aSource());
      await notify(deps);
      expect(await listCauses(deps.store.db)).to.deep.equal([]);
    });

    it('sends one mail about everything that is new, with what to do and where, and none again', async () => {
      await setUp();
      await insertSource(deps.store.db, aSource({ id: 'one', name: 'JumpCloud' }));
      await notify(deps);
      expect(subjects()).to.deep.equal(['Anteroom: JumpCloud has no token']);
      await insertSource(deps.store.db, aSource({ id: 'two', name: 'Okta' }));
      await insertSource(deps.store.db, aSource({ id: 'three', name: 'Entra' }));
      await notify(deps);
      await notify(deps);
      deps.clock.advance(9 * DAY);
      await notify(deps);
      expect(subjects()).to.deep.equal(['Anteroom: JumpCloud has no token', 'Anteroom: 2 things need attention']);
      expect(server.mails[1]?.to).to.deep.equal(['it@acme.com', 'ops@acme.com']);
      const text = textOf(1);
      for (const part of [
        '* Entra has no token\n  All its requests are refused.',
        '/settings/profile-sources/scim/two',
      ])
        expect(text).to.contain(part);
      expect(text).to.contain(`${deps.config.publicUrl}/settings/notifications`).and.not.contain('JumpCloud');
    });

    it('says that something is over, a day after the last mail about it at the earliest', async () => {
      await setUp();
      const source = aSource({ name: 'JumpCloud' });
      await insertSource(deps.store.db, source);
      await notify(deps);
      await setSourceActive(deps, source.id, false);
      deps.clock.advance(DAY - 1);
      await notify(deps);
      expect(subjects()).to.have.lengthOf(1);
      deps.clock.advance(1);
      await notify(deps);
      await notify(deps);
      expect((await listCauses(deps.store.db))[0]?.endedAt, 'when it was seen').to.equal(deps.now() - 1);
      expect(subjects()).to.deep.equal(['Anteroom: JumpCloud has no token', 'Anteroom: over: JumpCloud has no token']);
      deps.clock.advance(DAY);
      await notify(deps);
      expect(await listCauses(deps.store.db), 'nothing is left to say').to.deep.equal([]);
    });

    it('does not say that something began again on the same day, or was over in between', async () => {
      await setUp();
      const source = aSource({ name: 'JumpCloud' });
      await insertSource(deps.store.db, source);
      for (let turn = 0; turn < 6; turn += 1) {
        await notify(deps);
        await setSourceActive(deps, source.id, turn % 2 === 1);
        deps.clock.advance(MINUTE);
      }
      deps.clock.advance(DAY);
      await notify(deps);
      expect(subjects()).to.have.lengthOf(1);
    });

    it('recalls an end at 30, 14, 7 and 1 days and when it is past, once each', async () => {
      await setUp();
      await insertProvider(deps.store.db, withCertificate(aProvider({ name: 'Okta' }), deps.now() + 40 * DAY), '');
      const days: number[] = [];
      for (let day = 0; day <= 45; day += 1) {
        const before = server.mails.length;
        await notify(deps);
        if (server.mails.length > before) days.push(40 - day);
        deps.clock.advance(DAY);
      }
      expect(days).to.deep.equal([30, 14, 7, 1, 0]);
      expect(textOf(4)).to.contain('certificate expired today');
    });

    it('repeats a mail that could not be sent, later each time, and shows the failure', async () => {
      await setUp({ port: 1 });
      await insertSource(deps.store.db, aSource({ name: 'JumpCloud' }));
      const attempts: number[] = [];
      for (let minute = 0; minute <= 100; minute += 5) {
        const before = (await listMails(deps.store.db, 99)).length;
        await notify(deps);
        if ((await listMails(deps.store.db, 99)).length > before) attempts.push(minute);
        deps.clock.advance(5 * MINUTE);
      }
      expect(attempts).to.deep.equal([0, 5, 20, 80]);
      const [mail] = await listMails(deps.store.db, 1);
      expect(mail).to.include({ kind: 'notification', state: 'failed', recipients: 'it@acme.com, ops@acme.com' });
      expect(mail?.error).to.contain('refuses connections at port 1');
      expect((await listCauses(deps.store.db)).map(({ code }) => code)).to.include('mail_failing');
      await setUp();
      await notify(deps);
      expect(subjects(), 'at once, and not about mails that fail').to.deep.equal(['Anteroom: JumpCloud has no token']);
    });

    it('is done by one of several servers, and taken over from one that stopped in the middle', async () => {
      await setUp();
      await insertSource(deps.store.db, aSource());
      const others = await Promise.all(['b', 'c', 'd'].map((seed) => testDeps({ store: deps.store, seed })));
      await Promise.all([deps, ...others].map((one) => notify(one)));
      expect(server.mails).to.have.lengthOf(1);
      await insertSource(deps.store.db, aSource());
      await notify(deps);
      expect(server.mails).to.have.lengthOf(2);
    });

    it('sends a mail once more if the server stopped before it was marked', async () => {
      await setUp();
      await insertSource(deps.store.db, aSource());
      const stopping = { ...deps, store: failingAfter(deps, () => server.mails.length > 0) };
      await notify(stopping).catch(() => {});
      expect(server.mails).to.have.lengthOf(1);
      deps.clock.advance(4 * MINUTE);
      await notify(deps);
      expect(server.mails, 'its turn lasts for five minutes').to.have.lengthOf(1);
      deps.clock.advance(MINUTE);
      await notify(deps);
      await notify(deps);
      expect(server.mails).to.have.lengthOf(2);
      expect((await listMails(deps.store.db, 9)).map(({ state }) => state)).to.deep.equal(['sent', 'sending']);
    });

    it('tells the technical contacts of a provider about its own matters, if that is wanted, and nothing internal', async () => {
      const contacts = [
        { type: 'technical', name: 'Ops', email: 'ops@idp.example' },
        { type: 'billing', name: 'Bill', email: 'bill@idp.example' },
        { type: 'support', name: 'Bad', email: 'x@y\r\nBcc: eve@evil.example' },
      ];
      const [told, other] = ['Okta', 'Entra'].map((name) =>
        withCertificate(aProvider({ name }), deps.now() + DAY, contacts),
      );
      for (const provider of [told, other]) await insertProvider(deps.store.db, provider as IdentityProvider, '');
      await insertSource(deps.store.db, aSource({ name: 'Secret source' }));
      await setUp({ providerIds: [told?.id ?? ''] });
      await notify(deps);
      await notify(deps);
      expect(server.mails.map(({ to }) => to)).to.deep.equal([['it@acme.com', 'ops@acme.com'], ['ops@idp.example']]);
      const text = textOf(1);
      expect(text)
        .to.contain('Your certificate for signing expires on 2026-03-03.')
        .and.contain(told?.entityId ?? '-');
      expect(text).not.to.match(/Entra|Secret|\/settings/);
    });

    it('tells webhooks what starts, comes nearer and is over at once, in the transaction that notes it', async () => {
      const events = ['attention.started', 'attention.reminder', 'attention.ended'] as const;
      const written = await recordEvents(deps, [...events]);
      const provider = withCertificate(aProvider({ name: 'Okta' }), deps.now() + 20 * DAY);
      await insertProvider(deps.store.db, provider, '');
      await notify(deps);
      await notify(deps);
      deps.clock.advance(6 * DAY);
      await notify(deps);
      deps.clock.advance(7 * DAY);
      await notify(deps);
      await setProviderEnabled(deps, provider.id, false);
      await notify(deps);
      await notify(deps);
      const sent = await written();
      expect(sent.map(({ type }) => type)).to.deep.equal([events[0], events[1], events[1], events[2]]);
      expect(sent[0]?.data).to.deep.equal({
        code: 'provider_certificate',
        subject: provider.id,
        severity: 'warning',
        text: 'Okta’s certificate expires in 20 days',
        detail: 'Logins still work. When the provider publishes its next certificate, refresh its metadata.',
        url: `${deps.config.publicUrl}/settings/security/saml`,
        startedAt: '2026-03-02T09:00:00.000Z',
        endedAt: null,
        expiresAt: '2026-03-22T09:00:00.000Z',
      });
      expect(sent[3]?.data.endedAt).to.equal('2026-03-15T09:00:00.000Z');
      expect(server.mails, 'mails are off').to.deep.equal([]);
    });

    const subjects = () =>
      server.mails.map(({ raw }) => /^Subject: (.*(?:\r\n .*)*)/m.exec(raw)?.[1]?.replace(/\r\n /g, ' '));

    function textOf(index: number): string {
      const raw = server.mails[index]?.raw ?? '';
      return raw.slice(raw.indexOf('\r\n\r\n')).replaceAll('=\r\n', '').replaceAll('\r\n', '\n');
    }

    async function setUp(changes: Partial<NotificationInput> = {}): Promise<void> {
      const saved = await saveNotifications(deps, {
        ...{ active: true, host: 'localhost', port: server.port, security: 'none', user: '', password: '' },
        ...{ from: 'intranet@acme.com', recipients: 'it@acme.com ops@acme.com', providerIds: [] },
        ...changes,
      });
      expect(saved.ok).to.equal(true);
    }
  });
});

/** Sends what is due, as a server that also seals new audit entries every second. */
async function notify(deps: TestDeps): Promise<void> {
  await sealEntries(deps);
  await notifyOnce(deps);
}

/** Returns the store of a server that loses its database once something has happened. */
function failingAfter({ store }: TestDeps, hasHappened: () => boolean): TestDeps['store'] {
  const db = new Proxy(store.db, {
    get(target, name, receiver) {
      if (hasHappened()) throw new Error('the server was stopped');
      const value = Reflect.get(target, name, receiver);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...store, db };
}

function withCertificate(
  provider: IdentityProvider,
  notAfter: number,
  contacts: { type: string; name: string; email: string }[] = [],
): IdentityProvider {
  const certificate = { pem: '', sha256: 'AA', subject: 'CN=idp', keyDescription: 'RSA 2048', notBefore: 0, notAfter };
  const nothing = { displayName: undefined, organization: undefined, organizationUrl: undefined };
  const urls = { description: undefined, logo: undefined, informationUrl: undefined, privacyUrl: undefined };
  const about = { ...nothing, ...urls, errorUrl: undefined, contacts, scopes: [] };
  return { ...provider, facts: { ...provider.facts, certificates: [certificate], about } };
}
