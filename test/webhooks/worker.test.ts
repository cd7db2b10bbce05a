import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Webhook as ForeignWebhook } from 'standardwebhooks';
import { openStore } from '../../src/db/open.ts';
import { setActive } from '../../src/people/users.ts';
import { listDeliveries } from '../../src/store/webhookDeliveries.ts';
import { findWebhook } from '../../src/store/webhooks.ts';
import { refreshWebhooks } from '../../src/webhooks/publish.ts';
import { changeWebhook, rotateSecret } from '../../src/webhooks/webhooks.ts';
import { deliverEvents, LEASE_MS, PAUSE_AFTER_MS, RETRY_AFTER_MS } from '../../src/webhooks/worker.ts';
import { addPerson } from '../support/anteroom.ts';
import { outcomeOf, startChild } from '../support/childProcess.ts';
import { startServer } from '../support/program.ts';
import { freshDatabaseUrl, withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { aWebhook, deliverAll, startReceiver } from './support/receiver.ts';

const killedWriter = fileURLToPath(new URL('support/killedWriter.ts', import.meta.url));

describe('webhooks/worker', () => {
  withStores((open, engine) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    const deliveriesOf = async (id: string) => (await listDeliveries(deps.store.db, id, { limit: 50 })).rows;

    it('delivers a deactivation, signed as Standard Webhooks says', async () => {
      const now = Date.now(); // the foreign implementation compares the time with its own clock
      deps.clock.at = now;
      const receiver = await startReceiver();
      const { webhook, secret } = await aWebhook(deps, receiver.url, ['person.deactivated']);
      const person = await addPerson(deps, {});
      await setActive(deps, person.id, false);
      await deliverEvents(deps); // awake, because this process wrote the event
      await deps.background.finished();
      const [one] = receiver.received;
      expect(receiver.types()).to.deep.equal(['person.deactivated']);
      const verified = new ForeignWebhook(secret).verify(one?.body ?? '', one?.headers as Record<string, string>);
      expect(verified).to.deep.equal({
        type: 'person.deactivated',
        timestamp: new Date(now).toISOString(),
        data: { id: person.id, userName: 'maya.koch', active: false, version: 2 },
      });
      expect(one?.headers).to.include({ 'content-type': 'application/json', 'user-agent': 'Anteroom' });
      const [delivery] = await deliveriesOf(webhook.id);
      expect(delivery).to.include({ state: 'delivered', nextAt: null, eventId: one?.headers['webhook-id'] });
      expect(delivery?.attempts).to.deep.equal([{ at: now, status: 204, durationMs: 0, error: null }]);
    });

    it('signs with the old and the new secret for 24 hours', async () => {
      const receiver = await startReceiver();
      const { webhook, secret } = await aWebhook(deps, receiver.url, ['person.deactivated', 'person.activated']);
      const person = await addPerson(deps, {});
      const { secret: newSecret } = await rotateSecret(deps, webhook.id);
      await setActive(deps, person.id, false);
      await deliverAll(deps);
      deps.clock.advance(86_400_000);
      await setActive(deps, person.id, true);
      await deliverAll(deps);
      const signers = receiver.received.map(({ headers, body }) =>
        String(headers['webhook-signature'])
          .split(' ')
          .map((signature) =>
            [secret, newSecret].findIndex((key) => {
              const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
              return new ForeignWebhook(key).sign(String(headers['webhook-id']), at, body) === signature;
            }),
          ),
      );
      expect(signers).to.deep.equal([[1, 0], [1]]);
    });

    it('retries with growing pauses, gives up after the last one, and keeps the ID', async () => {
      const receiver = await startReceiver((response) => response.writeHead(500).end());
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created']);
      await addPerson(deps, {});
      await deliverAll(deps);
      for (const [index, pause] of RETRY_AFTER_MS.entries()) {
        deps.clock.advance(pause - 1);
        await deliverAll(deps);
        expect(receiver.received, `retry ${index + 1} is too early`).to.have.lengthOf(index + 1);
        deps.clock.advance(1);
        await deliverAll(deps);
      }
      expect(receiver.received).to.have.lengthOf(9);
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).to.have.lengthOf(1);
      const [delivery] = await deliveriesOf(webhook.id);
      expect(delivery).to.include({ state: 'failed', nextAt: null });
      expect(delivery?.attempts.at(-1)?.error).to.equal('The receiver responded with status 500.');
      expect(await findWebhook(deps.store.db, webhook.id)).to.include({
        active: true,
        failingSince: deps.now() - total,
      });
    });

    it('waits for Retry-After, in seconds or as a date, for at most a day', async () => {
      const values = ['120', new Date(deps.now() + 120_000 + 600_000).toUTCString(), '99999999', 'soon'];
      const receiver = await startReceiver((response, _received, count) =>
        response.writeHead(503, { 'retry-after': values[count - 1] }).end(),
      );
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created']);
      await addPerson(deps, {});
      const waits: number[] = [];
      for (const _ of values) {
        await deliverAll(deps);
        const [delivery] = await deliveriesOf(webhook.id);
        waits.push((delivery?.nextAt ?? 0) - deps.now());
        deps.clock.at = delivery?.nextAt ?? 0;
      }
      expect(waits).to.deep.equal([120_000, 600_000, 86_400_000, RETRY_AFTER_MS[3]]);
    });

    it('pauses a webhook whose receiver is gone, and sends waiting events once it is active again', async () => {
      let status = 410;
      const receiver = await startReceiver((response) => response.writeHead(status).end());
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created']);
      await addPerson(deps, { userName: 'one' });
      await addPerson(deps, { userName: 'two' });
      await deliverAll(deps);
      expect(receiver.received).to.have.lengthOf(1);
      expect(await findWebhook(deps.store.db, webhook.id)).to.deep.include({
        active: false,
        pausedBecause: 'The receiver responded with 410 Gone: it wants no more events.',
      });
      await addPerson(deps, { userName: 'three' }); // of which the webhook does not hear
      status = 200;
      await changeWebhook(deps, webhook.id, { active: true });
      await deliverAll(deps);
      expect(receiver.received.map(({ event }) => event.data.userName)).to.deep.equal(['one', 'two']);
      expect(await findWebhook(deps.store.db, webhook.id)).to.include({ active: true, pausedBecause: null });
    });

    it('pauses a webhook that failed for days, once an event is given up, but not one that also succeeds', async () => {
      const failing = await startReceiver((response) => response.writeHead(500).end());
      const moody = await startReceiver((response, { event }) =>
        response.writeHead(String(event.data.userName).startsWith('good') ? 200 : 500).end(),
      );
      const [one, other] = [
        await aWebhook(deps, failing.url, ['person.created']),
        await aWebhook(deps, moody.url, ['person.created']),
      ];
      for (let day = 0; day <= 5; day += 1) {
        await addPerson(deps, { userName: `bad ${day}` });
        await addPerson(deps, { userName: `good ${day}` });
        for (const pause of RETRY_AFTER_MS.slice(0, -1)) {
          await deliverAll(deps);
          deps.clock.advance(pause);
        }
        deps.clock.advance(PAUSE_AFTER_MS / 9);
        await deliverAll(deps);
      }
      expect(await findWebhook(deps.store.db, one.webhook.id)).to.include({
        active: false,
        pausedBecause: 'No event could be delivered for 3 days.',
      });
      expect(await findWebhook(deps.store.db, other.webhook.id)).to.include({ active: true });
    });

    it('keeps the order per webhook, and lets a receiver that hangs delay no other', async () => {
      const held: ServerResponse[] = [];
      const hanging = await startReceiver((response) => held.push(response));
      const quick = await startReceiver();
      await aWebhook(deps, hanging.url, ['person.created']);
      const { webhook } = await aWebhook(deps, quick.url, ['person.created']);
      for (let i = 0; i < 30; i += 1) await addPerson(deps, { userName: `person ${i}` });
      await deliverEvents(deps);
      while ((await deliveriesOf(webhook.id)).some(({ state }) => state === 'waiting')) await turn();
      const names = quick.received.map(({ event }) => event.data.userName);
      expect(names).to.deep.equal(Array.from({ length: 30 }, (_, i) => `person ${i}`));
      expect(hanging.received).to.have.lengthOf(1); // one request at a time
      await deliverEvents(deps);
      expect(hanging.received).to.have.lengthOf(1);
      deps.background.stop();
      await deps.background.finished();
      expect(held).to.have.lengthOf(1);
    });

    it('does not deliver twice from two processes, and takes over from one that died', async () => {
      const held: ServerResponse[] = [];
      const receiver = await startReceiver((response, _received, count) =>
        count === 1 ? held.push(response) : response.end(),
      );
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created', 'person.deleted']);
      const other = await testDeps({ store: deps.store, seed: 'other' });
      await addPerson(deps, {});
      await deliverEvents(other); // which then does nothing more
      while (receiver.received.length === 0) await turn();
      await deliverAll(deps);
      expect(receiver.received).to.have.lengthOf(1);
      deps.clock.advance(LEASE_MS);
      await deliverAll(deps);
      expect(receiver.received).to.have.lengthOf(2);
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(ids[0]).to.equal(ids[1]);
      expect(await deliveriesOf(webhook.id)).to.have.lengthOf(1);
      held[0]?.end();
      await other.background.finished();
      for (let i = 0; i < 20; i += 1) await addPerson(deps, { userName: `person ${i}` });
      await Promise.all([deliverAll(deps), deliverAll(other), deliverAll(deps)]);
      expect(receiver.received).to.have.lengthOf(22);
    });

    it('does not activate a webhook again that a Power User paused meanwhile', async () => {
      const held: ServerResponse[] = [];
      const receiver = await startReceiver((response) => held.push(response));
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created']);
      await addPerson(deps, { userName: 'one' });
      await addPerson(deps, { userName: 'two' });
      await deliverEvents(deps);
      while (held.length === 0) await turn();
      await changeWebhook(deps, webhook.id, { active: false });
      held[0]?.writeHead(500).end();
      await deps.background.finished();
      expect(await findWebhook(deps.store.db, webhook.id)).to.include({ active: false, pausedBecause: null });
      expect(receiver.received).to.have.lengthOf(1);
    });

    it('loses nothing if the process is killed right after the change', async () => {
      const url = await freshDatabaseUrl(engine);
      const store = await openStore(url);
      const here = await testDeps({ store });
      const receiver = await startReceiver();
      await aWebhook(here, receiver.url, ['person.deactivated']);
      const person = await addPerson(here, {});
      await outcomeOf(startChild(killedWriter, [url, person.id]));
      expect(receiver.received).to.have.lengthOf(0);
      await deliverAll(here);
      expect(receiver.received.map(({ event }) => event.data.id)).to.deep.equal([person.id]);
      await store.close();
    });

    it('sends nothing while the server stops, and the next server resumes', async () => {
      const responses: ServerResponse[] = [];
      const receiver = await startReceiver((response, _received, count) =>
        count === 1 ? responses.push(response) : response.end(),
      );
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created']);
      await addPerson(deps, {});
      await deliverEvents(deps);
      while (responses.length === 0) await turn();
      deps.background.stop();
      await deps.background.finished();
      expect((await deliveriesOf(webhook.id))[0]).to.deep.include({ state: 'waiting', attempts: [] });
      const next = await testDeps({ store: deps.store, seed: 'next' });
      await deliverAll(next);
      expect(receiver.received).to.have.lengthOf(2);
    });

    it('refuses a private address again when it connects, even if the name was public before', async () => {
      const receiver = await startReceiver();
      const { port } = new URL(receiver.url);
      const guarded = await testDeps({ store: deps.store, env: { WEBHOOK_PRIVATE_NETWORKS: 'deny' } });
      guarded.webhooks.lookup = async () => ['93.184.215.14'];
      const { webhook } = await aWebhook(guarded, `https://hooks.example.com:${port}/`, ['person.created']);
      guarded.webhooks.lookup = async () => ['127.0.0.1'];
      await addPerson(guarded, {});
      await deliverAll(guarded);
      expect(receiver.received).to.deep.equal([]);
      const [delivery] = await deliveriesOf(webhook.id);
      expect(delivery?.attempts[0]).to.include({ status: null });
      expect(delivery?.attempts[0]?.error).to.match(/^hooks\.example\.com is in a private network/);
    });

    it('follows no redirect, and reads nothing but the head of a response', async () => {
      const target = await startReceiver();
      const receiver = await startReceiver((response, _received, count) => {
        if (count === 1) response.writeHead(307, { location: target.url }).end();
        else response.writeHead(200).write('never ends');
      });
      const { webhook } = await aWebhook(deps, receiver.url, ['person.created']);
      await addPerson(deps, {});
      await deliverAll(deps);
      deps.clock.advance(RETRY_AFTER_MS[0] ?? 0);
      await deliverAll(deps);
      expect(target.received).to.deep.equal([]);
      const [delivery] = await deliveriesOf(webhook.id);
      expect(delivery?.attempts.map(({ status, error }) => [status, error])).to.deep.equal([
        [307, 'The receiver redirects (307). Redirects are not followed: enter the final URL.'],
        [200, null],
      ]);
    });

    it('learns of webhooks of other processes, and costs nothing without any', async () => {
      const receiver = await startReceiver();
      const other = await testDeps({ store: deps.store, seed: 'other' });
      await addPerson(other, { userName: 'before' });
      await aWebhook(deps, receiver.url, ['person.created']);
      await refreshWebhooks(other);
      await addPerson(other, { userName: 'after' });
      await deliverAll(deps);
      expect(receiver.received.map(({ event }) => event.data.userName)).to.deep.equal(['after']);
    });
  });

  it('delivers events of another process from the server', async function () {
    this.timeout(90_000);
    const url = await freshDatabaseUrl('sqlite');
    const store = await openStore(url);
    const received = Promise.withResolvers<string>();
    const receiver = await startReceiver((response, { event }) => {
      response.end();
      received.resolve(event.type);
    });
    const deps = await testDeps({ store });
    await startServer({ DATABASE_URL: url, SECRET_KEY: Buffer.alloc(32, 7).toString('base64') });
    await aWebhook(deps, receiver.url, ['person.created']);
    await addPerson(deps, {});
    expect(await received.promise).to.equal('person.created');
    await store.close();
  });
});

const total = RETRY_AFTER_MS.reduce((sum, pause) => sum + pause, 0);

function turn(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers();
  setImmediate(resolve);
  return promise;
}
