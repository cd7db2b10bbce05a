import { expect } from 'chai';
import {
  initialNotifications,
  type NotificationInput,
  readNotifications,
  saveNotifications,
} from '../../src/notifications/settings.ts';
import { findSetting } from '../../src/store/settings.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const input: NotificationInput = {
  active: true,
  host: 'smtp.acme.com',
  port: '587',
  security: 'starttls',
  user: 'anteroom',
  password: 'mail password',
  from: 'intranet@acme.com',
  recipients: ' it@acme.com,\nops@acme.com; it@acme.com',
  providerIds: [],
};

describe('notifications/settings', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('are off at first, and are saved with the password encrypted', async () => {
    expect(await readNotifications(deps.store.db)).to.deep.equal(initialNotifications);
    const saved = await saveNotifications(deps, input);
    expect(saved.ok).to.equal(true);
    const stored = await readNotifications(deps.store.db);
    expect(stored).to.deep.include({ port: 587, recipients: ['it@acme.com', 'ops@acme.com'] });
    expect(deps.secrets.unseal(stored.passwordSealed ?? '')).to.equal('mail password');
    expect(JSON.stringify(await findSetting(deps.store.db, 'notifications'))).not.to.contain('mail password');
  });

  it('keep the password while nothing about its server changes, and never send it to another one', async () => {
    await saveNotifications(deps, input);
    const { passwordSealed } = await readNotifications(deps.store.db);
    expect(await errorsOf({ password: '', recipients: 'it@acme.com' })).to.deep.equal({});
    expect((await readNotifications(deps.store.db)).passwordSealed).to.equal(passwordSealed);
    for (const change of [{ host: 'evil.example' }, { port: 25 }, { security: 'tls' as const }, { user: 'other' }])
      expect(await errorsOf({ password: '', ...change }), JSON.stringify(change)).to.have.keys('password');
    expect(await errorsOf({ password: '', host: 'evil.example', user: '' })).to.deep.equal({});
    expect((await readNotifications(deps.store.db)).passwordSealed).to.equal(null);
  });

  it('name what is missing to send mails, and need nothing while they are off', async () => {
    const empty = { host: '', from: '', recipients: '', user: '', password: '' };
    expect(await errorsOf(empty)).to.have.keys('host', 'from', 'recipients');
    expect(await errorsOf({ ...empty, active: false })).to.deep.equal({});
  });

  for (const [field, values] of Object.entries({
    host: ['smtp.acme.com:25', 'https://smtp.acme.com', 'a b', 'smtp.acme.com\r\nRCPT', '-x.com', 'x'.repeat(254)],
    port: ['0', '65536', '25.5', 'x', ''],
    security: ['ssl', ''],
    from: ['Acme <it@acme.com>', 'it@acme.com\r\nBcc: eve@evil.example', 'it', 'a@b@c', 'a@b,c@d', 'it@acme.com\u0000'],
    recipients: ['it@acme.com x', '<it@acme.com>', '"a b"@acme.com', 'it@acme.com\u200b', `${'a'.repeat(65)}@acme.com`],
    user: ['a\u0000b', 'x'.repeat(255)],
  }))
    it(`refuse what is no ${field}`, async () => {
      for (const value of values) expect(await errorsOf({ [field]: value }), JSON.stringify(value)).to.have.keys(field);
    });

  it('accept no encryption only on the same machine', async () => {
    expect(await errorsOf({ security: 'none' })).to.have.keys('security');
    for (const host of ['localhost', '127.0.0.1', '::1', '[::1]', 'mail.localhost'])
      expect(await errorsOf({ security: 'none', host }), host).to.deep.equal({});
  });

  async function errorsOf(changes: Partial<NotificationInput>): Promise<Record<string, string>> {
    const saved = await saveNotifications(deps, { ...input, ...changes });
    return saved.ok ? {} : saved.errors;
  }
});
