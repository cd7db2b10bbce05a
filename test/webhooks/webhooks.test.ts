import { createServer } from 'node:http';
import { expect } from 'chai';
import { listDeliveries } from '../../src/store/webhookDeliveries.ts';
import { findWebhook, listWebhooks } from '../../src/store/webhooks.ts';
import {
  addWebhook,
  changeWebhook,
  removeWebhook,
  rotateSecret,
  type WebhookInput,
} from '../../src/webhooks/webhooks.ts';
import { addPerson } from '../support/anteroom.ts';
import { listen } from '../support/listen.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { aWebhook } from './support/receiver.ts';

const valid: WebhookInput = {
  url: 'https://hooks.example.com/anteroom',
  description: 'Help desk',
  events: ['person.created'],
  active: true,
};

describe('webhooks/webhooks', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      deps.webhooks.lookup = async () => ['93.184.215.14'];
    });

    it('stores the secret encrypted, and shows it once', async () => {
      const { webhook, secret } = await aWebhook(deps, valid.url, ['person.created']);
      expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
      const stored = await findWebhook(deps.store.db, webhook.id);
      expect(JSON.stringify(stored)).not.to.contain(secret.slice(6));
      expect(deps.secrets.unseal(stored?.secretSealed ?? '')).to.equal(secret);
      const { secret: next } = await rotateSecret(deps, webhook.id);
      expect(next).not.to.equal(secret);
      const rotated = await findWebhook(deps.store.db, webhook.id);
      expect(deps.secrets.unseal(rotated?.oldSecretSealed ?? '')).to.equal(secret);
    });

    for (const [what, input, field, sentence] of [
      ['no URL', { url: 'hooks' }, 'url', /^Enter a URL, such as/],
      ['http', { url: 'http://hooks.example.com/' }, 'url', /starts with https/],
      ['another scheme', { url: 'file:///etc/passwd' }, 'url', /starts with https/],
      ['a password', { url: 'https://ada:secret@hooks.example.com/' }, 'url', /^Remove the user name and password/],
      ['only a password', { url: 'https://:secret@hooks.example.com/' }, 'url', /^Remove the user name and password/],
      ['a very long URL', { url: `https://a.example/${'a'.repeat(2_048)}` }, 'url', /^Enter a URL/],
      ['no event', { events: [] }, 'events', /^Select at least one event/],
      ['an unknown event', { events: ['person.renamed'] }, 'events', /^There is no such event/],
      ['control characters', { description: 'a\tb\u0001' }, 'description', /^Control characters/],
    ] as [string, Partial<WebhookInput>, string, RegExp][])
      it(`refuses ${what} beside its field, and changes nothing`, async () => {
        const added = await addWebhook(deps, { ...valid, ...input });
        expect(added.ok ? {} : added.errors[field]).to.match(sentence);
        expect(await listWebhooks(deps.store.db)).to.deep.equal([]);
        const { webhook } = await aWebhook(deps, valid.url, ['person.created']);
        const changed = await changeWebhook(deps, webhook.id, input);
        expect(changed.ok ? {} : changed.errors[field]).to.match(sentence);
        expect(await findWebhook(deps.store.db, webhook.id)).to.deep.equal(webhook);
      });

    for (const [what, url, addresses] of [
      ['a loopback address', 'https://127.0.0.1/', []],
      ['the same in another notation', 'https://2130706433/', []],
      ['a private address', 'https://10.1.2.3/', []],
      ['a private IPv6 address', 'https://[fd12::1]/', []],
      ['a cloud metadata address', 'https://169.254.169.254/', []],
      ['a name of a private address', 'https://intern.example.com/', ['192.168.1.1']],
      ['a name of which one address is private', 'https://both.example.com/', ['93.184.215.14', '::1']],
    ] as [string, string, string[]][])
      it(`refuses ${what} in production`, async () => {
        const env = { WEBHOOK_PRIVATE_NETWORKS: 'deny' };
        const guarded = await testDeps({ store: deps.store, env });
        guarded.webhooks.lookup = async () => addresses;
        const added = await addWebhook(guarded, { ...valid, url });
        expect(added.ok ? {} : added.errors.url).to.match(
          /is in a private network, where no events are sent; the operator can set WEBHOOK_PRIVATE_NETWORKS=allow\.$/,
        );
      });

    it('refuses link-local addresses even if private networks are allowed, and http to other machines', async () => {
      for (const url of ['https://169.254.169.254/', 'http://10.1.2.3/', 'http://93.184.215.14/'])
        expect((await addWebhook(deps, { ...valid, url })).ok, url).to.equal(false);
      const local = await listen(createServer());
      expect((await addWebhook(deps, { ...valid, url: local })).ok).to.equal(true);
      const production = await testDeps({ store: deps.store, env: { WEBHOOK_PRIVATE_NETWORKS: 'deny' } });
      const refused = await addWebhook(production, { ...valid, url: local });
      expect(refused.ok ? {} : refused.errors.url).to.match(/starts with https/);
      expect((await addWebhook(deps, { ...valid, url: 'https://10.1.2.3/' })).ok).to.equal(true);
    });

    it('refuses a name that does not resolve', async () => {
      deps.webhooks.lookup = async () => {
        throw Object.assign(new Error(), { code: 'ENOTFOUND' });
      };
      const added = await addWebhook(deps, valid);
      expect(added.ok ? {} : added.errors.url).to.equal('The receiver cannot be reached: the name does not exist.');
    });

    it('is paused or described although its name no longer resolves, but not activated or led to another such name', async () => {
      const { webhook } = await aWebhook(deps, valid.url, ['person.created']);
      deps.webhooks.lookup = async () => {
        throw Object.assign(new Error(), { code: 'ENOTFOUND' });
      };
      const change = async (input: Partial<WebhookInput>) => (await changeWebhook(deps, webhook.id, input)).ok;
      expect(await change({ url: 'https://gone.example.com/' })).to.equal(false);
      expect(await change({ description: 'Gone', active: false, url: ` ${valid.url} ` })).to.equal(true);
      expect(await findWebhook(deps.store.db, webhook.id)).to.include({ description: 'Gone', active: false });
      expect(await change({ active: true })).to.equal(false);
    });

    it('refuses a 21st webhook', async () => {
      for (let i = 0; i < 20; i += 1) await aWebhook(deps, valid.url, ['person.created']);
      const added = await addWebhook(deps, valid);
      expect(added.ok ? {} : added.errors['']).to.match(/^There are 20 webhooks already\./);
    });

    it('writes no event for a paused webhook, and removes a webhook with its events', async () => {
      const { webhook } = await aWebhook(deps, valid.url, ['person.created']);
      await addPerson(deps, { userName: 'one' });
      await changeWebhook(deps, webhook.id, { active: false });
      await addPerson(deps, { userName: 'two' });
      const events = async () => (await listDeliveries(deps.store.db, webhook.id, { limit: 9 })).rows.length;
      expect(await events()).to.equal(1);
      await removeWebhook(deps, webhook.id);
      expect([await events(), await listWebhooks(deps.store.db)]).to.deep.equal([0, []]);
    });

    it('does not fail a change of a person because another process removed the webhook', async () => {
      const { webhook } = await aWebhook(deps, valid.url, ['person.created']);
      const other = await testDeps({ store: deps.store, seed: 'other' });
      await removeWebhook(other, webhook.id);
      expect((await addPerson(deps, { userName: 'one' })).version).to.equal(1);
    });
  });
});
