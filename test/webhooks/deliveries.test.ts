import { expect } from 'chai';
import { deriveSecrets } from '../../src/secrets.ts';
import { listDeliveries } from '../../src/store/webhookDeliveries.ts';
import { findWebhook } from '../../src/store/webhooks.ts';
import { getDelivery, resendEvent, resendFailedEvents, sendTestEvent } from '../../src/webhooks/deliveries.ts';
import { rotateSecret } from '../../src/webhooks/webhooks.ts';
import { RETRY_AFTER_MS } from '../../src/webhooks/worker.ts';
import { addPerson } from '../support/anteroom.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { aWebhook, deliverAll, startReceiver } from './support/receiver.ts';

describe('webhooks/deliveries', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('sends a test event at once, even to a paused webhook, and records it without retries', async () => {
      let status = 200;
      const receiver = await startReceiver((response) => response.writeHead(status).end());
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created'], { active: false });
      expect(await sendTestEvent(deps, webhook.id)).to.include({ status: 200, error: null });
      status = 404;
      deps.clock.advance(1);
      expect(await sendTestEvent(deps, webhook.id)).to.include({ error: 'The receiver responded with status 404.' });
      expect(receiver.types()).to.deep.equal(['webhook.test', 'webhook.test']);
      const { rows } = await listDeliveries(deps.store.db, webhook.id, { limit: 9 });
      expect(rows.map(({ state, nextAt }) => [state, nextAt])).to.deep.equal([
        ['failed', null],
        ['delivered', null],
      ]);
      expect(await findWebhook(deps.store.db, webhook.id)).to.include({ failingSince: null });
    });

    it('says what to do after the secret key was replaced', async () => {
      const receiver = await startReceiver();
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created']);
      const replaced = { ...deps, secrets: deriveSecrets(Buffer.alloc(32, 9), deps.randomBytes) };
      const { error } = await sendTestEvent(replaced, webhook.id);
      expect(error).to.match(/^The secret cannot be decrypted: .* Generate a new secret\.$/);
      await rotateSecret(replaced, webhook.id);
      expect(await sendTestEvent(replaced, webhook.id)).to.include({ error: null });
      expect(receiver.received).to.have.lengthOf(1);
    });

    it('sends one event, or all that failed since a time, again under the same ID', async () => {
      let status = 500;
      const receiver = await startReceiver((response) => response.writeHead(status).end());
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created']);
      const started = deps.now();
      for (const userName of ['one', 'two']) {
        deps.clock.advance(1);
        await addPerson(deps, { userName });
      }
      for (const pause of [0, ...RETRY_AFTER_MS]) {
        deps.clock.advance(pause);
        await deliverAll(deps);
      }
      const failed = await listDeliveries(deps.store.db, webhook.id, { state: 'failed', limit: 9 });
      expect(failed.rows).to.have.lengthOf(2);
      const sent = receiver.received.length;
      status = 200;
      expect(await resendFailedEvents(deps, webhook.id, deps.now())).to.equal(0);
      await resendEvent(deps, webhook.id, failed.rows[0]?.id ?? '');
      await deliverAll(deps);
      expect(receiver.received.slice(sent).map(({ event }) => event.data.userName)).to.deep.equal(['two']);
      expect(await resendFailedEvents(deps, webhook.id, started)).to.equal(1);
      await deliverAll(deps);
      const [first, last] = [receiver.received[0], receiver.received.at(-1)];
      expect(last?.headers['webhook-id']).to.equal(first?.headers['webhook-id']);
      const { attempts, state } = await getDelivery(deps, webhook.id, failed.rows[1]?.id ?? '');
      expect([state, attempts.length, attempts.at(-1)?.error]).to.deep.equal(['delivered', 10, null]);
      expect(await getDelivery(deps, 'other', failed.rows[1]?.id ?? '').catch(String)).to.match(/no longer in the log/);
    });
  });
});
