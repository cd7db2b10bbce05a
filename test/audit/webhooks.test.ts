import { expect } from 'chai';
import { listWebhooks } from '../../src/store/webhooks.ts';
import { publish } from '../../src/webhooks/publish.ts';
import { runCli } from '../cli/support/runCli.ts';
import type { Anteroom } from '../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../support/client.ts';
import { withStores } from '../support/stores.ts';
import { deliverAll, type Receiver, startReceiver } from '../webhooks/support/receiver.ts';
import { expectNotRecorded, type Recorded, recordedDuring } from './support/recorded.ts';

const LIST = '/settings/webhooks';
const MAYA = 'person maya.koch 127.0.0.1';
const target = 'webhook Desk';

describe('audit of webhooks', () => {
  withStores((open) => {
    let anteroom: Anteroom;
    let client: Client;
    let receiver: Receiver;
    let status: number;

    beforeEach(async () => {
      status = 204;
      ({ anteroom, client } = await startAsPowerUser({}, { store: await open() }));
      receiver = await startReceiver((response) => response.writeHead(status).end());
    });

    it('records a webhook that is added, changed and removed, of its URL and secret only that they changed', async () => {
      const { deps } = anteroom;
      let secret = '';
      const added = await during(async () => {
        [secret = ''] = /whsec_[^"]+/.exec(await add()) ?? [];
      });
      expect(added).to.deep.equal([
        {
          ...{ action: 'webhook.created', who: MAYA, target },
          changes: [
            { name: 'host', after: new URL(receiver.url).host },
            { name: 'url', secret: true },
            { name: 'description', after: 'Desk' },
            { name: 'events', after: ['person.deleted'] },
            { name: 'active', after: true },
            { name: 'secret', secret: true },
          ],
        },
      ]);
      const [webhook] = await listWebhooks(deps.store.db);
      const changed = { url: `${receiver.url}/token-of-a-receiver`, description: 'Desk', events: ['person.deleted'] };
      expect(await during(() => client.post(`${LIST}/${webhook?.id}`, changed))).to.deep.equal([
        {
          ...{ action: 'webhook.updated', who: MAYA, target },
          changes: [
            { name: 'url', secret: true },
            { name: 'active', before: true, after: false },
          ],
        },
      ]);
      const rotated = await during(() => runCli(deps, ['webhook', 'change', 'Desk', '--new-secret']));
      expect(rotated.map(({ changes }) => changes)).to.deep.equal([[{ name: 'secret', secret: true }]]);
      const removed = await during(() => runCli(deps, ['webhook', 'remove', 'Desk']));
      expect(removed.map(({ action, who }) => [action, who])).to.deep.equal([['webhook.deleted', 'commandLine root']]);
      const sealed = webhook?.secretSealed ?? '';
      await expectNotRecorded(deps, [secret, sealed, 'token-of-a-receiver']);
    });

    it('records a webhook that is paused automatically as the work of the server', async () => {
      const { deps } = anteroom;
      await add();
      await publish(deps.store.db, deps, 'person.deleted', () => ({}));
      status = 410;
      const paused = await during(() => deliverAll(deps));
      expect(paused).to.have.lengthOf(1);
      expect(paused[0]).to.include({ action: 'webhook.updated', who: 'server Anteroom', target });
      expect(paused[0]?.changes).to.deep.include({ name: 'active', before: true, after: false });
      expect(paused[0]?.changes[1]?.after).to.contain('410 Gone');
    });

    async function add(): Promise<string> {
      const fields = { url: receiver.url, description: 'Desk', events: ['person.deleted'], active: 'on' };
      return (await client.post(`${LIST}/new`, fields)).text;
    }

    function during(work: () => Promise<unknown>): Promise<Recorded[]> {
      return recordedDuring(anteroom.deps, work);
    }
  });
});
