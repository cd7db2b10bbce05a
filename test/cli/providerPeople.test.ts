import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { insertDomain } from '../../src/store/domains.ts';
import { listProviders } from '../../src/store/identityProviders.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { insertLoginTest } from '../../src/store/loginTests.ts';
import { aDomain, aLoginTest, anActivity } from '../support/rows.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { jsonOf, runCli } from './support/runCli.ts';

const metadata = fileURLToPath(new URL('../federation/metadata/fixtures/jumpcloud.xml', import.meta.url));

describe('anteroom idp people', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    await jsonOf(deps, ['idp', 'import', metadata, '--name', 'One']);
  });

  it('shows the rules and changes them', async () => {
    expect(await jsonOf(deps, people())).to.include({ create: false, update: false });
    const dn = 'cn=Intranet,ou=Groups,dc=acme';
    const rules = { create: true, update: true, userNameFrom: 'uid' };
    const args = people('--create', 'on', '--update', 'on', '--user-name', 'uid', '--map', 'urn:x?a=b=email');
    expect(await jsonOf(deps, [...args, '--required', `memberOf=${dn};Editors`])).to.deep.include({
      ...rules,
      mapping: [{ from: 'urn:x?a=b', to: 'email' }],
      required: { attribute: 'memberOf', values: [dn, 'Editors'] },
    });
    const { printed } = await runCli(
      deps,
      people('--power-user', 'memberOf=Admins', '--map', 'mail=email', '--groups', 'memberOf'),
    );
    expect(printed)
      .to.contain(`memberOf is ${dn} or Editors`)
      .and.match(/Power Users +memberOf is Admins/);
    expect(printed)
      .to.match(/email +mail/)
      .and.match(/Groups +memberOf/)
      .and.not.contain('urn:x');
    const last = people(
      '--unmap',
      'mail',
      '--required',
      'none',
      '--power-user',
      'none',
      '--user-name',
      'nameid',
      '--groups',
      'none',
    );
    const { complained } = await runCli(deps, last);
    expect(complained).to.contain('Everyone that the provider logs in');
    const none = { attribute: '', values: [] };
    const cleared = { mapping: [], required: none, powerUser: none, userNameFrom: '' };
    expect(JSON.parse((await runCli(deps, people('--json'))).printed)).to.deep.include(cleared);
  });

  it('shows the person that a login like the last Test login would create', async () => {
    const { db } = deps.store;
    const [provider] = await listProviders(db);
    const unknown = { issuer: undefined, issuedAt: undefined, nameIdFormat: undefined, authnContext: undefined };
    const response = { issuer: undefined, issuedAt: undefined, inResponseTo: undefined, verified: true };
    const attributes: [string, string][] = [['mail', 'ada@acme.com']];
    const assertion = { ...unknown, nameId: 'ada', attributes, verified: true };
    const detail = { arrived: { response, assertion, certificates: [] } };
    const activity = anActivity({ asserted: 'ada', detail });
    const domain = aDomain();
    await insertDomain(db, domain);
    await insertLoginActivity(db, activity);
    await insertLoginTest(db, aLoginTest(domain.id, { providerId: provider?.id ?? null, activityId: activity.id }));
    const args = people('--create', 'on', '--map', 'mail=email');
    expect((await runCli(deps, args)).printed)
      .to.contain('A new person like the one of the Test login at ')
      .and.match(/email +ada@acme\.com/);
    const { preview } = JSON.parse((await runCli(deps, people('--json'))).printed);
    expect(preview).to.deep.include({ problem: null, leftOut: [] });
    expect(preview.person).to.include({ userName: 'ada', email: 'ada@acme.com', userType: 'Intranet User' });
    const none = await runCli(deps, people('--required', 'memberOf=Intranet'));
    expect(none.printed).to.contain('Nobody: memberOf has none of the required values.');
  });

  it('refuses what the screen refuses, and changes nothing', async () => {
    const cases: [string[], string][] = [
      [['--map', 'mail=userType'], '--map: Select where it goes.'],
      [['--map', 'mail'], '--map must be FROM=TO'],
      [['--unmap', 'mail'], 'There is no mapping for mail.'],
      [['--required', 'memberOf'], '--required must be ATTRIBUTE=VALUE'],
      [['--required', 'memberOf= '], '--required: Enter at least one value.'],
      [['--create', 'perhaps'], '--create must be on or off.'],
    ];
    for (const [args, sentence] of cases) {
      const { complained } = await runCli(deps, people(...args));
      expect(complained, args.join(' ')).to.contain(sentence);
    }
    expect(await jsonOf(deps, people())).to.include({ create: false });
  });
});

function people(...args: string[]): string[] {
  return ['idp', 'people', 'One', ...args];
}
