import { expect } from 'chai';
import { readIntranetSettings } from '../../src/people/intranetSettings.ts';
import { insertLoginActivity, type NewLoginActivity } from '../../src/store/loginActivity.ts';
import { newestAttempt, respond, startSigning } from '../saml/support/signingProvider.ts';
import { addPerson } from '../support/anteroom.ts';
import { anActivity } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/activity', () => {
  it('lists login attempts, newest first, as many as wanted and of one reason', async () => {
    const deps = await testDeps();
    expect((await runCli(deps, ['activity'])).printed).to.equal('There are no login attempts.');
    const { id } = await addPerson(deps, { userName: 'ada' });
    const asserted = 'ada@acme.com';
    const at = deps.now();
    await insertLoginActivity(
      deps.store.db,
      anActivity({ at, asserted, reason: 'person_unknown', reference: 'AAAA-0001' }),
    );
    await insertLoginActivity(
      deps.store.db,
      anActivity({ at: at + 1, asserted, userId: id, outcome: 'logged_in', reason: null }),
    );
    await insertLoginActivity(deps.store.db, anActivity({ at: at + 2, reason: 'signature_invalid' }));
    const outcomes = async (...args: string[]) =>
      (await jsonOf(deps, ['activity', ...args])).map(
        ({ outcome, reason }: Record<string, string>) => reason ?? outcome,
      );
    expect(await outcomes()).to.deep.equal(['signature_invalid', 'logged_in', 'person_unknown']);
    expect(await outcomes('--limit', '2')).to.deep.equal(['signature_invalid', 'logged_in']);
    expect(await outcomes('--reason', 'person_unknown')).to.deep.equal(['person_unknown']);
    const [, login, refusal] = await jsonOf(deps, ['activity']);
    expect(login).to.include({ at: '2026-03-02T09:00:00.001Z', asserted, matched: 'ada', outcome: 'logged_in' });
    expect(refusal).to.include({ flow: 'sp', matched: null, reference: 'AAAA-0001', idp: null, domain: null });
    const { printed } = await runCli(deps, ['activity', '--reason', 'person_unknown']);
    expect(printed.split('\n')[1]).to.match(/^2026-03-02T09:00:00\.000Z .*person_unknown +AAAA-0001$/);
  });

  it('refuses a limit that is no number from 1 to 10000', async () => {
    const deps = await testDeps();
    for (const limit of ['0', '10001', 'x', '1.5'])
      expect((await runCli(deps, ['activity', '--limit', limit])).code, limit).to.equal(2);
  });

  it('takes the filters of the screen', async () => {
    const deps = await testDeps();
    const { id } = await addPerson(deps, { userName: 'ada' });
    const at = deps.now();
    const insert = (values: Partial<NewLoginActivity>) =>
      insertLoginActivity(deps.store.db, anActivity({ at, ...values }));
    await insert({ asserted: 'ada@acme.com', userId: id, network: '10.1.2.3', flow: 'local' });
    await insert({ asserted: 'ben@acme.com', at: at + 86_400_000, outcome: 'logged_in', reason: null });
    const found = async (...args: string[]) =>
      (await jsonOf(deps, ['activity', ...args])).map(({ asserted }: Record<string, string>) => asserted?.slice(0, 3));
    for (const args of [
      ['--search', 'ada'],
      ['--person', 'ADA'],
      ['--network', '10.0.0.0/8,2001:db8::/32'],
      ['--provider', 'local'],
      ['--until', '2026-03-02'],
      ['--outcome', 'refused'],
    ])
      expect(await found(...args), args.join(' ')).to.deep.equal(['ada']);
    expect(await found('--from', '2026-03-03')).to.deep.equal(['ben']);
    const refused = await runCli(deps, ['activity', '--network', '10.0.0.0/99', '--person', 'nobody']);
    expect(refused.code).to.equal(1);
    expect(refused.complained).to.contain('--network: Enter addresses').and.contain('--person: No person');
  });

  it('exports all attempts as CSV or NDJSON', async () => {
    const deps = await testDeps();
    for (let i = 0; i < 60; i += 1)
      await insertLoginActivity(deps.store.db, anActivity({ at: deps.now() + i, asserted: `=${i}` }));
    const csv = (await runCli(deps, ['activity', '--format', 'csv'])).printed.split('\n');
    expect([csv.length, csv[1]?.includes(`"'=59"`)]).to.deep.equal([61, true]);
    const ndjson = (await runCli(deps, ['activity', '--format', 'ndjson', '--search', '=7'])).printed.split('\n');
    expect(ndjson.map((line) => JSON.parse(line).asserted)).to.deep.equal(['=7']);
    expect(await jsonOf(deps, ['activity', '--format', 'ndjson'])).to.have.lengthOf(60);
    expect((await runCli(deps, ['activity', '--format', 'xml'])).code).to.equal(2);
  });

  it('shows an attempt with its checks and messages', async () => {
    const signing = await startSigning();
    await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com' });
    await respond(signing);
    await respond(signing, {
      parts: ({ conditions }) => ({
        conditions: conditions.replace(/<saml:Audience>[^<]*/, '<saml:Audience>https://x.example'),
      }),
    });
    const { reference } = await newestAttempt(signing);
    const { printed } = await runCli(signing.deps, ['activity', 'show', String(reference).toLowerCase()]);
    expect(printed)
      .to.match(/^Outcome +Refused$/m)
      .and.match(/^Audience +refused +expected .*, received https:\/\/x\.example/m);
    expect(printed).to.contain('<saml:Audience>https://x.example [Audience]</saml:Audience>');
    expect(printed).to.contain('Login request:\n<samlp:AuthnRequest');
    const shown = await jsonOf(signing.deps, ['activity', 'show', String(reference)]);
    expect(shown).to.include({ reason: 'audience_mismatch', reference });
    expect(shown.checks.find(({ name }: { name: string }) => name === 'Audience')).to.deep.include({
      result: 'refused',
      read: ['AudienceRestriction/Audience'],
    });
    expect(shown.messages.response).to.contain('https://x.example');
    expect((await runCli(signing.deps, ['activity', 'show', 'AAAA-AAAA'])).code).to.equal(1);
  });

  it('sets for how long messages are kept', async () => {
    const deps = await testDeps();
    expect(await jsonOf(deps, ['activity', 'keep', '30'])).to.deep.equal({ messageDays: 30 });
    expect((await readIntranetSettings(deps.store.db)).messageDays).to.equal(30);
    expect((await runCli(deps, ['activity', 'keep', '0'])).printed).to.equal('Messages of logins are not kept.');
    expect((await runCli(deps, ['activity', 'keep', '500'])).code).to.equal(1);
  });
});
