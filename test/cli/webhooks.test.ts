import { expect } from 'chai';
import { addPerson } from '../support/anteroom.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { deliverAll, type Receiver, startReceiver } from '../webhooks/support/receiver.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('anteroom webhook', () => {
  let deps: TestDeps;
  let receiver: Receiver;
  let status: number;

  beforeEach(async () => {
    deps = await testDeps();
    status = 204;
    receiver = await startReceiver((response) => response.writeHead(status).end());
  });

  it('adds a webhook and shows its secret once', async () => {
    const added = await add();
    expect(added).to.deep.include({ name: 'Desk', active: true, events: ['person.created', 'group.deleted'] });
    expect(added.secret).to.match(/^whsec_/);
    const listed = await run('webhook list --json');
    expect(listed.printed).to.contain(added.id).and.not.to.contain('whsec_');
    expect((await run('webhook list')).printed).to.match(/^NAME +STATE +URL +EVENTS +ID\nDesk +active +http:/);
  });

  it('changes, pauses and removes a webhook, by its name or ID', async () => {
    const { id, secret } = await add();
    expect((await run('webhook change desk --active off --description Lobby')).printed).to.equal('Saved Lobby.');
    expect((await run('webhook list')).printed).to.contain('paused');
    const rotated = await jsonOf(deps, ['webhook', 'change', id, '--new-secret']);
    expect(rotated.secret)
      .to.match(/^whsec_/)
      .and.not.to.equal(secret);
    expect((await run('webhook remove Lobby')).printed).to.equal('Removed Lobby.');
    expect((await run('webhook list')).printed).to.equal('There are no webhooks.');
  });

  it('refuses invalid settings and commands, and changes nothing', async () => {
    const { id } = await add();
    for (const [line, code, sentence] of [
      ['webhook add https://169.254.169.254/ --events person.created', 1, /^url: 169\.254\.169\.254 is in a private/],
      ['webhook add http://localhost/', 1, /^events: Select at least one event\./],
      [`webhook change ${id} --events person.renamed`, 1, /^events: There is no such event\./],
      [`webhook change ${id}`, 2, /^Specify a change, such as --active off\./],
      ['webhook test nowhere', 1, /^There is no webhook nowhere\./],
      [`webhook deliveries ${id} --state lost`, 2, /^--state must be waiting, delivered or failed\./],
      [`webhook deliveries ${id} --limit 0`, 2, /^--limit must be a number from 1 to 500\./],
      [`webhook deliveries ${id} --resend-failed 721`, 2, /^--resend-failed must be a number from 1 to 720\./],
    ] as [string, number, RegExp][]) {
      const refused = await run(line);
      expect(refused.code, line).to.equal(code);
      expect(refused.complained).to.match(sentence);
    }
    expect(await jsonOf(deps, ['webhook', 'list'])).to.have.lengthOf(1);
  });

  it('sends a test event, lists deliveries, and sends failed events again', async () => {
    const { id } = await add();
    expect((await run('webhook test Desk')).printed).to.equal('webhook.test was delivered: status 204 in 0 ms.');
    status = 410;
    deps.clock.advance(1);
    await addPerson(deps, { userName: 'anna.berg' });
    await deliverAll(deps);
    expect((await run('webhook test Desk')).complained).to.match(/^webhook\.test was not delivered\. .* status 410\.$/);
    const failed = await jsonOf(deps, ['webhook', 'deliveries', 'Desk', '--state', 'failed']);
    const created = failed.find(({ type }: { type: string }) => type === 'person.created');
    expect(created.message.data).to.include({ userName: 'anna.berg' });
    expect(created.attempts).to.deep.equal([
      { at: created.at, status: 410, durationMs: 0, error: 'The receiver responded with status 410.' },
    ]);
    expect((await run('webhook list')).printed).to.contain('paused');
    expect((await run(`webhook deliveries ${id} --resend-failed 1`)).printed).to.equal(
      'The server sends 2 events again.',
    );
    status = 200;
    await run('webhook change Desk --active on');
    await deliverAll(deps);
    expect((await run('webhook deliveries Desk --limit 5')).printed.match(/delivered/g)).to.have.lengthOf(3);
  });

  function add() {
    const options = ['--events', 'person.created,group.deleted', '--description', 'Desk'];
    return jsonOf(deps, ['webhook', 'add', receiver.url, ...options]);
  }

  function run(line: string) {
    return runCli(deps, line.split(' '));
  }
});
