import { expect } from 'chai';
import { LAST_POWER_USER } from '../../src/people/lastPowerUser.ts';
import { findCallingSource } from '../../src/sources/callingSource.ts';
import { findUser } from '../../src/store/users.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { runCli } from './support/runCli.ts';

const DAY_MS = 86_400_000;

describe('anteroom scim', () => {
  let deps: TestDeps;
  beforeEach(async () => {
    deps = await testDeps();
  });

  it('shows the Client ID and token once, with the base URL', async () => {
    const { printed } = await run('scim add JumpCloud --log-bodies --json');
    const added = JSON.parse(printed);
    expect(added).to.include({
      name: 'JumpCloud',
      active: true,
      logBodies: true,
      baseUrl: 'http://localhost:3000/api/v2/scim/v2',
    });
    expect(added.clientId).to.equal(added.id);
    expect((await findCallingSource(deps, added.token, '127.0.0.1')).ok).to.equal(true);
    expect((await run('scim list --json')).printed).not.to.contain(added.token);
  });

  it('lets the old and the new token overlap for some days', async () => {
    const old = JSON.parse((await run('scim add JumpCloud --json')).printed).token;
    const next = JSON.parse((await run('scim rotate jumpcloud --overlap-days 2 --json')).printed).token;
    const good = async (token: string) => (await findCallingSource(deps, token, '127.0.0.1')).ok;
    expect([await good(old), await good(next)]).to.deep.equal([true, true]);
    deps.clock.advance(2 * DAY_MS);
    expect([await good(old), await good(next)]).to.deep.equal([false, true]);
  });

  it('disables, enables and removes a source by its name', async () => {
    const { token } = JSON.parse((await run('scim add JumpCloud --json')).printed);
    await run('scim disable JumpCloud');
    expect(await findCallingSource(deps, token, '127.0.0.1')).to.include({ reason: 'inactive_source' });
    await run('scim enable JumpCloud');
    expect((await findCallingSource(deps, token, '127.0.0.1')).ok).to.equal(true);
    expect((await run('scim remove JumpCloud')).printed).to.equal('Removed JumpCloud.');
    expect((await run('scim list')).printed).to.equal('There are no SCIM sources.');
  });

  it('deactivates the people of a removed source, and names the last Power User, who is skipped', async () => {
    const { clientId } = JSON.parse((await run('scim add JumpCloud --json')).printed);
    const [maya, noor] = [
      aUser({ displayName: 'Maya Koch', userType: 'Power User', sourceId: clientId }),
      aUser({ sourceId: clientId }),
    ];
    for (const person of [maya, noor]) await insertUser(deps.store.db, person, null);
    expect(await run('scim remove JumpCloud --deactivate-people')).to.deep.equal({
      code: 0,
      printed: 'Removed JumpCloud.',
      complained: `Warning: Maya Koch was skipped: ${LAST_POWER_USER}`,
    });
    expect(await findUser(deps.store.db, maya.id)).to.include({ active: true, sourceId: null });
    expect(await findUser(deps.store.db, noor.id)).to.include({ active: false, sourceId: null });
  });

  it('shows the rights of a source and sets them', async () => {
    await run('scim add JumpCloud');
    expect((await run('scim list')).printed).to.contain('set passwords, take over people');
    const line = 'scim set jumpcloud --grant-power-user on --take-over off --set-passwords off';
    expect(await run(line)).to.include({
      code: 0,
      printed: 'Saved JumpCloud. Its rights: grant Power User. Refused: nothing.',
    });
    const [source] = JSON.parse((await run('scim list --json')).printed);
    expect(source).to.include({ mayGrantPowerUser: true, maySetPasswords: false, mayTakeOver: false });
    expect((await run('scim set jumpcloud --grant-power-user off')).printed).to.equal(
      'Saved JumpCloud. Its rights: none. Refused: nothing.',
    );
    expect((await run('scim set jumpcloud --refuse-unknown-attributes on')).printed).to.equal(
      'Saved JumpCloud. Its rights: none. Refused: unknown attributes.',
    );
    await run('scim set jumpcloud --refuse-unknown-attributes off --refuse-unknown-members on');
    const [after] = JSON.parse((await run('scim list --json')).printed);
    expect(after).to.include({ refuseUnknownAttributes: false, refuseUnknownMembers: true });
    expect(await run('scim set jumpcloud')).to.include({ code: 2 });
    expect(await run('scim set jumpcloud --take-over maybe')).to.include({ code: 2 });
  });

  it('explains what is wrong with a name or a number', async () => {
    expect(await run('scim rotate Okta')).to.include({ code: 1, complained: 'There is no SCIM source Okta.' });
    expect(await run('scim rotate Okta --overlap-days soon')).to.include({ code: 2 });
  });

  function run(line: string) {
    return runCli(deps, line.split(' '));
  }
});
