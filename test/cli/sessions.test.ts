import { expect } from 'chai';
import { insertDomain } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { writeSession } from '../../src/store/sessions.ts';
import { aDomain, aProvider, aSession, aUser, insertUser } from '../support/rows.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

describe('cli/sessions', () => {
  const [anna, ben] = [aUser({ userName: 'anna' }), aUser({ userName: 'ben' })];
  const provider = aProvider({ name: 'Cloud' });
  const domain = aDomain({ url: 'https://intranet.acme.com' });
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    const { db } = deps.store;
    for (const user of [anna, ben]) await insertUser(db, user, null);
    await insertProvider(db, provider, '');
    await insertDomain(db, domain);
    await writeSession(db, aSession(anna.id, { id: '1', providerId: provider.id, domainId: domain.id }));
    await writeSession(db, aSession(anna.id, { id: '2', userAgent: 'curl/8.9.1', network: '192.0.2.7' }));
    await writeSession(db, aSession(ben.id, { id: '3', domainId: domain.id }));
  });

  it('lists sessions by person, provider and domain', async () => {
    const ids = async (...args: string[]) =>
      (await jsonOf(deps, ['session', 'list', ...args])).map(({ id }: { id: string }) => id).join('');
    expect(await ids()).to.equal('321');
    expect(await ids('--person', 'anna')).to.equal('21');
    expect(await ids('--provider', 'cloud')).to.equal('1');
    expect(await ids('--provider', 'local', '--domain', 'intranet.acme.com')).to.equal('3');
    expect(await ids('--limit', '1')).to.equal('3');
    const { printed } = await runCli(deps, ['session', 'list', '--person', 'anna', '--provider', 'local']);
    expect(printed.split('\n')[1]).to.match(/^anna {2,}local {2,}curl\/8\.9\.1 {2,}192\.0\.2\.7 {2,}2026-.* {2,}2$/);
  });

  it('ends sessions, and all of them only if asked', async () => {
    expect((await runCli(deps, ['session', 'end'])).code).to.equal(2);
    expect((await runCli(deps, ['session', 'end', '--id', '2'])).printed).to.equal('Ended 1 session.');
    expect((await runCli(deps, ['session', 'end', '--domain', domain.url])).printed).to.equal('Ended 2 sessions.');
    await writeSession(deps.store.db, aSession(anna.id));
    expect(await jsonOf(deps, ['session', 'end', '--all'])).to.deep.equal({ ended: 1 });
  });

  it('shows and sets the limits of a domain', async () => {
    const limits = (...args: string[]) => jsonOf(deps, ['session', 'limits', domain.url, ...args]);
    expect(await limits()).to.deep.equal({ url: domain.url, idleMinutes: 480, longestMinutes: 1_440 });
    await limits('--idle-minutes', '30');
    expect(await limits('--longest-minutes', '60')).to.include({ idleMinutes: 30, longestMinutes: 60 });
    expect(await limits('--idle-minutes', '', '--longest-minutes', '')).to.include({ idleMinutes: 480 });
    const { complained } = await runCli(deps, ['session', 'limits', domain.url, '--idle-minutes', 'x']);
    expect(complained).to.contain('--idle-minutes: Enter a number of minutes from 5');
  });
});
