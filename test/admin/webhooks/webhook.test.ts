import { expect } from 'chai';
import { listWebhooks } from '../../../src/store/webhooks.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, logInLocally, startAsPowerUser } from '../../support/client.ts';
import { aWebhook, deliverAll, type Receiver, startReceiver } from '../../webhooks/support/receiver.ts';

const LIST = '/settings/webhooks';

describe('admin/webhooks', () => {
  let anteroom: Anteroom;
  let client: Client;
  let receiver: Receiver;
  let status = 204;

  beforeEach(async () => {
    status = 204;
    ({ anteroom, client } = await startAsPowerUser());
    receiver = await startReceiver((response) => response.writeHead(status).end());
  });

  const textAfter = async (path: string, fields: Record<string, string | string[]> = {}) =>
    (await client.follow(await client.post(path, fields))).text;

  it('adds a webhook, shows its secret once, and lists it', async () => {
    expect((await client.get(LIST)).text).to.contain('No webhooks yet');
    const fields = { url: receiver.url, description: 'Help desk', events: ['person.deactivated'], active: 'on' };
    const added = await client.post(`${LIST}/new`, fields);
    expect(added.text)
      .to.contain('The secret is shown only once.')
      .and.to.match(/value="whsec_/);
    expect(added.headers.get('cache-control')).to.equal('no-store');
    const [webhook] = await listWebhooks(anteroom.deps.store.db);
    expect((await client.get(`${LIST}/${webhook?.id}`)).text).not.to.contain('whsec_');
    expect((await client.get(LIST)).text)
      .to.contain('Help desk')
      .and.to.contain('person.deactivated');
  });

  it('brings an invalid form back as it was typed, with the errors beside the fields', async () => {
    for (const path of [`${LIST}/new`, `${LIST}/${await added()}`]) {
      const refused = await client.post(path, { url: 'https://169.254.169.254/', description: 'Typed' });
      expect(refused.status).to.equal(422);
      expect(refused.text)
        .to.contain('169.254.169.254 is in a private network, where no events are sent.')
        .and.to.contain('Select at least one event.')
        .and.to.contain('value="Typed"')
        .and.to.contain('value="https://169.254.169.254/"');
    }
  });

  it('changes, pauses and removes a webhook', async () => {
    const id = await added();
    const fields = { url: receiver.url, description: 'Renamed', events: ['group.created'] };
    expect(await textAfter(`${LIST}/${id}`, fields))
      .to.contain('Saved Renamed.')
      .and.to.contain('paused');
    expect((await client.get(`${LIST}/${id}/removal`)).text).to.contain('Remove Renamed?');
    expect(await textAfter(`${LIST}/${id}/removal`)).to.contain('Removed Renamed.');
    for (const path of ['', '/removal', '/deliveries', '/deliveries/x'])
      expect((await client.get(`${LIST}/${id}${path}`)).status).to.equal(404);
  });

  it('generates a new secret, and says how long the old one signs', async () => {
    const id = await added();
    const rotated = await client.post(`${LIST}/${id}/secret`, {});
    expect(rotated.text).to.match(/value="whsec_/);
    expect((await client.get(`${LIST}/${id}`)).text).to.contain('The old secret signs as well until it expires');
    anteroom.deps.clock.advance(86_400_000);
    expect((await (await logInLocally(anteroom)).get(`${LIST}/${id}`)).text).to.contain(
      'signed with both for 24 hours',
    );
  });

  it('sends a test event and shows the result', async () => {
    const id = await added();
    expect(await textAfter(`${LIST}/${id}/test`)).to.contain(
      'Test event delivered. The receiver responded with status 204 in 0 ms.',
    );
    status = 401;
    expect(await textAfter(`${LIST}/${id}/test`)).to.contain(
      'Test event not delivered. The receiver responded with status 401.',
    );
    expect(receiver.types()).to.deep.equal(['webhook.test', 'webhook.test']);
  });

  it('shows each delivery with its attempts, and sends one or all failed ones again', async () => {
    const id = await added();
    const path = `${LIST}/${id}/deliveries`;
    expect((await client.get(path)).text).to.contain('No events yet');
    status = 410;
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    await deliverAll(anteroom.deps);
    const log = (await client.get(`${path}?state=failed`)).text;
    expect(log)
      .to.contain('person.created')
      .and.to.contain('<div>anna.berg</div>')
      .and.to.contain('The receiver responded with status 410.');
    expect((await client.get(`${path}?state=delivered`)).text).to.contain('No matching events');
    expect(log).to.contain('>1 event<');
    expect((await client.get(`${path}?before=f`)).text).to.contain('>1 event on this page<');
    const [, delivery] = new RegExp(`${path}/([\\w-]+)"`).exec(log) ?? [];
    expect((await client.get(`${path}/${delivery}`)).text)
      .to.contain('anna.berg')
      .and.to.contain('The receiver responded with status 410.');
    const paused = 'This webhook was paused. The receiver responded with 410 Gone';
    expect((await client.get(`${LIST}/${id}`)).text).to.contain(paused);
    status = 200;
    const fields = { url: receiver.url, description: 'Help desk', events: ['person.created'], active: 'on' };
    await client.post(`${LIST}/${id}`, fields);
    expect(await textAfter(`${path}/${delivery}/resend`)).to.contain('The event is sent again.');
    await deliverAll(anteroom.deps);
    expect((await client.get(path)).text)
      .to.contain('delivered')
      .and.to.contain('Status 200');
    expect(await textAfter(`${path}/resend`, { hours: '24' })).to.contain('No event failed in this period.');
  });

  it('asks for attention if a webhook was paused, or has failed for an hour', async () => {
    const id = await added();
    const panel = async () => (await client.get('/settings')).text;
    status = 500;
    await addPerson(anteroom.deps, { userName: 'one' });
    await deliverAll(anteroom.deps);
    expect(await panel()).not.to.contain('does not accept events');
    anteroom.deps.clock.advance(3_600_000);
    expect(await panel())
      .to.contain('The webhook Help desk does not accept events')
      .and.to.contain(`${LIST}/${id}`);
    status = 410;
    await deliverAll(anteroom.deps);
    expect(await panel())
      .to.contain('The webhook Help desk was paused')
      .and.to.contain('410 Gone');
  });

  it('is only for Power Users', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const employee = await logInLocally(anteroom, 'anna.berg');
    expect((await employee.get(LIST)).status).to.equal(403);
    expect((await employee.post(`${LIST}/new`, {})).status).to.equal(403);
  });

  async function added(): Promise<string> {
    const input = { description: 'Help desk' };
    return (await aWebhook(anteroom.deps, receiver.url, ['person.created'], input)).webhook.id;
  }
});
